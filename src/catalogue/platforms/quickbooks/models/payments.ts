import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, voiding } from '../calls.ts'

const ofInvoices = { path: 'LinkedTxn.0.TxnType', equals: 'Invoice' } as const
const money = { transform: { kind: 'decimal', scale: 2 } } as const

export const payments = {
  collection: 'payments',
  summary: 'Payments of customers, and the invoices that they pay',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment',
  ...callsOf('Payment'),
  gone: [
    { path: 'status', equals: 'Deleted' },
    { path: 'PrivateNote', equals: 'Voided' },
  ],
  delete: voiding('Payment', { operation: 'delete' }),
  fields: [
    ['customerId', 'CustomerRef.value', { reference: 'customers' }],
    ['date', 'TxnDate'],
    ['amount', 'TotalAmt', money],
    ['currency', 'CurrencyRef.value', { only: 'create' }],
    ['exchangeRate', 'ExchangeRate', { transform: { kind: 'decimal' } }],
    ['reference', 'PaymentRefNum'],
    // One invoice is named by the payment itself, several by its allocations.
    [
      'invoiceId',
      'Line',
      {
        reference: 'invoices',
        transform: { kind: 'sole', value: 'LinkedTxn.0.TxnId', where: ofInvoices, beside: { Amount: 'amount' } },
      },
    ],
    [
      'allocations',
      'Line',
      {
        where: ofInvoices,
        several: true,
        each: [
          ['invoiceId', 'LinkedTxn.0.TxnId', { reference: 'invoices' }],
          ['amount', 'Amount', money],
        ],
      },
    ],
  ],
} satisfies ModelDefinition
