import { partyMembers } from './parties.ts'
import { collection, reference, text } from './shapes.ts'

export const contacts = collection('People one deals with', {
  ...partyMembers('contact'),
  companyId: reference('companies', 'The company that the person belongs to'),
  jobTitle: text('What the person does there'),
  lifecycleStage: text('How far the person is as a customer, in the words of the platform'),
})
