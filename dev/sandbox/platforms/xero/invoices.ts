import { type Exact, exact, numberOf, sum } from '../../money.ts'
import { type Books, type Entity, entityNamed, getEntity, putEntity, xeroDay, xeroTime } from './entities.ts'
import { type LineAmountTypes, linesOf } from './invoice-lines.ts'
import type { Asked, Kind } from './kinds.ts'
import { currencies } from './organisations.ts'
import { checkLengths, Invalid } from './problems.ts'

/** Which status may follow which: what is paid or voided stays so. */
const next: Record<string, readonly string[]> = {
  DRAFT: ['DRAFT', 'SUBMITTED', 'AUTHORISED', 'DELETED'],
  SUBMITTED: ['SUBMITTED', 'DRAFT', 'AUTHORISED', 'DELETED'],
  AUTHORISED: ['AUTHORISED', 'VOIDED'],
  PAID: ['PAID', 'AUTHORISED'],
}
const unmodifiable = 'Invoice not of valid status for modification'
/** What may still be changed of an invoice that something was paid of. */
const freeOfPaid = ['InvoiceID', 'Reference', 'DueDate', 'SentToContact', 'Url', 'BrandingThemeID', 'Status']

/** Sales invoices. https://developer.xero.com/documentation/api/accounting/invoices */
export const invoices: Kind = {
  plural: 'Invoices',
  idName: 'InvoiceID',
  scopes: ['transactions', 'invoices'],
  isPaged: true,
  meant: (books, { InvoiceNumber }) => entityNamed(books, 'Invoices', InvoiceNumber),
  named: (books, number) => entityNamed(books, 'Invoices', number),
  summary: ({ LineItems: _, ...entity }) => ({ ...entity, LineItems: [] }),
  settle(books, row, before, asked) {
    checkLengths(row, { InvoiceNumber: 255, Reference: 255 })
    const given = before ? changesOf(row, before) : { ...row, Status: row['Status'] ?? 'DRAFT' }
    const entity: Entity = { ...fresh, ...before, ...given }
    if (entity['Type'] !== 'ACCREC') throw new Invalid('Invoice Type must be ACCREC here')
    const isApproved = ['SUBMITTED', 'AUTHORISED', 'PAID'].includes(String(entity['Status']))
    Object.assign(entity, contactOf(books, entity, given), daysOf(entity, isApproved), currencyOf(entity))
    if (isApproved && rowsOf(entity).length === 0) throw new Invalid('One or more line items must be specified')
    const number = numberOfInvoice(books, entity, before)
    const isOpen = !['DELETED', 'VOIDED'].includes(String(entity['Status']))
    const totals = totalsOf(books, entity, isApproved, asked)
    return {
      entity: { ...entity, ...totals, InvoiceNumber: number, HasErrors: undefined },
      name: isOpen ? number : null,
      isArchived: false,
    }
  },
}

const fresh = {
  ...{ LineAmountTypes: 'Exclusive', Reference: '', LineItems: [], SentToContact: false, HasAttachments: false },
  ...{ Payments: [], CreditNotes: [], Prepayments: [], Overpayments: [], CurrencyRate: 1, IsDiscounted: false },
  ...{ AmountPaid: 0, AmountCredited: 0 },
}

/** What a row changes of an invoice; throws where it may not be changed. */
function changesOf(row: Entity, before: Entity): Entity {
  const status = String(before['Status'])
  const asked = (row['Status'] ?? status) as string
  if (!next[status]?.includes(asked)) throw new Invalid(unmodifiable)
  const isPaid = (before['Payments'] as unknown[]).length > 0
  if (isPaid && asked === 'VOIDED') throw new Invalid(unmodifiable)
  if (isPaid && Object.keys(row).some(name => !freeOfPaid.includes(name)))
    throw new Invalid(
      unmodifiable,
      'This document cannot be edited as it has a payment or credit note allocated to it.',
    )
  return { ...row, Status: asked === 'PAID' ? status : asked }
}

function contactOf(books: Books, entity: Entity, given: Entity): Entity {
  if (entity['Contact'] === undefined) throw new Invalid('A Contact must be specified for this type of transaction')
  if (given['Contact'] === undefined) return {}
  const { ContactID, ContactNumber, Name } = given['Contact'] as Entity
  const contact =
    ContactID === undefined
      ? entityNamed(books, 'Contacts', Name ?? ContactNumber)
      : getEntity(books, 'Contacts', ContactID)
  if (!contact) throw new Invalid('The contact could not be found')
  if (contact['ContactStatus'] === 'ARCHIVED')
    throw new Invalid('The Contact is archived. Archived contacts cannot be used for invoicing.')
  return { Contact: { ContactID: contact['ContactID'], Name: contact['Name'], HasValidationErrors: false } }
}

