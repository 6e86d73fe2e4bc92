import { exact, numberOf, over, rounded, sum, times, type Exact } from '../../money.ts'
import { textOf } from '../../text.ts'
import type { Thing } from '../../tools.ts'
import { type Lookup, Refused } from './refused.ts'

const rates: Readonly<Record<string, string>> = { '': '0', SV: '8', ST: '10', NTX: '0' }
const names = ['dtlkey', 'seq', 'itemcode', 'description', 'qty', 'uom', 'unitprice', 'tax', 'amount', 'account']
const reckoned = ['taxamt', 'amountwithtax', 'taxrate']

/** What an invoice's rows come to: each is its quantity at its price, and the tax of that. @throws Refused */
export function linesOf(rows: readonly Thing[], books: Lookup): { lines: Thing[]; total: string } {
  const lines = rows.map((row, index): Thing => {
    const unknown = Object.keys(row).find(name => !names.includes(name) && !reckoned.includes(name))
    if (unknown !== undefined) throw new Refused(`Field '${unknown}' not found`)
    if (row['itemcode'] && !books.has('stockitem', row['itemcode'])) throw new Refused('Item Code does not exist')
    const [quantity, price] = [decimalOf(row['qty'] ?? '1'), decimalOf(row['unitprice'] ?? '0')]
    const amount = rounded(times(quantity, price))
    if (row['amount'] !== undefined && rounded(decimalOf(row['amount'])) !== amount)
      throw new Refused('Amount is not the quantity at the unit price')
    const rate = rates[textOf(row['tax'] ?? '')]
    if (rate === undefined) throw new Refused('Tax does not exist')
    const tax = rounded(over(times(amount, exact(rate)!), exact(100)!))
    return {
      ...{ description: '', uom: 'UNIT', tax: '', ...row, seq: index + 1, qty: row['qty'] ?? '1' },
      ...{ unitprice: row['unitprice'] ?? '0', amount: money(amount), taxamt: money(tax) },
      ...{ taxrate: `${rate}%`, amountwithtax: money(amount + tax) },
    }
  })
  const total = sum(lines.map(line => exact(line['amountwithtax'])!))
  return { lines, total: money(total) }
}

function decimalOf(value: unknown): Exact {
  const amount = typeof value === 'string' ? exact(value) : undefined
  if (amount === undefined) throw new Refused(`'${String(value)}' is not a valid value`)
  return amount
}

function money(amount: Exact): string {
  return numberOf(amount).toFixed(2)
}
