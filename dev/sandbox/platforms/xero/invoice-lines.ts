import { randomUUID } from 'node:crypto'
import { type Exact, exact, numberOf, over, rounded, times } from '../../money.ts'
import { type Books, type Entity, entityNamed } from './entities.ts'
import type { Asked } from './kinds.ts'
import { accountOf, taxRateOf } from './organisations.ts'
import { checkLengths, Invalid } from './problems.ts'

export type LineAmountTypes = 'Exclusive' | 'Inclusive' | 'NoTax'

/** A line as it is kept, its amount as the document says it, and its tax. */
export interface Line {
  line: Entity
  amount: Exact
  tax: Exact
}

/**
 * The lines of an invoice. Taxes are reckoned line by line and rounded there, unless a line says its own:
 * https://developer.xero.com/documentation/api-guides/rounding-in-xero
 */
export function linesOf(
  books: Books,
  rows: readonly Entity[],
  { types, isApproved, asked }: { types: LineAmountTypes; isApproved: boolean; asked: Asked },
): Line[] {
  return rows.map(row => {
    checkLengths(row, { Description: 4000 })
    const item = itemOf(books, row)
    const sales = (item?.['SalesDetails'] ?? {}) as Entity
    const description = row['Description'] ?? item?.['Description'] ?? item?.['Name']
    if (typeof description !== 'string' || description === '') throw new Invalid('Description must be specified')
    const account = (row['AccountCode'] ?? sales['AccountCode']) as string | undefined
    if (account !== undefined && !accountOf(account))
      throw new Invalid(`Account code '${account}' is not a valid code for this document.`)
    if (isApproved && account === undefined) throw new Invalid('Account code or ID must be specified')
    const type = types === 'NoTax' ? 'NONE' : ((row['TaxType'] ?? sales['TaxType'] ?? 'NONE') as string)
    const rate = taxRateOf(type)
    if (!rate)
      throw new Invalid(`The TaxType code '${type}' does not exist or cannot be used for this type of transaction.`)
    const { amount, ...priced } = pricesOf(row, sales, asked)
    const tax = types === 'NoTax' ? 0n : (moneyIn(row, 'TaxAmount') ?? taxOf(amount, rate.percent, types))
    const line = {
      ...{ Tracking: [], ...row, ...priced, Description: description, LineItemID: row['LineItemID'] ?? randomUUID() },
      ...{ LineAmount: numberOf(amount), TaxType: type, TaxAmount: numberOf(tax), AccountCode: account },
      ...(item ? { ItemCode: item['Code'], Item: named(item) } : { Item: undefined }),
    }
    return { line, amount, tax }
  })
}

const named = ({ ItemID, Name, Code }: Entity) => ({ ItemID, Name, Code })

function itemOf(books: Books, { ItemCode }: Entity): Entity | undefined {
  if (ItemCode === undefined || ItemCode === null || ItemCode === '') return undefined
  const item = entityNamed(books, 'Items', ItemCode)
  if (!item) throw new Invalid(`Item code '${JSON.stringify(ItemCode)}' is not valid`)
  return item
}

export function taxOf(amount: Exact, percent: string, types: LineAmountTypes): Exact {
  const [rate, hundred] = [exact(percent)!, exact(100)!]
  return rounded(over(times(amount, rate), types === 'Inclusive' ? hundred + rate : hundred))
}

/** Quantity times price; either may be left out where the amount is said. */
function pricesOf(row: Entity, sales: Entity, { unitPlaces }: Asked) {
  const said = moneyIn(row, 'LineAmount')
  const quantity = numberIn(row, 'Quantity')
  const own = numberIn(row, 'UnitAmount') ?? (said === undefined ? numberIn(sales, 'UnitPrice') : undefined)
  const count = quantity ?? exact(1)!
  if (own === undefined) {
    const amount = said ?? 0n
    const unit = count === 0n ? 0n : rounded(over(amount, count), unitPlaces)
    return { amount, Quantity: numberOf(rounded(count, 4)), UnitAmount: numberOf(unit) }
  }
  const unit = rounded(own, unitPlaces)
  const discount = numberIn(row, 'DiscountRate') ?? 0n
  const before = times(rounded(count, 4), unit)
  const amount = rounded(before - over(times(before, discount), exact(100)!))
  if (said !== undefined && said !== amount)
    throw new Invalid(
      `The line total ${numberOf(said).toFixed(2)} does not match the expected line total ${numberOf(amount).toFixed(2)}`,
    )
  return { amount, Quantity: numberOf(rounded(count, 4)), UnitAmount: numberOf(unit) }
}

export function moneyIn(row: Entity, name: string): Exact | undefined {
  const amount = numberIn(row, name)
  return amount === undefined ? undefined : rounded(amount)
}

export function numberIn(row: Entity, name: string): Exact | undefined {
  if (row[name] === undefined || row[name] === null) return undefined
  const amount = exact(row[name])
  if (amount === undefined) throw new Invalid(`${name} must be a number`)
  return amount
}
