import { exact, numberOf, over, rounded, sum, times, type Exact } from '../../money.ts'
import { textOf } from '../../text.ts'
import type { Thing } from '../../tools.ts'
import { terms } from './debtors.ts'
import { taxCodes } from './products.ts'
import { bookTime, checked, Refused, type Model } from './refused.ts'

/** https://accounting-api.autocountcloud.com/documentation/models/invoice/inputmodels/invoice-master-inputmodel */
const master: Model = {
  ...{ docNo: 50, docNoFormatName: 'text', docDate: 'date', taxDate: 'date', debtorCode: 'text', debtorName: 100 },
  ...{
    creditTerm: 'text',
    salesLocation: 'text',
    email: 255,
    emailCC: 255,
    emailBCC: 255,
    address: 200,
    attention: 40,
  },
  ...{ phone1: 25, fax1: 25, deliverAddress: 200, deliverContact: 40, deliverPhone1: 25, deliverFax1: 25, ref: 40 },
  ...{ description: 80, note: 'text', remark1: 40, remark2: 40, remark3: 40, remark4: 40, salesAgent: 'text' },
  ...{ currencyRate: 'number', inclusiveTax: 'flag', isRoundAdj: 'flag', paymentMethod: 'text', paymentAmt: 'number' },
}
/** https://accounting-api.autocountcloud.com/documentation/models/invoice/inputmodels/invoice-detail-inputmodel */
const detail: Model = {
  ...{ productCode: 'text', productVariant: 'text', accNo: 'text', description: 'text', furtherDescription: 'text' },
  ...{ qty: 'number', unit: 8, unitPrice: 'number', discount: 'text', taxCode: 'text', taxAdjustment: 'number' },
  ...{ localTaxAdjustment: 'number', tariffCode: 'text', deptNo: 'text' },
}
const whole: Model = { master: 'any', details: 'list', autoFillOption: 'any', saveApprove: 'any' }
const required = ['docDate', 'debtorCode', 'debtorName', 'creditTerm', 'salesLocation']
const blank = { ref: null, description: null, note: null, inclusiveTax: false, currencyRate: 1, cancelled: false }

/** What else is in the book. */
export interface Book {
  debtor(code: unknown): Thing | undefined
  hasProduct(code: unknown): boolean
}

/** @throws Refused */
export function newInvoice(body: unknown, all: readonly Thing[], id: number, book: Book): Thing {
  const said = checked(whole, body, 'Invoice')
  const head = checked(master, said['master'], 'Master')
  for (const name of required) if (!head[name]) throw new Refused(`The ${name} field is required.`)
  const number = head['docNo'] || `I-${String(id).padStart(6, '0')}`
  if (all.some(one => numberOfInvoice(one) === number))
    throw new Refused(`DocNo (DocNo = ${textOf(number)}) already exists`)
  const rows = (said['details'] ?? []) as unknown[]
  if (rows.length === 0) throw new Refused('The Details field is required.')
  return settled(
    { ...blank, ...head, docNo: number, docKey: id },
    rows.map(row => rowOf({}, row)),
    book,
  )
}

/**
 * Row by row, in their order: an empty object leaves a row as it is, and rows behind the last that is said are removed.
 * https://accounting-api.autocountcloud.com/documentation/api-methods/invoice/update-invoice
 * @throws Refused
 */
export function changedInvoice(invoice: Thing, body: unknown, book: Book): Thing {
  const said = checked(whole, body, 'Invoice')
  if (!said['master']) throw new Refused('The Master field is required.')
  const old = invoice['master'] as Thing
  if (old['cancelled']) throw new Refused('Document is voided.')
  const there = invoice['details'] as Thing[]
  const rows = ((said['details'] ?? []) as unknown[]).map((row, index) => rowOf(there[index] ?? {}, row))
  if (rows.length === 0) throw new Refused('The Details field is required.')
  const head = { ...old, ...checked(master, said['master'], 'Master') }
  for (const name of required) if (!head[name]) throw new Refused(`The ${name} field is required.`)
  return settled(head, rows, book)
}

export function voidedInvoice(invoice: Thing): Thing {
  const head = invoice['master'] as Thing
  if (head['cancelled']) throw new Refused('Document is voided already.')
  return { ...invoice, master: { ...head, cancelled: true, lastModified: bookTime() } }
}

export function numberOfInvoice(invoice: Thing): unknown {
  return (invoice['master'] as Thing)['docNo']
}

function rowOf(old: Thing, said: unknown): Thing {
  const empty = { description: '', qty: 1, unitPrice: 0, taxCode: null, productCode: null, accNo: null }
  return { ...empty, ...old, ...checked(detail, said, 'Detail') }
}

function settled(head: Thing, rows: readonly Thing[], book: Book): Thing {
  const debtor = book.debtor(head['debtorCode'])
  if (!debtor) throw new Refused(`DebtorCode (AccNo = ${textOf(head['debtorCode'])}) not exists`)
  if (!terms.includes(textOf(head['creditTerm'])))
    throw new Refused(`CreditTerm (CreditTermKey = ${textOf(head['creditTerm'])}) not exists`)
  if (head['salesLocation'] !== 'HQ') throw new Refused('SalesLocation not exists')
  const details = rows.map((row, index) => lineOf(row, index, head, book))
  const [net, tax] = ['subTotalExTax', 'tax'].map(name => sum(details.map(row => exact(row[name])!))) as [Exact, Exact]
  const day = `${textOf(head['docDate']).slice(0, 10)}T00:00:00`
  const dates = { docDate: day, dueDate: day, taxDate: null, lastModified: bookTime() }
  const totals = { totalExTax: numberOf(net), tax: numberOf(tax), netTotal: numberOf(net + tax) }
  const due = { outstandingAmount: totals.netTotal, currencyCode: debtor['currencyCode'] }
  return { master: { ...head, ...dates, ...totals, ...due }, details }
}

/** What a row comes to: its quantity at its price, kept with the two digits of the book's settings. */
function lineOf(row: Thing, index: number, head: Thing, book: Book): Thing {
  if (!row['accNo']) throw new Refused('AccNo is required.')
  if (row['productCode'] && !book.hasProduct(row['productCode']))
    throw new Refused(`ProductCode (ProductCode = ${textOf(row['productCode'])}) not exists`)
  const code = row['taxCode']
  if (code && !taxCodes.includes(textOf(code))) throw new Refused(`TaxCode (TaxCode = ${textOf(code)}) not exists`)
  const unitPrice = rounded(exact(row['unitPrice'])!)
  const amount = rounded(times(exact(row['qty'])!, unitPrice))
  const [rate, hundred] = [exact(/\d+$/.exec(textOf(code ?? '0'))?.[0] ?? '0')!, exact(100)!]
  const tax = rounded(over(times(amount, rate), head['inclusiveTax'] ? hundred + rate : hundred))
  const net = head['inclusiveTax'] ? amount - tax : amount
  const reckoned = { subTotalExTax: numberOf(net), tax: numberOf(tax), subTotal: numberOf(net + tax) }
  return { ...row, dtlKey: index + 1, seq: index + 1, unitPrice: numberOf(unitPrice), ...reckoned }
}
