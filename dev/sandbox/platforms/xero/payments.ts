import { exact, numberOf } from '../../money.ts'
import { type Books, type Entity, entityNamed, getEntity, xeroDay } from './entities.ts'
import { moneyIn } from './invoice-lines.ts'
import { settlePayment } from './invoices.ts'
import type { Kind } from './kinds.ts'
import { accounts } from './organisations.ts'
import { checkLengths, Invalid } from './problems.ts'

/** Made, and taken back, and nothing else. https://developer.xero.com/documentation/api/accounting/payments */
export const payments: Kind = {
  plural: 'Payments',
  idName: 'PaymentID',
  scopes: ['transactions', 'payments'],
  isPaged: true,
  settle(books, row, before) {
    if (before) {
      const others = Object.keys(row).filter(name => !['PaymentID', 'Status', 'BatchPaymentID'].includes(name))
      if (row['Status'] !== 'DELETED' || others.length > 0)
        throw new Invalid('Payments cannot be updated, only deleted')
      if (before['Status'] === 'DELETED') throw new Invalid('The payment has already been deleted')
      if (before['BatchPaymentID'] !== row['BatchPaymentID'])
        throw new Invalid('A payment that is part of a batch cannot be deleted by itself')
      return { entity: { ...before, Status: 'DELETED' }, name: null, isArchived: false }
    }
    checkLengths(row, { Reference: 255 })
    const invoice = invoiceOf(books, row)
    if (invoice['Status'] !== 'AUTHORISED') throw new Invalid('Payments can only be made against Authorised documents')
    const account = accountPaid(row)
    const date = xeroDay(row['Date'] ?? new Date().toISOString())
    if (!date) throw new Invalid('Date is not a valid date')
    const amount = moneyIn(row, 'Amount')
    if (amount === undefined || amount <= 0n) throw new Invalid('Payment amount must be greater than zero')
    if (amount > (exact(invoice['AmountDue']) ?? 0n))
      throw new Invalid('Payment amount exceeds the amount outstanding on this document')
    const { InvoiceID, InvoiceNumber, Contact, CurrencyCode, Type } = invoice
    const { AccountID, Code, Name } = account
    return {
      entity: {
        ...{ Date: date.stamp, Amount: numberOf(amount), BankAmount: numberOf(amount), Status: 'AUTHORISED' },
        ...{ Reference: row['Reference'] ?? '', CurrencyRate: row['CurrencyRate'] ?? invoice['CurrencyRate'] },
        ...{ PaymentType: 'ACCRECPAYMENT', IsReconciled: row['IsReconciled'] ?? false, HasAccount: true },
        ...{ Account: { AccountID, Code, Name }, Invoice: { InvoiceID, InvoiceNumber, Contact, CurrencyCode, Type } },
        ...{ PaymentID: row['PaymentID'], HasValidationErrors: false, ...inBatch(row) },
      },
      name: null,
      isArchived: false,
    }
  },
  after(books, now, before) {
    const { InvoiceID } = now['Invoice'] as { InvoiceID: string }
    settlePayment(books, InvoiceID, now, before === undefined)
  },
}

function invoiceOf(books: Books, row: Entity): Entity {
  const { InvoiceID, InvoiceNumber } = {
    InvoiceNumber: row['InvoiceNumber'],
    ...(row['Invoice'] as Entity | undefined),
  } as Entity
  const found =
    InvoiceID === undefined ? entityNamed(books, 'Invoices', InvoiceNumber) : getEntity(books, 'Invoices', InvoiceID)
  if (!found) throw new Invalid('The invoice that the payment is for could not be found')
  return found
}

function accountPaid(row: Entity): (typeof accounts)[number] {
  const { Code, AccountID } = { Code: row['Code'], ...(row['Account'] as Entity | undefined) } as Entity
  const account = accounts.find(one => (AccountID === undefined ? one.Code === Code : one.AccountID === AccountID))
  if (!account) throw new Invalid('Account could not be found')
  if (account.Type !== 'BANK' && !account.EnablePaymentsToAccount)
    throw new Invalid('Account type is not valid for payments: it must be a bank account or have payments enabled')
  return account
}

/** What a payment says of the batch that it was made with. */
function inBatch({ BatchPaymentID }: Entity): Entity {
  return BatchPaymentID === undefined ? {} : { BatchPaymentID, BatchPayment: { BatchPaymentID, Type: 'RECBATCH' } }
}
