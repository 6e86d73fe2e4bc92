import { memberId } from '../../../../dev/sandbox/platforms/mailchimp/lists.ts'
import { dayMs, now, past, seconds, soon, timeOf, type Trial } from './trial.ts'

/** What people have filled in, joined and paid. */
export const peopleTrials: Trial[] = [
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
        // The first was filled in on Instagram.
        ...(n === 1 ? { platform: 'ig' } : {}),
        created_time: seconds(change > 0 && n > 130 ? soon() : past(n)).replace('Z', '+0000'),
        field_data: [
          { name: 'email', values: [`lead${n}@example.com`] },
          { name: 'full_name', values: [`Lead ${n}`] },
          { name: 'phone_number', values: ['+60123456789'] },
        ],
      },
    }),
    first: {
      ...{ displayName: 'Lead 1', email: 'lead1@example.com', phone: '+60123456789', campaign: 'Spring', source: 'ig' },
      form: '70150000000000000',
    },
  },
  {
    ...{ platform: 'youtube', model: 'comments', method: 'oauth', collection: 'comments', feed: 'none' },
    ...{ gone: 'compared', scopes: ['https://www.googleapis.com/auth/youtube.force-ssl'], kind: 'threads' },
    ...{ account: 'UCcausewaySandbox0000001A', config: { channel: 'UCcausewaySandbox0000001A' }, count: 130 },
    path: '/youtube/v3/commentThreads',
    item: (n, change) => ({
      id: `UgxThread${n}`,
      thing: {
        ...{
          id: `UgxThread${n}`,
          videoId: 'vSandboxA01',
          textOriginal: `Hello ${n} & <b>${change}</b>`,
          authorDisplayName: '@ada',
        },
        ...{ publishedAt: seconds(past(n)), updatedAt: seconds(timeOf(n, change)), likeCount: 2 },
      },
    }),
    first: {
      ...{ text: 'Hello 1 & <b>0</b>', author: '@ada', authorId: 'UCauthor', post: 'vSandboxA01', likes: '2' },
      ...{ replies: '0', createdAt: `${seconds(past(1)).slice(0, 19)}.000Z` },
    },
  },
  {
    ...{ platform: 'instagram', model: 'comments', method: 'oauth', collection: 'comments', feed: 'none' },
    ...{ gone: 'kept', costly: true, scopes: ['instagram_business_manage_comments'], kind: 'comments' },
    ...{ account: '18000000000000001', config: { media: '18000000000000001' }, count: 60 },
    path: '/v26.0/18000000000000001/comments',
    item: (n, change) => ({
      id: String(17_870_000 + n),
      thing: {
        ...{
          id: String(17_870_000 + n),
          text: `Lovely ${n} ${change}`,
          from: { id: '5551', username: 'ada' },
          like_count: 3,
        },
        timestamp: seconds(past(n)).replace('Z', '+0000'),
      },
    }),
    first: {
      ...{ text: 'Lovely 1 0', author: 'ada', authorId: '5551', post: '18000000000000001', likes: '3' },
      createdAt: `${seconds(past(1)).slice(0, 19)}.000Z`,
    },
  },
  {
    ...{ platform: 'facebook', model: 'comments', method: 'page', collection: 'comments', feed: 'none' },
    ...{ gone: 'kept', kind: 'comments', account: '20150000000000000_122100000000001', count: 130, costly: true },
    scopes: ['pages_show_list', 'pages_read_engagement', 'pages_read_user_content'],
    config: { post: '20150000000000000_122100000000001' },
    path: '/v26.0/20150000000000000_122100000000001/comments',
    item: (n, change) => ({
      id: `122100000000001_${900_000 + n}`,
      thing: {
        ...{ id: `122100000000001_${900_000 + n}`, message: `Hello ${n} ${change}`, like_count: n % 7 },
        ...{ from: { id: '7001', name: 'Ada' }, created_time: seconds(past(n)).replace('Z', '+0000') },
        // Each third answers the one before it.
        ...(n % 3 === 0 ? { parent: { id: `122100000000001_${900_000 + n - 1}`, message: 'Hello' } } : {}),
        ...(n % 3 === 2 ? { comment_count: 1 } : {}),
      },
    }),
    first: {
      ...{ text: 'Hello 3 0', author: 'Ada', authorId: '7001', post: '20150000000000000_122100000000001', likes: '3' },
      ...{ replyTo: '122100000000001_900002', replies: '0', createdAt: `${seconds(past(3)).slice(0, 19)}.000Z` },
    },
  },
]