function daysOf(entity: Entity, isApproved: boolean): Entity {
  const date = xeroDay(entity['Date'] ?? new Date().toISOString())
  if (!date) throw new Invalid('Date is not a valid date')
  if (entity['DueDate'] === undefined && isApproved) throw new Invalid('DueDate cannot be empty')
  const due = entity['DueDate'] === undefined ? undefined : xeroDay(entity['DueDate'])
  if (entity['DueDate'] !== undefined && !due) throw new Invalid('DueDate is not a valid date')
  return { Date: date.stamp, DateString: date.text, ...(due ? { DueDate: due.stamp, DueDateString: due.text } : {}) }
}

function currencyOf(entity: Entity): Entity {
  const code = (entity['CurrencyCode'] ?? 'USD') as string
  if (!currencies.includes(code)) throw new Invalid(`Organisation is not subscribed to currency ${code}`)
  return { CurrencyCode: code }
}

function numberOfInvoice({ storage, tenant }: Books, entity: Entity, before: Entity | undefined): string {
  const given = entity['InvoiceNumber']
  if (typeof given === 'string' && given !== '') {
    const other = entityNamed({ storage, tenant }, 'Invoices', given)
    if (other && other['InvoiceID'] !== before?.['InvoiceID']) throw new Invalid('Invoice # must be unique.')
    return given
  }
  const count = "SELECT count(*) AS total FROM xero_entities WHERE tenant = ? AND kind = 'Invoices'"
  for (let next = (storage.get<{ total: number }>(count, tenant)?.total ?? 0) + 1; ; next++) {
    const number = `INV-${String(next).padStart(4, '0')}`
    if (!entityNamed({ storage, tenant }, 'Invoices', number)) return number
  }
}

const rowsOf = ({ LineItems: rows }: Entity) => (Array.isArray(rows) ? (rows as Entity[]) : [])

function totalsOf(books: Books, entity: Entity, isApproved: boolean, asked: Asked): Entity {
  const types = entity['LineAmountTypes'] as LineAmountTypes
  if (!['Exclusive', 'Inclusive', 'NoTax'].includes(types)) throw new Invalid('LineAmountTypes is not valid')
  const lines = linesOf(books, rowsOf(entity), { types, isApproved, asked })
  const [amount, tax] = [sum(lines.map(line => line.amount)), sum(lines.map(line => line.tax))]
  const net = types === 'Inclusive' ? amount - tax : amount
  return {
    ...{ LineItems: lines.map(({ line }) => line), SubTotal: numberOf(net), TotalTax: numberOf(tax) },
    ...{ Total: numberOf(net + tax), ...dueOf(entity, net + tax) },
  }
}

function dueOf(entity: Entity, total: Exact): Entity {
  const paid = exact(entity['AmountPaid']) ?? 0n
  const isVoid = ['VOIDED', 'DELETED'].includes(String(entity['Status']))
  return { AmountDue: isVoid ? 0 : numberOf(total - paid) }
}

/** A payment has been made of an invoice, or taken back; throws nothing: it was checked. */
export function settlePayment(books: Books, invoiceId: string, payment: Entity, isMade: boolean): void {
  const invoice = getEntity(books, 'Invoices', invoiceId)
  if (!invoice) return
  const { PaymentID, Date: date, Amount, Reference, CurrencyRate } = payment
  const others = (invoice['Payments'] as Entity[]).filter(one => one['PaymentID'] !== PaymentID)
  const change = exact(Amount) ?? 0n
  const paid = (exact(invoice['AmountPaid']) ?? 0n) + (isMade ? change : -change)
  const due = (exact(invoice['Total']) ?? 0n) - paid
  const own = { PaymentID, Date: date, Amount, Reference, CurrencyRate, HasAccount: false, HasValidationErrors: false }
  const entity = {
    ...invoice,
    ...{ Payments: isMade ? [...others, own] : others, AmountPaid: numberOf(paid), AmountDue: numberOf(due) },
    ...{ Status: due === 0n ? 'PAID' : 'AUTHORISED', FullyPaidOnDate: due === 0n ? xeroTime(Date.now()) : undefined },
  }
  const place = { kind: 'Invoices', id: invoiceId, name: String(invoice['InvoiceNumber']), isArchived: false }
  putEntity(books, place, entity)
}
