import { type Exact, exact, numberOf, over, rounded, times } from '../../money.ts'
import { type Company, type Entity, getEntity, referenceOf } from './entities.ts'
import { badReference, invalid, notFound, required, wrongAmount } from './faults.ts'
import { codeOf, codeOfLine, type TaxedLine } from './taxes.ts'

export type TaxCalculation = 'TaxExcluded' | 'TaxInclusive' | 'NotApplicable'

/** A line as it is kept, and what it has to do with taxes. */
export interface InvoiceLine {
  line: Entity
  net: Exact
  taxed: TaxedLine | undefined
}

/** The lines of a sale; throws 2010, 2020, 2500, 6000, 6070 and 610. Lines that QuickBooks reckons itself are left out. */
export function linesOf(company: Company, given: unknown, calculation: TaxCalculation): InvoiceLine[] {
  if (!Array.isArray(given)) throw required('Line')
  const lines = (given as Entity[]).filter(({ DetailType }) => DetailType !== 'SubTotalLineDetail')
  if (lines.length === 0) throw required('Line')
  const known = new Set(lines.flatMap(({ Id }) => (typeof Id === 'string' ? [Number(Id)] : [])))
  let next = Math.max(0, ...known)
  return lines.map((line, index) => {
    const placed = { Id: typeof line['Id'] === 'string' ? line['Id'] : String(++next), LineNum: index + 1 }
    switch (line['DetailType']) {
      case 'DescriptionOnly':
        return { line: { ...line, ...placed }, net: 0n, taxed: undefined }
      case 'SalesItemLineDetail':
        return saleLine(company, line, placed, calculation)
      case undefined:
        throw required('DetailType')
      default:
        throw invalid(`Invalid Enumeration : ${String(line['DetailType'])}`, 'DetailType')
    }
  })
}

function saleLine(company: Company, line: Entity, placed: object, calculation: TaxCalculation): InvoiceLine {
  const detail = (line['SalesItemLineDetail'] ?? {}) as Entity
  checkItem(company, detail)
  const code = calculation === 'NotApplicable' ? undefined : codeOfLine(detail)
  const gross = calculation === 'TaxInclusive' ? amountIn(detail, 'TaxInclusiveAmt') : undefined
  const net = gross === undefined ? netOf(line, detail) : netBehind(gross, codeOf(code!).percent)
  const { TaxCodeRef: _code, TaxInclusiveAmt: _gross, ...rest } = detail
  const taxed = code === undefined ? undefined : { net, gross, code }
  return {
    line: {
      ...line,
      ...placed,
      Amount: numberOf(net),
      SalesItemLineDetail: {
        ...rest,
        ...(code === undefined ? {} : { TaxCodeRef: { value: code } }),
        ...(gross === undefined ? {} : { TaxInclusiveAmt: numberOf(gross) }),
      },
    },
    net,
    taxed,
  }
}

/** What is left of a price with tax: it is the tax that is rounded. */
function netBehind(gross: Exact, percent: string): Exact {
  const rate = exact(percent)!
  return gross - rounded(over(times(gross, rate), exact(100)! + rate))
}

function netOf(line: Entity, detail: Entity): Exact {
  const [amount, price, quantity] = [amountIn(line, 'Amount'), numberIn(detail, 'UnitPrice'), numberIn(detail, 'Qty')]
  if (amount === undefined) throw required('Amount')
  if (price !== undefined && quantity !== undefined && rounded(times(price, quantity)) !== amount)
    throw wrongAmount(String(line['Amount']))
  return amount
}

function checkItem(company: Company, detail: Entity): void {
  const id = referenceOf(detail['ItemRef'])
  if (id === undefined) return
  const item = getEntity(company, 'Item', id)
  if (!item) throw badReference(`Invalid Reference Id : Item element id ${id} not found`)
  if (item['Active'] === false) throw notFound()
}

/** An amount of money, which is kept to the cent. */
export function amountIn(from: Entity, name: string): Exact | undefined {
  const amount = numberIn(from, name)
  return amount === undefined ? undefined : rounded(amount)
}

function numberIn(from: Entity, name: string): Exact | undefined {
  if (from[name] === undefined || from[name] === null) return undefined
  const amount = exact(from[name])
  if (amount === undefined) throw invalid(`${name} must be a number`, name)
  return amount
}
