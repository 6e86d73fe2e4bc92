import { collection, date, decimal, group, instant, text } from './shapes.ts'

export const metrics = collection('Figures of a day', {
  name: text('What is counted, or what it is counted of'),
  date: date('The day'),
  startsAt: instant('Since when it is counted, where that is more than a day'),
  endsAt: instant('When the day ended, where the platform tells that'),
  value: decimal('How many or how much'),
  currency: text('ISO 4217 code, in capitals, where it is money'),
  dimensions: group({
    campaign: text('The campaign'),
    adSet: text('The group of ads'),
    ad: text('The ad'),
    post: text('The post or video'),
  }),
  figures: group({
    impressions: decimal('How often it was shown'),
    reach: decimal('To how many people it was shown'),
    views: decimal('How often it was seen'),
    clicks: decimal('How often it was clicked'),
    likes: decimal('How often it was liked'),
    comments: decimal('How often it was commented'),
    shares: decimal('How often it was shared'),
    conversions: decimal('How often it led to what it was for'),
    spend: decimal('What it cost'),
    costMicros: decimal('What it cost, in millionths of the currency'),
    minutesWatched: decimal('For how many minutes it was watched'),
    subscribersGained: decimal('How many subscribed'),
  }),
  account: text('The account that it is of'),
})
