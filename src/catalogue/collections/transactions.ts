import { collection, decimal, instant, text } from './shapes.ts'

export const transactions = collection('What went into and out of an account', {
  number: text('What the platform calls it'),
  type: text('What kind of transaction it is, in the words of the platform'),
  status: text('completed, pending, denied or reversed; else in the words of the platform'),
  amount: decimal('How much; negative for what went out'),
  currency: text('ISO 4217 code, in capitals'),
  fee: decimal('What the platform took; negative'),
  reference: text('What the account holder calls it, such as the number of an invoice'),
  description: text('What it is about'),
  payerName: text('Who paid'),
  payerEmail: text('E-mail address of who paid'),
  date: instant('When it was begun'),
  updatedAt: instant('When it was last changed'),
})
