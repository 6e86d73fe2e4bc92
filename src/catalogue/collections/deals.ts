import { collection, date, decimal, reference, text } from './shapes.ts'

export const deals = collection('Sales that may come about', {
  name: text('What it is called'),
  amount: decimal('What it would bring'),
  currency: text('ISO 4217 code, in capitals'),
  stage: text('How far it is, in the words of the platform'),
  pipeline: text('The row of stages that it goes through'),
  closeDate: date('Day by which it is to come about'),
  companyId: reference('companies', 'The company that it is with'),
  contactId: reference('contacts', 'The person that it is with'),
  ownerName: text('Who sees to it'),
  notes: text('Free text'),
})
