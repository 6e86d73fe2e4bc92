import { partyMembers } from './parties.ts'
import { collection, instant, text } from './shapes.ts'

export const leads = collection('Those who may become customers', {
  ...partyMembers('lead'),
  source: text('Where the lead came from'),
  campaign: text('The campaign that brought it'),
  ad: text('The ad that brought it'),
  form: text('The form that was filled in'),
  status: text('How far it is, in the words of the platform'),
  createdAt: instant('When it came'),
})
