import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, marked, modifiedSince, pagesOf } from '../calls.ts'

// A payment is made and taken back: nothing of it can be changed. One of several invoices (a batch) is a payment of each there, which
// says its batch and goes with it alone; the hub makes none, so that a record that names several invoices is listed, and not told.
const { update: _single, batch, ...calls } = callsOf('Payments', 'PaymentID')
const { update: _row, ...creates } = batch

export const payments = {
  collection: 'payments',
  summary: 'Payments of sales invoices, each of one invoice',
  docs: 'https://developer.xero.com/documentation/api/accounting/payments',
  ...calls,
  create: { ...calls.create, constant: { Account: { Code: '{bankAccount}' } } },
  batch: creates,
  gone: [{ path: 'Status', equals: 'DELETED' }],
  list: pagesOf('Payments', 'PaymentID', { where: 'PaymentType=="ACCRECPAYMENT"' }),
  changedSince: modifiedSince(true),
  delete: marked('Payments', 'DELETED'),
  asks: [
    {
      name: 'bankAccount',
      label: 'Bank account',
      help: 'Code of the account that payments are made to, such as 090',
      pattern: '^[A-Za-z0-9.-]{1,10}$',
      default: '090',
    },
  ],
  fields: [
    ['invoiceId', 'Invoice.InvoiceID', { reference: 'invoices', needed: true }],
    ['customerId', 'Invoice.Contact.ContactID', { reference: 'contacts', only: 'read' }],
    ['date', 'Date', { transform: { kind: 'date', format: 'dotnet', written: 'iso' } }],
    ['amount', 'Amount', { transform: { kind: 'decimal', scale: 2 } }],
    ['currency', 'Invoice.CurrencyCode', { only: 'read' }],
    ['reference', 'Reference'],
    ['batch', 'BatchPaymentID', { only: 'read' }],
    ['status', 'Status', { only: 'read' }],
  ],
} satisfies ModelDefinition
