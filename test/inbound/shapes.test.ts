import { readItems } from '../../src/inbound/read.ts'
import { vouchedBy } from '../../src/inbound/receiving/proof.ts'
import type { SignedRequest } from '../../src/inbound/receiving/signed-request.ts'
import { webhookDefinition, type WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'

type Shape = WebhookDefinition['shapes'][number]

const definitionOf = (shapes: Shape[], more: Partial<WebhookDefinition> = {}): WebhookDefinition => ({
  docs: 'https://example.com/docs',
  scheme: { kind: 'hmac', header: 'x-signature', encoding: 'hex' },
  shapes,
  triggers: {},
  ...more,
})
const request = (body: unknown, more: Partial<SignedRequest> = {}): SignedRequest => ({
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  ...more,
})
function read(definition: WebhookDefinition, body: unknown, more: Partial<SignedRequest> = {}) {
  expect(webhookDefinition.safeParse(definition).success).toBe(true)
  return readItems(definition, request(body, more), vouchedBy(definition, ['ours', 'ours before']))
}
const told = (items: ReturnType<typeof readItems>) => items.map(({ type, accountId }) => `${type} of ${accountId}`)

describe('where a delivery holds what', () => {
  it('may be JSON in a text, such as that of a push of Pub/Sub', () => {
    const inside = (decode: 'json' | 'base64-json', path: string): Shape => ({
      type: { constant: 'changed' },
      deliveryId: { path, decode, inside: 'historyId' },
      account: [{ path, decode, inside: 'emailAddress' }],
    })
    const text = '{"emailAddress":"user@example.com","historyId":9876543210987654321}'
    const encoded = Buffer.from(text).toString('base64')
    const known = { type: 'changed', accountId: 'user@example.com', deliveryId: '9876543210987654321', hasOwnId: true }
    expect(read(definitionOf([inside('base64-json', 'message.data')]), { message: { data: encoded } })).toMatchObject([
      known,
    ])
    expect(read(definitionOf([inside('json', 'content')]), { content: text })).toMatchObject([known])
    for (const data of ['', '!!!', Buffer.from('[').toString('base64'), 5, null, {}])
      expect(read(definitionOf([inside('base64-json', 'message.data')]), { message: { data } })).toMatchObject([
        { accountId: null, hasOwnId: false },
      ])
  })

  it('may be the query, and a header of which a pattern takes a part', () => {
    const shape: Shape = {
      type: { header: 'x-topic', split: '/' },
      deliveryId: { query: 'delivery' },
      account: [{ header: 'x-shop', pattern: '^(.+)\\.shop\\.example$' }, { query: 'account' }],
    }
    const query = { delivery: 'd1', account: 'a1' }
    const told = { type: 'orders.create', deliveryId: 'd1' }
    const headers = { 'x-topic': 'orders/create', 'x-shop': 'one.shop.example' }
    expect(read(definitionOf([shape]), {}, { query, headers })).toMatchObject([{ ...told, accountId: 'one' }])
    expect(read(definitionOf([shape]), {}, { query, headers: { ...headers, 'x-shop': 'two' } })).toMatchObject([
      { ...told, accountId: 'a1' },
    ])
    const twice = { query: { delivery: ['d1', 'd2'] }, headers: { 'x-topic': 'a b' } }
    expect(read(definitionOf([shape]), {}, twice)).toMatchObject([
      { type: 'unknown', accountId: null, hasOwnId: false },
    ])
  })

  it('may be an id of several parts, of which different ones are different ids', () => {
    const joined: Shape['deliveryId'] = { joined: [{ header: 'x-topic' }, { path: 'id' }, { path: 'modified' }] }
    const idOf = (topic: string, body: object) =>
      read(definitionOf([{ type: { constant: 'order' }, deliveryId: joined, account: [] }]), body, {
        headers: { 'x-topic': topic },
      })[0]!
    expect(idOf('order.updated', { id: 7, modified: '2026-01-01T00:00:00' })).toMatchObject({
      deliveryId: 'order.updated/7/2026-01-01T00:00:00',
      hasOwnId: true,
    })
    const alike = [
      idOf('a', { id: 'b/c', modified: 'd' }),
      idOf('a/b', { id: 'c', modified: 'd' }),
      idOf('a', { id: 'b', modified: 'c/d' }),
    ]
    expect(new Set(alike.map(({ deliveryId }) => deliveryId)).size).toBe(3)
    expect(idOf('a', { id: 'b' }).hasOwnId).toBe(false)
  })

  it('may be several kinds of items in one body, each read as what it is', () => {
    const shapes: Shape[] = [
      {
        each: 'entry[].changes[]',
        type: { paths: ['object', 'entry[].changes[].field'], words: {} },
        account: [{ path: 'entry[].id', prefix: 'act_' }],
      },
      {
        each: 'entry[].messaging[]',
        when: 'entry[].messaging[].message',
        type: { constant: 'message' },
        account: [{ path: 'entry[].id' }],
      },
    ]
    const body = {
      object: 'page',
      entry: [
        { id: '1', changes: [{ field: 'feed' }, { field: 'leadgen' }] },
        { id: '2', messaging: [{ message: { mid: 'm1' } }, { read: {}, message: null }] },
        { id: '3', neither: 1 },
      ],
    }
    const together = definitionOf(shapes, { shapesTogether: true })
    expect(told(read(together, body)).toSorted()).toEqual(
      ['page.feed of act_1', 'page.leadgen of act_1', 'message of 2', 'unknown of 2', 'unknown of act_3'].toSorted(),
    )
    expect(told(read(together, { object: 'page', entry: [] }))).toEqual(['unknown of null'])
    expect(told(read(together, body.entry))).toEqual(['unknown of null'])
    // Alone, the first shape that fits takes all.
    expect(told(read(definitionOf(shapes), body))).toContain('unknown of act_2')
  })

  it('is another account’s where an item does not show our token, which is left out', () => {
    const definition = definitionOf(
      [
        {
          each: 'value[]',
          type: {
            paths: [{ path: 'value[].resource', pattern: '^(\\w+)' }, 'value[].changeType'],
            words: { users: 'user' },
          },
          account: [{ path: 'value[].tenantId' }],
        },
        { type: { constant: 'whole' }, account: [] },
      ],
      { scheme: { kind: 'shared-token', in: { path: 'value[].clientState' } } },
    )
    const item = (clientState: unknown, tenantId: string) => ({
      ...{ clientState, tenantId, changeType: 'updated', resource: 'users/1' },
    })
    const value = [
      item('ours', 'a'),
      item('theirs', 'b'),
      item('ours before', 'c'),
      item(undefined, 'd'),
      item(['ours'], 'e'),
    ]
    expect(told(read(definition, { value }))).toEqual(['user.updated of a', 'user.updated of c'])
    expect(() => read(definition, { value: [item('theirs', 'b')] })).toThrow('signature')
    // The whole is told of only where all of it is ours.
    const whole = { ...definition, shapes: definition.shapes.slice(1) }
    expect(told(read(whole, { value: [item('ours', 'a'), item('ours before', 'c')] }))).toEqual(['whole of null'])
    for (const mixed of [value, [item('ours', 'a'), {}], [], [item('ours', 'a'), 5]])
      expect(() => read(whole, { value: mixed })).toThrow('signature')
  })
})
