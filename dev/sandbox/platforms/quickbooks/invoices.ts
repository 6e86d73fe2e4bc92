import { type Exact, exact, numberOf, rounded, sum, times } from '../../money.ts'
import { type Company, type Entity, getEntity, namesake, nextId, referenceOf, replaceEntity } from './entities.ts'
import { businessRule, invalid, notFound, required, tooLong } from './faults.ts'
import { linesOf, type TaxCalculation } from './invoice-lines.ts'
import { everyMember, type Kind } from './kinds.ts'
import { taxesOf } from './taxes.ts'

export const homeCurrency = 'USD'
const calculations = ['TaxExcluded', 'TaxInclusive', 'NotApplicable']

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice */
export const invoices: Kind = {
  name: 'Invoice',
  isTransaction: true,
  members: new Set([
    ...[
      'DocNumber',
      'TxnDate',
      'DueDate',
      'CustomerRef',
      'CustomerMemo',
      'PrivateNote',
      'BillEmail',
      'BillAddr',
      'ShipAddr',
    ],
    ...['Line', 'TxnTaxDetail', 'GlobalTaxCalculation', 'CurrencyRef', 'ExchangeRate', 'SalesTermRef', 'TotalAmt'],
    ...[
      'HomeTotalAmt',
      'HomeBalance',
      'Balance',
      'LinkedTxn',
      'EmailStatus',
      'PrintStatus',
      'ApplyTaxAfterDiscount',
      'Deposit',
    ],
    ...[
      'AllowOnlineACHPayment',
      'AllowOnlineCreditCardPayment',
      'AllowIPNPayment',
      'AllowOnlinePayment',
      'DepartmentRef',
    ],
    ...everyMember,
  ]),
  kept: ['CustomerRef', 'CurrencyRef', 'TxnDate', 'LinkedTxn'],
  settle(company, next, before) {
    const customer = customerOf(company, next)
    const number = numberOfDocument(company, next, before)
    const calculation = (next['GlobalTaxCalculation'] ?? 'NotApplicable') as TaxCalculation
    if (!calculations.includes(calculation))
      throw invalid(`Invalid Enumeration : ${calculation}`, 'GlobalTaxCalculation')
    const lines = linesOf(company, next['Line'], calculation)
    const net = sum(lines.map(line => line.net))
    const taxed = lines.flatMap(line => line.taxed ?? [])
    const taxes = taxesOf(taxed, givenTaxes(next, before))
    const total = net + taxes.total
    const currency = currencyOf(customer, next)
    const rate = rateOf(currency, next)
    const entity: Entity = {
      ...{
        TxnDate: new Date().toISOString().slice(0, 10),
        EmailStatus: 'NotSet',
        PrintStatus: 'NotSet',
        LinkedTxn: [],
      },
      ...next,
      ...{ DocNumber: number, CustomerRef: { value: String(customer['Id']), name: customer['DisplayName'] } },
      ...{ CurrencyRef: { value: currency }, ExchangeRate: numberOf(rate), GlobalTaxCalculation: calculation },
      Line: [
        ...lines.map(({ line }) => line),
        { Amount: numberOf(net), DetailType: 'SubTotalLineDetail', SubTotalLineDetail: {} },
      ],
      ...(calculation === 'NotApplicable' ? { TxnTaxDetail: undefined } : { TxnTaxDetail: taxes.detail }),
      ...{ TotalAmt: numberOf(total), HomeTotalAmt: numberOf(rounded(times(total, rate))) },
      Balance: total === 0n ? 0 : numberOf(total - paidOf(before)),
    }
    return { place: { space: 'Invoice', name: number ?? null, active: true }, entity }
  },
  after(company, now, before) {
    // What is deleted or voided is paid by nothing any more.
    if (before && (now === undefined || now['TotalAmt'] === 0)) releasePayments(company, before)
  },
}

