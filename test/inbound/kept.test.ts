import { createTestHub, createWorkspace } from '../support/hub.ts'
import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createSender } from './senders.ts'

// No worker runs here: what has arrived is routed by hand.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)

interface Shown {
  id: string
  type: string
  deliveryId: string
  accountId: string | null
  status: string
  connectionId: string | null
}

/** A sender whose inbound events are told apart from the others' by their app. */
async function company(realmId = '100') {
  const quickbooks = await createSender(hub, workspace, 'quickbooks')
  const connectionId = await quickbooks.connect(realmId)
  return {
    ...quickbooks,
    connectionId,
    async kept(): Promise<(Shown & { payload: unknown })[]> {
      for (let events = await claimArrived(hub); events.length > 0; events = await claimArrived(hub))
        await routeBatch(hub, events)
      const { data } = (await workspace.request<{ data: Shown[] }>('GET', '/v1/inbound-events?limit=100')).body
      const own = data.filter(event => (event as { providerAppId?: string }).providerAppId === quickbooks.id).reverse()
      return Promise.all(
        own.map(
          async ({ id }) =>
            (await workspace.request<Shown & { payload: unknown }>('GET', `/v1/inbound-events/${id}`)).body,
        ),
      )
    },
    async published(): Promise<{ type: string; payload: unknown }[]> {
      const { rows } = await hub.pool.query<{ body: string }>(
        `select convert_from(p.body, 'utf8') as body from events e join event_payloads p on p.event_id = e.id
         where convert_from(p.body, 'utf8') like '%' || $1 || '%' order by e.id`,
        [connectionId],
      )
      return rows.map(({ body }) => {
        const { type, data } = JSON.parse(body) as { type: string; data: { payload: unknown } }
        return { type, payload: data.payload }
      })
    },
  }
}

const cloudEvent = (id: unknown, more: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id,
  type: 'qbo.customer.updated.v1',
  intuitentityid: '1',
  intuitaccountid: '100',
  ...more,
})
const entity = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  id: '1',
  operation: 'Update',
  lastUpdated: '2026-01-01',
  ...more,
})

