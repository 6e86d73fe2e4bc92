import type { SandboxThing } from '../../../dev/sandbox/control-client.ts'
import { memberId } from '../../../dev/sandbox/platforms/mailchimp/lists.ts'

/** A model that is only read, and how somebody at the platform makes, changes and deletes what it holds. */
export interface Trial {
  platform: string
  model: string
  method: string
  scopes?: string[]
  config?: Record<string, string>
  collection: string
  /** Where the sandbox keeps it. */
  kind: string
  account: string
  /** So many things, which are more than a page. */
  count: number
  /** The n-th thing; a `change` above 0 is later. */
  item: (n: number, change: number) => { id: string; thing: Record<string, unknown> }
  /** What the record of the first is. */
  first: Record<string, unknown>
  /** How it tells what has changed. */
  feed: 'changes' | 'windows' | 'none'
  /** What has changed is not told, as nothing changes. */
  frozen?: true
  gone: 'told' | 'compared' | 'kept'
  cancelled?: (n: number) => { id: string; thing: Record<string, unknown> }
  /** What the list shows and is no such thing. */
  besides?: SandboxThing[]
  before?: SandboxThing[]
  /** Its limit is of an hour or a day: a refusal, and reading everything once more, make it wait for longer than a test may. */
  costly?: true
  /** The start of the path of its list, behind its host. */
  path: string
}

const now = Date.now()
const dayMs = 86_400_000
/** Some days ago, at the time that a change would have. */
const past = (n: number) => new Date(now - 40 * dayMs + n * 1000)
/** A little ahead, as a feed is asked for the time before the last run. */
const soon = () => new Date(Date.now() + 1000)
const iso = (time: Date) => time.toISOString()
const seconds = (time: Date) => `${iso(time).slice(0, 19)}Z`
const timeOf = (n: number, change: number) => (change > 0 ? soon() : past(n))
const dayBefore = (days: number) => iso(new Date(now - days * dayMs)).slice(0, 10)

