import { collection, date, decimal, list, reference, text } from './shapes.ts'

export const payments = collection('What customers have paid', {
  customerId: reference('customers', 'Who paid'),
  date: date('Day of the payment'),
  amount: decimal('What was paid'),
  currency: text('ISO 4217 code, in capitals'),
  exchangeRate: decimal('Units of the currency of the books for one of its own'),
  reference: text('Number by which both sides know it'),
  method: text('How it was paid'),
  invoiceId: reference('invoices', 'The invoice that it pays, where it pays one'),
  allocations: list('Which invoices it pays', {
    invoiceId: reference('invoices', 'The invoice'),
    amount: decimal('What of the payment goes to it'),
  }),
  unapplied: decimal('What of it goes to no invoice yet'),
  batch: text('The batch at the platform that it was made with'),
  status: text('How far it is, in the words of the platform'),
})
