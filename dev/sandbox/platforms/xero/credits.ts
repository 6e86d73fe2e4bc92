import { exact, numberOf, type Exact } from '../../money.ts'
import { type Books, type Entity, getEntity, xeroDay } from './entities.ts'
import { moneyIn } from './invoice-lines.ts'
import type { Kind } from './kinds.ts'
import { Invalid } from './problems.ts'

/**
 * What is paid in advance or too much, by the bank transaction that made it and a person who applied it: the API shows it, and makes
 * none here. https://developer.xero.com/documentation/api/accounting/prepayments
 */
const creditsOf = (plural: string, idName: string, types: readonly string[]): Kind => ({
  plural,
  idName,
  scopes: ['transactions', 'payments'],
  isPaged: true,
  isReadOnly: true,
  settle(books, row, before) {
    const { Type, Contact, Status = 'AUTHORISED' } = { ...before, ...row }
    if (!types.includes(String(Type))) throw new Invalid('Type is not valid')
    const contact = getEntity(books, 'Contacts', (Contact as Entity | undefined)?.['ContactID'])
    if (!contact) throw new Invalid('The contact could not be found')
    const date = xeroDay(row['Date'] ?? before?.['Date'])
    if (!date) throw new Invalid('Date is not a valid date')
    const total = exact(before?.['Total'] ?? null) ?? moneyIn(row, 'Total') ?? 0n
    const Allocations = allocated(books, row['Allocations'] ?? before?.['Allocations'] ?? [])
    const applied = Allocations.reduce<Exact>((whole, one) => whole + exact(one['Amount'])!, 0n)
    if (applied > total) throw new Invalid('The amount allocated exceeds the remaining credit')
    const entity = {
      ...{ CurrencyCode: 'USD', CurrencyRate: 1, Reference: '', LineItems: [], Payments: [], HasAttachments: false },
      ...before,
      ...row,
      ...{ Contact: { ContactID: contact['ContactID'], Name: contact['Name'] }, Date: date.stamp, Allocations },
      ...{ Total: numberOf(total), SubTotal: numberOf(total), TotalTax: 0, RemainingCredit: numberOf(total - applied) },
      Status: Status === 'AUTHORISED' && applied === total ? 'PAID' : Status,
    }
    return { entity, name: null, isArchived: false }
  },
})

function allocated(books: Books, rows: unknown): Entity[] {
  return (rows as Entity[]).map(row => {
    const invoice = getEntity(books, 'Invoices', (row['Invoice'] as Entity)['InvoiceID'])
    if (!invoice) throw new Invalid('The invoice that it is allocated to could not be found')
    const { InvoiceID, InvoiceNumber } = invoice
    return { Amount: row['Amount'], Date: row['Date'] ?? invoice['Date'], Invoice: { InvoiceID, InvoiceNumber } }
  })
}

export const prepayments = creditsOf('Prepayments', 'PrepaymentID', ['RECEIVE-PREPAYMENT', 'SPEND-PREPAYMENT'])
export const overpayments = creditsOf('Overpayments', 'OverpaymentID', ['RECEIVE-OVERPAYMENT', 'SPEND-OVERPAYMENT'])
