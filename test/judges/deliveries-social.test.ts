import { webhooks as fromSalesforce } from '../../dev/sandbox/platforms/salesforce/webhooks.ts'
import { signedByMeta } from '../../dev/sandbox/platforms/facebook/meta-webhooks.ts'
import { facebook } from '../../src/catalogue/platforms/facebook/index.ts'
import { instagram } from '../../src/catalogue/platforms/instagram/index.ts'
import { linkedin } from '../../src/catalogue/platforms/linkedin/index.ts'
import { mailchimp } from '../../src/catalogue/platforms/mailchimp/index.ts'
import { metaAds } from '../../src/catalogue/platforms/meta-ads/index.ts'
import { salesforce } from '../../src/catalogue/platforms/salesforce/index.ts'
import { tiktok } from '../../src/catalogue/platforms/tiktok/index.ts'
import { twitter } from '../../src/catalogue/platforms/twitter/index.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { readItems } from '../../src/inbound/read.ts'

// What the hub reads of deliveries as the platforms' pages show them.

/** What the hub reads of a delivery, each as its type, whose it is, and what its id begins with where the platform gives one. */
function read(definition: WebhookDefinition, told: unknown, contentType = 'application/json') {
  const body = Buffer.from(typeof told === 'string' ? told : JSON.stringify(told))
  return readItems(definition, { headers: { 'content-type': contentType }, body }).map(item => [
    item.type,
    item.accountId,
    item.hasOwnId ? item.deliveryId : null,
  ])
}

