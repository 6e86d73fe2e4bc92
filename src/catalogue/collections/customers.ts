import { partyMembers } from './parties.ts'
import { collection, decimal, text } from './shapes.ts'

export const customers = collection('Those who buy', {
  code: text('Code by which books name the customer, such as 300-A001'),
  ...partyMembers('customer'),
  balance: decimal('What the customer owes, in units of the currency'),
})