export const trials: Trial[] = [
  {
    ...{
      platform: 'github',
      model: 'issues',
      method: 'token',
      collection: 'issues',
      feed: 'changes',
      gone: 'compared',
    },
    ...{
      config: { owner: 'octocat', repository: 'causeway' },
      kind: 'issues',
      account: 'octocat/causeway',
      count: 130,
    },
    path: '/repos/octocat/causeway/issues',
    item: (number, change) => ({
      id: String(number),
      thing: {
        ...{ number, title: `Issue ${number} ${change}`, state: number === 1 ? 'closed' : 'open', body: 'It leaks' },
        ...{ created_at: seconds(past(number)), updated_at: seconds(timeOf(number, change)) },
        ...{
          labels: [
            { id: 1, name: 'bug' },
            { id: 2, name: 'river' },
          ],
          assignee: { login: 'hubot' },
        },
      },
    }),
    first: {
      ...{ title: 'Issue 1 0', status: 'closed', description: 'It leaks', number: '1', labels: ['bug', 'river'] },
      ...{
        assignee: 'hubot',
        url: 'https://github.com/octocat/causeway/issues/1',
        createdAt: `${seconds(past(1)).slice(0, 19)}.000Z`,
      },
    },
    besides: [
      {
        ...{ platform: 'github', kind: 'issues', account: 'octocat/causeway', id: '9000' },
        thing: { number: 9000, pull_request: { url: 'https://api.github.com/repos/octocat/causeway/pulls/9000' } },
      },
    ],
  },
  {
    ...{
      platform: 'gitlab',
      model: 'issues',
      method: 'token',
      collection: 'issues',
      feed: 'changes',
      gone: 'compared',
    },
    ...{
      config: { project: 'ada/p1' },
      kind: 'issues',
      account: 'ada/p1',
      count: 130,
      path: '/api/v4/projects',
    },
    item: (iid, change) => ({
      id: String(iid),
      thing: {
        ...{ iid, title: `Issue ${iid} ${change}`, state: 'opened', labels: ['bug'], due_date: '2026-03-01' },
        ...{ created_at: iso(past(iid)), updated_at: iso(timeOf(iid, change)), assignee: { id: 7, username: 'grace' } },
      },
    }),
    first: {
      title: 'Issue 1 0',
      status: 'open',
      number: '1',
      labels: ['bug'],
      dueDate: '2026-03-01',
      assignee: 'grace',
    },
  },
  {
    ...{ platform: 'jira', model: 'issues', method: 'token', collection: 'issues', feed: 'changes', gone: 'compared' },
    ...{ config: { project: 'CROSS' }, kind: 'issues', account: 'causeway.atlassian.net', count: 130 },
    path: '/rest/api/2/search/jql',
    item: (n, change) => ({
      id: String(10_000 + n),
      thing: {
        ...{ id: String(10_000 + n), key: `CROSS-${n}` },
        fields: {
          ...{ summary: `Issue ${n} ${change}`, description: 'The *bridge*', labels: ['river'], duedate: '2026-03-01' },
          // As the person's zone has it.
          updated: iso(new Date(timeOf(n, change).getTime() + 8 * 3_600_000)).replace('Z', '+0800'),
        },
      },
    }),
    first: {
      ...{ title: 'Issue 1 0', description: 'The *bridge*', status: 'To Do', priority: 'Medium', number: 'CROSS-1' },
      ...{ project: 'CROSS', labels: ['river'], dueDate: '2026-03-01', updatedAt: iso(past(1)) },
    },
  },
  {
    ...{ platform: 'asana', model: 'tasks', method: 'personal-token', collection: 'tasks', feed: 'changes' },
    ...{
      gone: 'compared',
      config: { project: '1198000000000000' },
      kind: 'tasks',
      account: '1198000000000000',
      count: 130,
    },
    path: '/api/1.0/tasks',
    item: (n, change) => ({
      id: String(1_197_000_000_000_000 + n),
      thing: {
        ...{ gid: String(1_197_000_000_000_000 + n), name: `Task ${n} ${change}`, notes: 'Soon', completed: n === 1 },
        ...{ modified_at: iso(timeOf(n, change)), due_on: '2026-03-01', tags: [{ gid: '1', name: 'river' }] },
      },
    }),
    first: { title: 'Task 1 0', description: 'Soon', status: 'closed', labels: ['river'], dueDate: '2026-03-01' },
  },
  {
    ...{
      platform: 'google-calendar',
      model: 'events',
      method: 'oauth',
      collection: 'events',
      feed: 'changes',
      gone: 'told',
    },
    ...{
      kind: 'events',
      account: 'ada@causeway.example',
      count: 260,
      path: '/calendar/v3/calendars',
    },
    item: (n, change) => ({
      id: `ev${n}`,
      thing: {
        ...{
          id: `ev${n}`,
          summary: `Event ${n} ${change}`,
          _at: change > 0 ? 1000 + n : n,
          updated: iso(timeOf(n, change)),
        },
        ...(n === 1 ? { start: { date: '2026-02-01' }, end: { date: '2026-02-02' } } : {}),
        attendees: [{ email: 'grace@causeway.example', responseStatus: 'accepted' }],
      },
    }),
    cancelled: n => ({ id: `ev${n}`, thing: { id: `ev${n}`, status: 'cancelled', _at: 5000 } }),
    first: {
      ...{ title: 'Event 1 0', startsOn: '2026-02-01', endsOn: '2026-02-02', organizer: 'ada@causeway.example' },
      attendees: [{ email: 'grace@causeway.example', status: 'accepted' }],
    },
  },
  {
    ...{ platform: 'typeform', model: 'responses', method: 'personal-token', collection: 'responses', feed: 'changes' },
    ...{ gone: 'kept', frozen: true, config: { form: 'fOrder' }, kind: 'responses', account: 'fOrder', count: 520 },
    path: '/forms/fOrder/responses',
    item: (n, change) => ({
      id: `r${n}`,
      thing: {
        ...{ token: `r${n}`, submitted_at: seconds(change > 0 && n > 520 ? soon() : past(n)) },
        answers: [
          { type: 'email', email: `p${n}@example.com`, field: { id: 'a', type: 'email', ref: 'mail' } },
          { type: 'number', number: 1.5, field: { id: 'b', type: 'number', ref: 'weight' } },
        ],
      },
    }),
    first: {
      ...{ form: 'fOrder', email: 'p1@example.com', submittedAt: `${seconds(past(1)).slice(0, 19)}.000Z` },
      answers: [
        { question: 'mail', type: 'email', email: 'p1@example.com' },
        { question: 'weight', type: 'number', number: '1.5' },
      ],
    },
  },
  {
    ...{
      platform: 'mailchimp',
      model: 'members',
      method: 'key',
      collection: 'members',
      feed: 'changes',
      gone: 'compared',
    },
    ...{ config: { list: '57afe96172' }, kind: 'members', account: '57afe96172', count: 520 },
    path: '/3.0/lists/57afe96172/members',
    item: (n, change) => ({
      id: memberId(`m${n}@example.com`),
      thing: {
        ...{ email_address: `m${n}@example.com`, merge_fields: { FNAME: `Given ${change}`, LNAME: `${n}` } },
        ...{ tags: [{ id: 1, name: 'early' }], last_changed: seconds(timeOf(n, change)).replace('Z', '+00:00') },
      },
    }),
    first: { email: 'm1@example.com', givenName: 'Given 0', familyName: '1', status: 'subscribed', tags: ['early'] },
  },
  {
    ...{
      platform: 'mailchimp',
      model: 'campaigns',
      method: 'key',
      collection: 'campaigns',
      feed: 'none',
      gone: 'compared',
    },
    ...{ kind: 'campaigns', account: '', count: 520, path: '/3.0/campaigns' },
    item: (n, change) => ({
      id: `c${n}`,
      thing: {
        ...{ id: `c${n}`, settings: { title: `Campaign ${n} ${change}`, subject_line: 'Hello' }, emails_sent: n },
        create_time: seconds(past(n)).replace('Z', '+00:00'),
      },
    }),
    first: { name: 'Campaign 1 0', subject: 'Hello', status: 'save', list: '57afe96172', sent: '1' },
  },
  {
    ...{
      platform: 'datadog',
      model: 'monitors',
      method: 'keys',
      collection: 'monitors',
      feed: 'none',
      gone: 'compared',
    },
    ...{ kind: 'monitors', account: '00000000-0000-4000-8000-00000000dd01', count: 520 },
    path: '/api/v1/monitor',
    item: (n, change) => ({ id: String(n), thing: { id: n, name: `Monitor ${n} ${change}`, tags: ['team:bridge'] } }),
    first: { name: 'Monitor 1 0', status: 'OK', tags: ['team:bridge'], owner: 'ada@causeway.example' },
  },
  {
    ...{ platform: 'paypal', model: 'transactions', method: 'client', collection: 'transactions', feed: 'windows' },
    ...{
      gone: 'kept',
      kind: 'transactions',
      account: 'WDJJHEBZ4X2LY',
      count: 520,
      path: '/v1/reporting',
    },
    before: [
      {
        ...{ platform: 'paypal', kind: 'features', account: 'WDJJHEBZ4X2LY', id: 'transaction-search' },
        thing: {},
      },
    ],
    item: (n, change) => {
      const at = new Date(now - (n === 2 || n > 520 ? 2 * dayMs - n * 60_000 : 60 * dayMs - n * 1_200_000))
      return {
        id: `T${n}`,
        thing: {
          transaction_info: {
            ...{ transaction_id: `T${n}`, transaction_status: change > 0 ? 'V' : 'S' },
            ...{ transaction_initiation_date: seconds(at).replace('Z', '+0000') },
            transaction_amount: { currency_code: 'MYR', value: `${n}.50` },
            transaction_updated_date: seconds(change > 0 ? soon() : at).replace('Z', '+0000'),
          },
        },
      }
    },
    first: { number: 'T1', status: 'completed', amount: '1.50', currency: 'MYR', fee: '-0.50', payerName: 'A buyer' },
  },
  {
    ...{ platform: 'facebook', model: 'leads', method: 'page', collection: 'leads', feed: 'changes', gone: 'kept' },
    ...{ frozen: true, config: { form: '70150000000000000' }, kind: 'leads', account: '70150000000000000', count: 130 },
    path: '/v26.0/70150000000000000/leads',
    item: (n, change) => ({
      id: String(800_000 + n),
      thing: {
        ...{ id: String(800_000 + n), ad_name: 'Bridge ad', campaign_name: 'Spring', campaign_id: '1' },
        created_time: seconds(change > 0 && n > 130 ? soon() : past(n)).replace('Z', '+0000'),
        field_data: [
          { name: 'email', values: [`lead${n}@example.com`] },
          { name: 'full_name', values: [`Lead ${n}`] },
          { name: 'phone_number', values: ['+60123456789'] },
        ],
      },
    }),
    first: {
      ...{ displayName: 'Lead 1', email: 'lead1@example.com', phone: '+60123456789', campaign: 'Spring', source: 'fb' },
      form: '70150000000000000',
    },
  },
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