describe('what a platform has signed', () => {
  it('is kept beside an item whose id Postgres cannot hold, and so is that item', async () => {
    const sender = await company()
    const batch = [
      cloudEvent('good'),
      cloudEvent('a\u0000b'),
      cloudEvent('x\ud800'),
      cloudEvent('x\ud801'),
      cloudEvent('x\ufffd'),
    ]
    expect(await sender.quickbooks(batch)).toEqual({ status: 202, body: { accepted: 5, duplicates: 0 } })
    expect(await sender.quickbooks(batch)).toEqual({ status: 200, body: { accepted: 0, duplicates: 5 } })
    const kept = await sender.kept()
    expect(kept.map(event => event.deliveryId)).toEqual(['good', '"a\\u0000b"', '"x\\ud800"', '"x\\ud801"', 'x\ufffd'])
    expect(kept.map(event => event.payload)).toEqual(batch)
    expect(new Set(kept.map(event => event.connectionId))).toEqual(new Set([sender.connectionId]))
  })

  it('leads to nobody when its account is no account that could be', async () => {
    const sender = await company()
    const accounts = ['100\u0000', '100\ud800', ['100'], { id: '100' }, '1'.repeat(300), '"100"', '100 ']
    const batch = accounts.map((intuitaccountid, n) => cloudEvent(`e${n}`, { intuitaccountid }))
    expect((await sender.quickbooks(batch)).body).toEqual({ accepted: accounts.length, duplicates: 0 })
    const kept = await sender.kept()
    expect(new Set(kept.map(event => event.status))).toEqual(new Set(['unmatched']))
    expect(new Set(kept.map(event => event.accountId)).size).toBe(accounts.length)
    const stripe = await createSender(hub, workspace, 'stripe')
    await stripe.connect('acct_1')
    // Where no account is named it goes to the app's only connection; one that cannot be read is named all the same.
    for (const [id, account] of Object.entries({ evt_1: { id: 'acct_2' }, evt_2: 'acct_2'.repeat(60) }))
      expect((await stripe.stripe({ id, type: 'customer.created', account })).status).toBe(202)
    expect(await routeBatch(hub, await claimArrived(hub))).toMatchObject({ routed: 0, unmatched: 2 })
  })

  it('is kept as unknown, beside its siblings, where it does not fit', async () => {
    const sender = await company()
    const batch = [
      cloudEvent('known'),
      cloudEvent('new', { type: 'qbo.changeorder.emailed.v2' }),
      cloudEvent('untyped', { type: undefined }),
      cloudEvent('family', { type: 'intuit.other.thing' }),
      cloudEvent('nobody', { type: 5, intuitaccountid: undefined }),
      'a text',
      null,
    ]
    expect((await sender.quickbooks(batch)).body).toEqual({ accepted: 7, duplicates: 0 })
    expect((await sender.kept()).map(({ type, accountId, status }) => [type, accountId, status])).toEqual([
      ['customer.updated', '100', 'routed'],
      ['changeorder.emailed', '100', 'routed'],
      ['unknown', '100', 'routed'],
      ['unknown', '100', 'routed'],
      ['unknown', null, 'unmatched'],
      ['unknown', null, 'unmatched'],
      ['unknown', null, 'unmatched'],
    ])
    const untyped = JSON.parse(JSON.stringify(batch[2])) as unknown
    expect(await sender.published()).toContainEqual({ type: 'quickbooks.unknown', payload: untyped })
  })

  it('is kept in the older format too: an entity without its operation, a notification of something else', async () => {
    const sender = await company()
    const other = { realmId: '100', accountEvent: { closed: true } }
    const empty = { realmId: '200', dataChangeEvent: { entities: [] } }
    const body = {
      eventNotifications: [
        {
          realmId: '100',
          dataChangeEvent: { entities: [entity('Customer'), entity('Vendor', { operation: undefined }), 7] },
        },
        other,
        empty,
      ],
    }
    expect((await sender.quickbooks(body)).body).toEqual({ accepted: 5, duplicates: 0 })
    const kept = await sender.kept()
    expect(kept.map(({ type, accountId }) => [type, accountId])).toEqual([
      ['customer.updated', '100'],
      ['unknown', '100'],
      ['unknown', '100'],
      ['unknown', '100'],
      ['unknown', '200'],
    ])
    expect(kept.slice(2).map(event => event.payload)).toEqual([7, other, empty])
  })

  it('is read when it is one event that is in no list', async () => {
    const sender = await company()
    const one = cloudEvent('alone')
    expect((await sender.quickbooks(one)).body).toEqual({ accepted: 1, duplicates: 0 })
    expect((await sender.quickbooks([one])).body).toEqual({ accepted: 0, duplicates: 1 })
    expect(await sender.kept()).toMatchObject([
      { type: 'customer.updated', deliveryId: 'alone', status: 'routed', payload: one },
    ])
  })

  it('is one unknown thing when it is a list of nothing', async () => {
    const sender = await company()
    for (const body of [[], { eventNotifications: [] }, {}])
      expect(await sender.quickbooks(body)).toEqual({ status: 202, body: { accepted: 1, duplicates: 0 } })
    expect((await sender.kept()).map(({ type, status, payload }) => [type, status, payload])).toEqual([
      ['unknown', 'unmatched', []],
      ['unknown', 'unmatched', { eventNotifications: [] }],
      ['unknown', 'unmatched', {}],
    ])
  })

  it('is two things when two things bear one id, and one when it is told twice', async () => {
    const sender = await company()
    const batch = [
      cloudEvent('same'),
      cloudEvent('same'),
      cloudEvent('same', { intuitentityid: '2' }),
      cloudEvent('9'.repeat(300)),
    ]
    expect((await sender.quickbooks(batch)).body).toEqual({ accepted: 3, duplicates: 0 })
    expect((await sender.quickbooks(batch)).body).toEqual({ accepted: 0, duplicates: 3 })
    const kept = await sender.kept()
    expect(kept.map(event => (event.payload as { intuitentityid: string }).intuitentityid)).toEqual(['1', '2', '1'])
  })
})
