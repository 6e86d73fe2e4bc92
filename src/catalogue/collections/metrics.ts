import { collection, date, decimal, dictionary, text } from './shapes.ts'

export const metrics = collection('Figures of a day', {
  name: text('What is counted'),
  date: date('The day'),
  value: decimal('How many or how much'),
  currency: text('ISO 4217 code, in capitals, where it is money'),
  dimensions: dictionary('What it is counted by'),
  account: text('The account that it is of'),
})
