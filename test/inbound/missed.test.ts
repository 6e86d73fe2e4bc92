import { createHmac } from 'node:crypto'
import { beatReceiving } from '../../src/connections/webhooks/away.ts'
import { catchUpWebhooksName, type CaughtUp } from '../../src/inbound/contract.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub, createTestServer } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import type { Company } from '../sync/company.ts'
import { startLoopback, type Call } from '../sync/loopback.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
await startTestWorkers(hub, ['workflows', 'connections'])
const platform = await startLoopback(hub)

const secret = 'whsec_missed'
const event = (id: string, type = 'invoice.paid') => ({ id, object: 'event', type, data: { object: { id: 'in_1' } } })

/** Sends as Stripe does, to an app or to an address; gives how many were new. */
async function send(
  providerAppId: string,
  payload: object,
  url = `/webhooks/stripe/${providerAppId}`,
): Promise<{ accepted: number; duplicates: number }> {
  const [t, body] = [Math.floor(Date.now() / 1_000), JSON.stringify(payload)]
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${t},v1=${v1}` }
  const answer = await app.inject({ method: 'POST', url, payload: body, headers })
  return JSON.parse(answer.body) as { accepted: number; duplicates: number }
}

async function account(): Promise<Company & { providerAppId: string }> {
  const one = await platform.account('stripe')
  const { body } = await one.workspace.request('GET', `/v1/connections/${one.connectionId}`)
  const providerAppId = body.providerAppId as string
  await one.workspace.request('PATCH', `/v1/provider-apps/${providerAppId}`, { webhookSecret: secret })
  return { ...one, providerAppId }
}

/** An account about which a webhook has come. */
async function heard(id: string) {
  const one = await account()
  expect(await send(one.providerAppId, event(id))).toMatchObject({ accepted: 1 })
  await eventually('the webhook to be routed', async () => {
    const { body } = await one.workspace.request('GET', `/v1/connections/${one.connectionId}`)
    return typeof body.lastWebhookAt === 'string'
  })
  return one
}

interface Event {
  deliveryId: string
  type: string
  status: string
}
const eventsOf = async ({ workspace, connectionId }: Company) =>
  (await workspace.request<{ data: Event[] }>('GET', `/v1/inbound-events?connectionId=${connectionId}`)).body.data

/** The hub was away for an hour, and is back. */
async function goAway(): Promise<void> {
  await beatReceiving(hub.pool)
  await hub.pool.query(`update webhook_receiving set alive_at = now() - interval '1 hour'`)
  await beatReceiving(hub.pool)
}

let passes = 0
/** One pass of the Schedule's workflow. */
async function catchUp(): Promise<CaughtUp> {
  const start = { taskQueue: taskQueues.workflows, workflowId: `catch-up-webhooks-${++passes}`, args: [{ batch: 5 }] }
  return (await hub.temporal.workflow.execute(catchUpWebhooksName, start)) as CaughtUp
}

const asked = () => platform.calls.filter(({ path }) => path.endsWith('/v1/events'))

beforeEach(() => {
  platform.calls.length = 0
})

describe('after the hub was away', () => {
  it('what a platform lists of what it has sent is taken once, and as if it had come', async () => {
    const one = await heard('evt_1')
    const quiet = await account()
    platform.play = ({ path, query }: Call) => {
      if (!path.endsWith('/v1/events')) return undefined
      const data = query.get('starting_after') === 'evt_1' ? [event('evt_2')] : [event('evt_3'), event('evt_1')]
      return { body: { object: 'list', data, has_more: data.length > 1 } }
    }
    expect(await catchUp()).toMatchObject({ read: 0, taken: 0 })
    await goAway()
    expect(await catchUp()).toEqual({ read: 1, taken: 2, failed: 0, troubles: [] })
    const [first, second] = asked()
    expect(asked()).toHaveLength(2)
    expect(Object.fromEntries(first!.query)).toMatchObject({ delivery_success: 'false', limit: '100' })
    const sinceMs = Date.now() - Number(first!.query.get('created[gte]')) * 1_000
    expect(sinceMs).toBeGreaterThan(60 * 60_000)
    expect(sinceMs).toBeLessThan(90 * 60_000)
    expect(second!.query.get('created[gte]')).toBe(first!.query.get('created[gte]'))
    const events = await eventually('all to be routed', async () => {
      const found = await eventsOf(one)
      return found.length === 3 && found
    })
    expect(events.map(({ deliveryId }) => deliveryId).toSorted()).toEqual(['evt_1', 'evt_2', 'evt_3'])
    expect(events.every(({ status, type }) => status === 'routed' && type === 'invoice.paid')).toBe(true)
    // The platform tries again what it could not send.
    expect(await send(one.providerAppId, event('evt_2'))).toEqual({ accepted: 0, duplicates: 1 })
    expect(await eventsOf(quiet)).toEqual([])
    expect(await catchUp()).toMatchObject({ read: 0 })
    expect(asked()).toHaveLength(2)
  }, 60_000)

  it('it is known by its id at the address of one connection that the others came to', async () => {
    const { workspace, connectionId, providerAppId } = await account()
    const url = `/v1/connections/${connectionId}/webhook-addresses`
    const made = await workspace.request<{ webhookUrl: string; id: string }>('POST', url, { name: 'Own', secret })
    const path = new URL(made.body.webhookUrl).pathname
    expect(await send(providerAppId, event('evt_5'), path)).toMatchObject({ accepted: 1 })
    const own = { workspace, connectionId } as Company
    const came = (id: string) =>
      eventually('it to come', async () =>
        (await eventsOf(own)).some(({ deliveryId, status }) => deliveryId === id && status === 'routed'),
      )
    await came('evt_5')
    await eventually('that to be noted', async () => {
      const { body } = await workspace.request('GET', `/v1/connections/${connectionId}`)
      return typeof body.lastWebhookAt === 'string'
    })
    platform.play = ({ path }: Call) =>
      path.endsWith('/v1/events')
        ? { body: { object: 'list', data: [event('evt_6'), event('evt_5')], has_more: false } }
        : undefined
    await goAway()
    await catchUp()
    await came('evt_6')
    expect(await send(providerAppId, event('evt_6'), path)).toEqual({ accepted: 0, duplicates: 1 })
    expect(await eventsOf(own)).toHaveLength(2)
  }, 60_000)

  it('a list that cannot be read is told, and read later', async () => {
    const one = await heard('evt_10')
    let works = false
    platform.play = ({ path }: Call) => {
      if (!path.endsWith('/v1/events')) return undefined
      return works ? { body: { object: 'list', data: [event('evt_11')], has_more: false } } : { status: 400, body: {} }
    }
    await goAway()
    const { troubles } = await catchUp()
    expect(troubles).toContainEqual({ connectionId: one.connectionId, provider: 'stripe', code: 'PROVIDER_REJECTED' })
    works = true
    expect(await catchUp()).toMatchObject({ read: 0 })
    await hub.pool.query('update connections set catch_up_at = now() where id = $1', [one.connectionId])
    expect(await catchUp()).toMatchObject({ read: 1, failed: 0 })
    await eventually('it to come', async () =>
      (await eventsOf(one)).some(({ deliveryId, status }) => deliveryId === 'evt_11' && status === 'routed'),
    )
  }, 60_000)

  it('a short restart is no time away', async () => {
    await heard('evt_20')
    await beatReceiving(hub.pool)
    await hub.pool.query(`update webhook_receiving set alive_at = now() - interval '1 minute'`)
    await beatReceiving(hub.pool)
    expect(await catchUp()).toMatchObject({ read: 0, failed: 0 })
    expect(asked()).toEqual([])
  }, 60_000)
})
