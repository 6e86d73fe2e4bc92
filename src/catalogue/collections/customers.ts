import { partyMembers } from './parties.ts'
import { collection, decimal } from './shapes.ts'

export const customers = collection('Those who buy', {
  ...partyMembers('customer'),
  balance: decimal('What the customer owes, in units of the currency'),
})