/** Taxes that were overridden stay so until the lines are others. */
function givenTaxes(next: Entity, before: Entity | undefined): unknown {
  if (next['TxnTaxDetail'] !== before?.['TxnTaxDetail']) return next['TxnTaxDetail']
  return next['Line'] === before?.['Line'] ? before?.['TxnTaxDetail'] : undefined
}

function releasePayments(company: Company, { Id, LinkedTxn: linked }: Entity): void {
  for (const { TxnId } of (linked ?? []) as { TxnId: string }[]) {
    const payment = getEntity(company, 'Payment', TxnId)
    if (!payment) continue
    const isOfIt = (line: Entity) => (line['LinkedTxn'] as { TxnId: string }[]).some(one => one.TxnId === Id)
    const [gone, Line] = [
      (payment['Line'] as Entity[]).filter(isOfIt),
      (payment['Line'] as Entity[]).filter(line => !isOfIt(line)),
    ]
    const freed = sum(gone.map(({ Amount }) => exact(Amount) ?? 0n))
    const UnappliedAmt = numberOf((exact(payment['UnappliedAmt']) ?? 0n) + freed)
    replaceEntity(
      company,
      'Payment',
      payment,
      { space: null, name: null, active: true },
      { ...payment, Line, UnappliedAmt },
    )
  }
}

/** A payment has taken off an invoice, or given back: its balance is another one, and so is its SyncToken. */
export function settleBalance(
  company: Company,
  id: string,
  change: Exact,
  payment: { id: string; isLinked: boolean },
): void {
  const invoice = getEntity(company, 'Invoice', id)
  if (!invoice) return
  const others = (invoice['LinkedTxn'] as { TxnId: string }[]).filter(({ TxnId }) => TxnId !== payment.id)
  const LinkedTxn = payment.isLinked ? [...others, { TxnId: payment.id, TxnType: 'Payment' }] : others
  const Balance = numberOf((exact(invoice['Balance']) ?? 0n) + change)
  const place = { space: 'Invoice', name: (invoice['DocNumber'] as string | undefined) ?? null, active: true }
  replaceEntity(company, 'Invoice', invoice, place, { ...invoice, Balance, LinkedTxn })
}

export function customerOf(company: Company, { CustomerRef }: Entity): Entity {
  const id = referenceOf(CustomerRef)
  if (id === undefined) throw required('CustomerRef')
  const customer = getEntity(company, 'Customer', id)
  // The very same code as that of an invoice that is not there.
  if (!customer || customer['Active'] === false) throw notFound()
  return customer
}

/** A customer has one currency for good. */
export function currencyOf(customer: Entity, { CurrencyRef }: Entity): string {
  const own = referenceOf(customer['CurrencyRef']) ?? homeCurrency
  const asked = referenceOf(CurrencyRef) ?? own
  if (asked !== own) throw businessRule('You can only use one foreign currency per transaction.')
  return own
}

export function rateOf(currency: string, { ExchangeRate }: Entity): Exact {
  const rate = exact(ExchangeRate ?? 1)
  if (rate === undefined || rate <= 0n) throw invalid('ExchangeRate must be a number', 'ExchangeRate')
  return currency === homeCurrency ? exact(1)! : rate
}

function paidOf(before: Entity | undefined): Exact {
  return before ? (exact(before['TotalAmt']) ?? 0n) - (exact(before['Balance']) ?? 0n) : 0n
}

/** Without a number it gets the next one. */
function numberOfDocument(company: Company, next: Entity, before: Entity | undefined): string | undefined {
  const given = next['DocNumber']
  if (typeof given === 'string' && given !== '') {
    if (given.length > 21) throw tooLong('DocNumber', 21, given.length)
    return given
  }
  if (before) return undefined
  for (;;) {
    const name = String(1000 + nextId(company))
    if (!namesake(company, { space: 'Invoice', name, active: true }, 'Invoice', 0)) return name
  }
}
