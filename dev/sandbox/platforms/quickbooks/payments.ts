import { type Exact, exact, numberOf, sum } from '../../money.ts'
import { type Company, type Entity, getEntity, referenceOf } from './entities.ts'
import { businessRule, invalid, notFound, required, tooLong } from './faults.ts'
import { amountIn } from './invoice-lines.ts'
import { currencyOf, customerOf, rateOf, settleBalance } from './invoices.ts'
import { everyMember, type Kind } from './kinds.ts'

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment */
export const payments: Kind = {
  name: 'Payment',
  isTransaction: true,
  members: new Set([
    ...[
      'CustomerRef',
      'TotalAmt',
      'TxnDate',
      'PaymentRefNum',
      'PaymentMethodRef',
      'DepositToAccountRef',
      'ARAccountRef',
    ],
    ...[
      'PrivateNote',
      'CurrencyRef',
      'ExchangeRate',
      'Line',
      'UnappliedAmt',
      'ProcessPayment',
      'LinkedTxn',
      ...everyMember,
    ],
  ]),
  kept: ['CustomerRef', 'CurrencyRef', 'TxnDate', 'TotalAmt'],
  settle(company, next, before) {
    const customer = customerOf(company, next)
    const total = amountIn(next, 'TotalAmt')
    if (total === undefined) throw required('TotalAmt')
    if (total < 0n) throw businessRule('Transaction amounts must be 0 or greater.')
    const reference = next['PaymentRefNum']
    if (typeof reference === 'string' && reference.length > 21) throw tooLong('PaymentRefNum', 21, reference.length)
    const applied = appliedOf(next)
    checkInvoices(company, String(customer['Id']), applied, before ? appliedOf(before) : new Map())
    const used = sum([...applied.values()])
    if (used > total) throw businessRule('The amount applied is more than the amount received.')
    const currency = currencyOf(customer, next)
    const entity: Entity = {
      ...{ TxnDate: new Date().toISOString().slice(0, 10), ProcessPayment: false, DepositToAccountRef: { value: '4' } },
      ...next,
      ...{ CustomerRef: { value: String(customer['Id']), name: customer['DisplayName'] }, TotalAmt: numberOf(total) },
      ...{ CurrencyRef: { value: currency }, ExchangeRate: numberOf(rateOf(currency, next)) },
      ...{ UnappliedAmt: numberOf(total - used), Line: linesOf(applied) },
    }
    return { place: { space: null, name: null, active: true }, entity }
  },
  after(company, now, before) {
    const [taken, given] = [
      now ? appliedOf(now) : new Map<string, Exact>(),
      before ? appliedOf(before) : new Map<string, Exact>(),
    ]
    const id = String((now ?? before)!['Id'])
    for (const invoice of new Set([...taken.keys(), ...given.keys()])) {
      const change = (given.get(invoice) ?? 0n) - (taken.get(invoice) ?? 0n)
      if (change !== 0n) settleBalance(company, invoice, change, { id, isLinked: taken.has(invoice) })
    }
  },
}

/** How much of a payment goes to each invoice. */
function appliedOf({ Line: lines }: Entity): Map<string, Exact> {
  const applied = new Map<string, Exact>()
  for (const line of Array.isArray(lines) ? (lines as Entity[]) : []) {
    const amount = exact(line['Amount'])
    if (amount === undefined) throw required('Amount')
    const linked = line['LinkedTxn']
    for (const { TxnId, TxnType } of Array.isArray(linked) ? (linked as { TxnId: unknown; TxnType: unknown }[]) : []) {
      if (TxnType !== 'Invoice') throw invalid(`Invalid Enumeration : ${String(TxnType)}`, 'TxnType')
      applied.set(String(TxnId), (applied.get(String(TxnId)) ?? 0n) + amount)
    }
  }
  return applied
}

function checkInvoices(
  company: Company,
  customerId: string,
  applied: ReadonlyMap<string, Exact>,
  before: ReadonlyMap<string, Exact>,
): void {
  for (const [id, amount] of applied) {
    const invoice = getEntity(company, 'Invoice', id)
    if (!invoice) throw notFound()
    if (referenceOf(invoice['CustomerRef']) !== customerId)
      throw businessRule('The customer of the payment and of the invoice that it is applied to must be the same.')
    const open = (exact(invoice['Balance']) ?? 0n) + (before.get(id) ?? 0n)
    if (amount > open) throw businessRule('You can’t apply more to a transaction than its open balance.')
  }
}

function linesOf(applied: ReadonlyMap<string, Exact>): Entity[] {
  return [...applied].map(([TxnId, amount]) => ({
    Amount: numberOf(amount),
    LinkedTxn: [{ TxnId, TxnType: 'Invoice' }],
    LineEx: { any: [] },
  }))
}