describe('A delivery', () => {
  it('of Facebook holds changes and messages of several pages, each with the name of its field', () => {
    const lead = {
      field: 'leadgen',
      value: { leadgen_id: '444444444444', page_id: '11', form_id: '5', created_time: 1 },
    }
    const like = { field: 'feed', value: { item: 'reaction', verb: 'add', post_id: '11_2' } }
    const from = { sender: { id: '1' }, recipient: { id: '22' }, timestamp: 1458692752478 }
    const entry = [
      { id: '11', time: 1, changes: [lead, like] },
      {
        ...{ id: '22', time: 2 },
        messaging: [
          { ...from, message: { mid: 'm_1', text: 'hello' } },
          { ...from, message: { mid: 'm_2', is_echo: true } },
          { ...from, reaction: { mid: 'm_1', action: 'react' } },
          { ...from, read: { watermark: 1 } },
          { ...from, what_is_new: {} },
        ],
      },
      { id: '33', time: 3, standby: [{ ...from, message: { mid: 'm_3' } }] },
    ]
    const { body } = signedByMeta({ object: 'page', entry }, 'secret')
    const items = read(facebook.webhooks, body)
    expect(items).toEqual(
      expect.arrayContaining([
        ['page.leadgen', '11', '444444444444'],
        ['page.feed', '11', null],
        ['page.messages', '22', '22/m_1'],
        ['page.message_echoes', '22', '22/m_2'],
        ['page.message_reactions', '22', null],
        ['page.message_reads', '22', null],
        ['unknown', '22', null],
        ['page.standby', '33', null],
      ]),
    )
    expect(items).toHaveLength(8)
  })

  it('of Instagram names the account that a comment or a message is of', () => {
    const comment = { field: 'comments', value: { id: '17865799348089039', text: 'nice' } }
    const seen = { sender: { id: '1' }, recipient: { id: '17841' }, timestamp: 1, read: { mid: 'm_1' } }
    const entry = [
      { id: '17841', time: 1, changes: [comment] },
      { id: '17842', time: 1, messaging: [seen, { ...seen, read: undefined, message: { mid: 'm_1' } }] },
    ]
    expect(read(instagram.webhooks, { object: 'instagram', entry })).toEqual([
      ['comments', '17841', null],
      ['messages', '17842', '17842/m_1'],
      ['messaging_seen', '17842', null],
    ])
  })

  it('of Meta’s ads names the ad account by its number alone', () => {
    const change = {
      field: 'subscriptions',
      value: { subscription_id: 3333333333, account_id: 1234567890, object_id: 4 },
    }
    const entry = [{ id: '1234567890', time: 1782862117, changes: [change] }]
    expect(read(metaAds.webhooks, { object: 'ad_account', entry })).toEqual([['subscriptions', 'act_1234567890', null]])
  })

  it('of X is an activity, or a list for each kind of what an account did', () => {
    const [for_user_id, source, target] = ['2244994945', { id: '1' }, { id: '2244994945' }]
    const turn = { source, target, created_timestamp: '1517588749178' }
    const ofActivity = { event_uuid: '-2781149976877970683', filter: { user_id: '11' }, event_type: 'post.delete' }
    expect(read(twitter.webhooks, { data: { ...ofActivity, payload: { id: '2', author_id: '11' } } })).toEqual([
      ['post.delete', '11', '-2781149976877970683'],
    ])
    // A number of an id has lost its last digits, its text has not.
    const text = `{"for_user_id":"${for_user_id}","tweet_create_events":[{"id":1924465506158879000,"id_str":"1924465506158878979"},{"id":1924465506158879000,"id_str":"1924465506158878980"}]}`
    expect(read(twitter.webhooks, text)).toEqual([
      ['tweet_create_events', for_user_id, `${for_user_id}/1924465506158878979`],
      ['tweet_create_events', for_user_id, `${for_user_id}/1924465506158878980`],
    ])
    const turns = {
      follow_events: [
        { ...turn, type: 'follow' },
        { ...turn, type: 'unfollow' },
      ],
      mute_events: [{ ...turn, type: 'unmute' }],
    }
    expect(
      read(twitter.webhooks, { for_user_id, ...turns })
        .map(([type]) => type)
        .sort(),
    ).toEqual(['follow_events', 'unfollow_events', 'unmute_events'])
    const revoke = {
      date_time: '2018-05-24T09:48:12+00:00',
      target: { app_id: '13090192' },
      source: { user_id: '63046977' },
    }
    expect(read(twitter.webhooks, { user_event: { revoke } })).toEqual([['user_event.revoke', '63046977', null]])
    const direct = {
      direct_message_events: [{ type: 'message_create', id: '9', created_timestamp: '1' }],
      apps: {},
      users: {},
    }
    expect(read(twitter.webhooks, { for_user_id, ...direct })).toEqual([
      ['direct_message_events', for_user_id, `${for_user_id}/9/1`],
    ])
  })

  it('of LinkedIn holds up to ten notifications, each to one subscriber, or a lead that names none', () => {
    const [type, subscriber] = ['ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS', 'urn:li:person:782bbtaQ01']
    const like = {
      notificationId: 9007199254740993n,
      action: 'LIKE',
      organizationalEntity: 'urn:li:organization:2',
      subscriber,
    }
    const other = { ...like, action: 'COMMENT_EDIT', subscriber: 'urn:li:person:other' }
    const text = JSON.stringify({ type, notifications: [like, other] }, (_, value: unknown) =>
      typeof value === 'bigint' ? 'digits' : value,
    )
    expect(read(linkedin.webhooks, text.replaceAll('"digits"', '9007199254740993'))).toEqual([
      ['organization.like', '782bbtaQ01', 'urn:li:person:782bbtaQ01/9007199254740993'],
      ['organization.comment_edit', 'other', 'urn:li:person:other/9007199254740993'],
    ])
    const lead = {
      type: 'LEAD_ACTION',
      leadGenFormResponse: 'urn:li:leadGenFormResponse:1-2',
      leadAction: 'CREATED',
      occurredAt: 1,
    }
    expect(read(linkedin.webhooks, lead)).toEqual([['lead.created', null, 'urn:li:leadGenFormResponse:1-2/CREATED']])
  })

  it('of TikTok has no id but what it says', () => {
    const told = {
      client_key: 'bwo2m45353a6k85',
      create_time: 1615338610,
      user_openid: 'act.example',
      content: '{"reason": 1 }',
    }
    const [first] = read(tiktok.webhooks, { ...told, event: 'authorization.removed' })
    const [second] = read(tiktok.webhooks, { ...told, event: 'authorization.removed', content: '{"reason": 2 }' })
    expect(first?.slice(0, 2)).toEqual(['authorization.removed', 'act.example'])
    expect([typeof first?.[2], first?.[2] === second?.[2]]).toEqual(['string', false])
  })

  it('of Mailchimp is a form, whose fields have names of several parts', () => {
    const form =
      'type=unsubscribe&fired_at=2009-03-26+21%3A40%3A57&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054&data%5Bmerges%5D%5BFNAME%5D=Zo%C3%AB'
    const type = 'application/x-www-form-urlencoded'
    expect(read(mailchimp.webhooks, form, type)).toEqual([['unsubscribe', null, null]])
    const [item] = readItems(mailchimp.webhooks, { headers: { 'content-type': type }, body: Buffer.from(form) })
    expect(JSON.parse(item!.body.toString())).toMatchObject({
      data: { list_id: 'a6b5da1054', merges: { FNAME: 'Zoë' } },
    })
  })

  it('of Salesforce is XML with up to a hundred notifications, each of an object by its type', () => {
    const notifications = [
      { id: '04lD0000000Dp9iIAC', object: 'Contact', fields: { Id: '003', LastName: 'Müller & <Söhne>' } },
      { id: '04lD0000000Dp9jIAC', object: 'Crossing__c', fields: { Id: 'a01' } },
    ]
    const told = { notifications, secret: '', url: 'https://hub.example.com', at: Date.now() }
    const { headers, body } = fromSalesforce.sign(told)
    expect(read(salesforce.webhooks, body, headers['content-type'])).toEqual([
      ['Contact', '00D5g000004SbxAEAS', '04lD0000000Dp9iIAC'],
      ['Crossing__c', '00D5g000004SbxAEAS', '04lD0000000Dp9jIAC'],
    ])
    const one = fromSalesforce.sign({ ...told, notifications: notifications.slice(0, 1) })
    const items = readItems(salesforce.webhooks, { headers: one.headers, body: Buffer.from(one.body) })
    expect(items.map(item => JSON.parse(item.body.toString()) as unknown)).toMatchObject([
      { Id: '04lD0000000Dp9iIAC', sObject: { 'sf:LastName': 'Müller & <Söhne>' } },
    ])
  })
})
