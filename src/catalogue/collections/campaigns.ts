import { collection, decimal, instant, text } from './shapes.ts'

export const campaigns = collection('Mailings', {
  name: text('What it is called'),
  subject: text('Its subject line'),
  type: text('What kind of mailing it is, in the words of the platform'),
  status: text('How far it is, in the words of the platform'),
  list: text('The list that it goes to'),
  sent: decimal('To how many it went'),
  url: text('Its page'),
  createdAt: instant('When it was made'),
  sentAt: instant('When it was sent'),
})
