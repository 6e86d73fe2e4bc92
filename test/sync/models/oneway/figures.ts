import { dayBefore, dayMs, iso, now, type Trial } from './trial.ts'

/** Figures of days. */
export const figureTrials: Trial[] = [
  {
    ...{
      platform: 'facebook',
      model: 'insights',
      costly: true,
      method: 'page',
      collection: 'metrics',
      feed: 'windows',
      gone: 'kept',
    },
    ...{ config: { metric: 'page_post_engagements' }, kind: 'insights', account: '20150000000000000', count: 130 },
    path: '/v26.0/20150000000000000/insights',
    item: (n, change) => seriesItem('page_post_engagements', n, change, 130),
    first: { name: 'page_post_engagements', value: '10', endsAt: `${dayBefore(131)}T08:00:00.000Z` },
  },
  {
    ...{
      platform: 'instagram',
      costly: true,
      model: 'insights',
      method: 'oauth',
      collection: 'metrics',
      feed: 'windows',
      gone: 'kept',
    },
    ...{ scopes: ['instagram_business_manage_insights'], kind: 'insights', account: '17841400000000001', count: 40 },
    path: '/v26.0/me/insights',
    item: (n, change) => seriesItem('reach', n, change, 40),
    first: { name: 'reach', value: '10', endsAt: `${dayBefore(41)}T08:00:00.000Z` },
  },
  {
    ...{
      platform: 'meta-ads',
      costly: true,
      model: 'insights',
      method: 'system-user',
      collection: 'metrics',
      feed: 'windows',
    },
    ...{ gone: 'kept', kind: 'insights', account: 'act_301500000000000010', count: 600 },
    path: '/v26.0/act_301500000000000010/insights',
    item: (n, change) => {
      // Hundreds on one day are more than a page.
      const date_start = n === 2 || n > 600 ? dayBefore(3) : dayBefore(70)
      const figures = { impressions: '1000', reach: '900', clicks: String(10 + change), spend: '12.34' }
      const names = { campaign_name: 'Spring', adset_name: 'Towns', ad_name: `Ad ${n}`, account_currency: 'MYR' }
      return { id: `${n}`, thing: { ad_id: String(23_000 + n), date_start, ...names, ...figures } }
    },
    first: {
      ...{ name: 'Ad 1', date: dayBefore(70), currency: 'MYR' },
      figures: { impressions: '1000', reach: '900', clicks: '10', spend: '12.34' },
      dimensions: { campaign: 'Spring', adSet: 'Towns', ad: '23001' },
    },
  },
  {
    ...{
      platform: 'google-ads',
      costly: true,
      model: 'campaign-figures',
      method: 'oauth',
      collection: 'metrics',
      feed: 'windows',
    },
    ...{ gone: 'kept', kind: 'report', account: '1234567890', count: 60 },
    path: '/v26/customers/1234567890/googleAds',
    before: [{ platform: 'google-ads', kind: 'pages', account: '1234567890', id: 'rows', thing: { rows: 25 } }],
    item: (n, change) => ({
      id: String(n),
      thing: {
        ...{ id: 700 + n, name: `Campaign ${n}`, date: n === 2 || n > 60 ? dayBefore(2) : dayBefore(100) },
        ...{ impressions: '1000', clicks: String(7 + change), costMicros: '12340000', conversions: 1.5 },
      },
    }),
    first: {
      ...{ name: 'Campaign 1', date: dayBefore(100), currency: 'MYR', dimensions: { campaign: '701' } },
      figures: { impressions: '1000', clicks: '7', costMicros: '12340000', conversions: '1.5' },
    },
  },
  {
    ...{ platform: 'tiktok-ads', model: 'campaign-figures', method: 'oauth', collection: 'metrics', feed: 'windows' },
    ...{ gone: 'kept', config: { advertiser: '7100000000000000010' }, kind: 'report', account: '7100000000000000010' },
    ...{ count: 60, path: '/open_api/v1.3/report' },
    item: (n, change) => ({
      id: String(n),
      thing: {
        ...{ campaign_id: String(1_700_000 + n), stat_time_day: n === 2 || n > 60 ? dayBefore(2) : dayBefore(100) },
        ...{
          campaign_name: `Campaign ${n}`,
          spend: '1.20',
          impressions: '50',
          clicks: String(5 + change),
          conversion: '0',
        },
      },
    }),
    first: {
      ...{ name: 'Campaign 1', startsAt: `${dayBefore(100)}T00:00:00.000Z` },
      figures: { spend: '1.20', impressions: '50', clicks: '5', conversions: '0' },
    },
  },
  {
    ...{ platform: 'youtube', model: 'channel-figures', method: 'oauth', collection: 'metrics', feed: 'windows' },
    ...{ gone: 'kept', scopes: ['https://www.googleapis.com/auth/yt-analytics.readonly'], kind: 'reports' },
    ...{ account: 'UCcausewaySandbox0000001A', count: 400, path: '/v2/reports' },
    item: (n, change) => {
      // The last days are told again.
      const day = dayBefore(n === 2 ? 3 : n > 400 ? 1 : 450 - n)
      return { id: String(n), thing: { day, views: 100 + change, likes: 4, estimatedMinutesWatched: 300 } }
    },
    first: {
      name: 'channel',
      date: dayBefore(449),
      figures: expect.objectContaining({ views: '100', likes: '4' }) as unknown,
    },
  },
  {
    ...{
      platform: 'linkedin',
      costly: true,
      model: 'share-figures',
      method: 'oauth',
      collection: 'metrics',
      feed: 'windows',
    },
    ...{ gone: 'kept', scopes: ['rw_organization_admin'], config: { organization: '2414183' }, kind: 'statistics' },
    ...{ account: '2414183', count: 200, path: '/rest/organizationalEntityShareStatistics' },
    item: (n, change) => {
      const start = Date.parse(dayBefore(n === 2 ? 3 : n > 200 ? 1 : 250 - n))
      return {
        id: String(n),
        thing: { start, impressionCount: 90, clickCount: 3 + change, uniqueImpressionsCount: 80 },
      }
    },
    first: {
      ...{ name: 'organization 2414183', date: dayBefore(249), account: 'urn:li:organization:2414183' },
      figures: { impressions: '90', reach: '80', clicks: '3', likes: '0', comments: '0', shares: '0' },
    },
  },
  {
    ...{ platform: 'linkedin', costly: true, model: 'campaign-figures', method: 'oauth', collection: 'metrics' },
    ...{ feed: 'windows', gone: 'kept', scopes: ['r_ads_reporting'], config: { account: '507404993' } },
    ...{ kind: 'analytics', account: '507404993', count: 60, path: '/rest/adAnalytics' },
    item: (n, change) => ({
      id: String(n),
      thing: {
        ...{ campaign: String(253_102_000 + n), date: n === 2 || n > 60 ? dayBefore(2) : dayBefore(100) },
        ...{ impressions: 1000, clicks: 7 + change, costInLocalCurrency: '12.340000', externalWebsiteConversions: 2 },
      },
    }),
    first: {
      ...{ name: 'urn:li:sponsoredCampaign:253102001', date: dayBefore(100), account: '507404993' },
      dimensions: { campaign: 'urn:li:sponsoredCampaign:253102001' },
      figures: {
        ...{ impressions: '1000', clicks: '7', spend: '12.34', conversions: '2' },
        ...{ likes: '0', comments: '0', shares: '0' },
      },
    },
  },
  {
    ...{ platform: 'twitter', model: 'post-figures', method: 'oauth', collection: 'metrics', feed: 'windows' },
    ...{ gone: 'kept', kind: 'post', count: 130 },
    ...{ account: '2244994945000000001', config: { user: '2244994945000000001' } },
    path: '/2/users/2244994945000000001/tweets',
    item: (n, change) => {
      const at = n === 2 || n > 130 ? 2 * dayMs : 60 * dayMs - n * 1000
      const id = String(1_800_000_000_000_000_000n + BigInt(n))
      const public_metrics = { impression_count: 500, like_count: 3 + change }
      return { id, thing: { id, text: `Post ${n}`, created_at: iso(new Date(now - at)), public_metrics } }
    },
    first: {
      ...{ name: 'Post 1', dimensions: { post: '1800000000000000001' } },
      figures: { impressions: '500', likes: '3', comments: '0', shares: '0' },
    },
  },
  {
    ...{
      platform: 'tiktok',
      model: 'video-figures',
      method: 'oauth',
      collection: 'metrics',
      feed: 'none',
      gone: 'kept',
    },
    ...{ scopes: ['video.list'], kind: 'videos', account: '723f24d7-e717-40f8-a2b6-cb8464cd23b4', count: 50 },
    path: '/v2/video/list/',
    item: (n, change) => {
      const create_time = Math.floor(now / 1000) - 1000 + n
      return {
        id: `70802134585557${n}`,
        thing: { id: `70802134585557${n}`, title: `Video ${n}`, create_time, view_count: 9 + change },
      }
    },
    first: {
      ...{ name: 'Video 1', dimensions: { post: '708021345855571' } },
      figures: { views: '9', likes: '0', comments: '0', shares: '0' },
    },
  },
]

/** A series tells a day by its end. The second one is of the last days, which are read again. */
function seriesItem(name: string, n: number, change: number, count: number) {
  const day = dayBefore(n === 2 ? 2 : n > count ? 1 : n === 1 ? count + 1 : count + 3 - n)
  return { id: `${name} ${n}`, thing: { name, value: 10 + change, end_time: `${day}T08:00:00.000Z` } }
}
