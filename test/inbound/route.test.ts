import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { slicesAt } from '../../src/json/slices.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSender } from './senders.ts'

interface Published {
  type: string
  data: { connectionId: string; provider: string; type: string; inboundEventId: string; payload: unknown }
}

const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const github = await createSender(hub, workspace, 'github')
await startTestWorkers(hub, ['workflows', 'connections'])
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as { name: string; examples: unknown[] }[]

describe('routing webhooks', () => {
  const published = async (workspaceId = workspace.workspaceId): Promise<Published[]> => {
    const { rows } = await hub.pool.query<{ body: Buffer }>(
      `select p.body from events e join event_payloads p on p.event_id = e.id where e.workspace_id = $1 order by e.id`,
      [workspaceId],
    )
    return rows.map(row => JSON.parse(row.body.toString()) as Published)
  }

  const settled = async (timeoutMs = 30_000): Promise<void> => {
    for (const end = Date.now() + timeoutMs; ; await sleep(20)) {
      const { rows } = await hub.pool.query<{ n: number }>(`select count(*) n from inbound_queue`)
      if (rows[0]?.n === 0) return
      if (Date.now() > end) throw new Error(`${rows[0]?.n} webhooks still wait`)
    }
  }

  const real = (name: string) => {
    const example = examples.find(one => one.name === name)?.examples[0]
    if (!example) throw new Error(`no example of ${name}`)
    return example as { repository: { owner: { id: number } } }
  }

  it('turns a real payload into an event of the connection it is about', async () => {
    const push = real('push')
    const connectionId = await github.connect(String(push.repository.owner.id))
    expect((await github.github('push', push)).status).toBe(202)
    await settled()
    const events = await published()
    expect(events.map(event => [event.type, event.data.connectionId, event.data.payload])).toEqual([
      ['github.push', connectionId, push],
    ])
    const list = await workspace.request('GET', `/v1/inbound-events?status=routed&provider=github`)
    expect(list.body.data).toMatchObject([{ type: 'push', connectionId, id: events[0]?.data.inboundEventId }])
  })

  it('keeps apart two accounts whose ids no double tells apart', async () => {
    const [one, other] = ['9007199254740992', '9007199254740993']
    const [first, second] = [await github.connect(one), await github.connect(other)]
    const before = (await published()).length
    for (const id of [one, other]) {
      await github.github('push', Buffer.from(`{"repository":{"owner":{"id":${id}}}}`))
      await settled()
    }
    const events = (await published()).slice(before)
    expect(events.map(event => event.data.connectionId)).toEqual([first, second])
  })

  it('passes a payload on, shows it and routes it again as the platform wrote it', async () => {
    const id = '9007199254740995'
    await github.connect(id)
    const payload = `{"n": [9007199254740993, 1e400, -0, 1.10],"2":0,"1":"\\u00e9","repository":{"owner":{"id":${id}}}}`
    await github.github('push', Buffer.from(payload))
    await settled()
    const [inbound] = (await workspace.request('GET', '/v1/inbound-events?limit=1')).body.data
    const address = `/v1/inbound-events/${inbound!.id as string}`
    await workspace.request('POST', `${address}/replay`)
    await settled()
    const events = (await workspace.request('GET', '/v1/events?type=github.push&limit=2')).body.data
    const raw = async (url: string) =>
      (await app.inject({ url, headers: { authorization: `Bearer ${workspace.apiKey}` } })).body
    expect(slicesAt(await raw(address), ['payload'])).toEqual([payload])
    for (const event of events) {
      const shown = await raw(`/v1/events/${event.id as string}`)
      expect(slicesAt(shown, ['payload', 'data', 'payload'])).toEqual([payload])
      expect(slicesAt(shown, ['payload', 'data', 'inboundEventId'])).toEqual([`"${inbound!.id as string}"`])
    }
  })

  it('takes well under a second from webhook to event', async () => {
    const owner = String(real('push').repository.owner.id)
    await sleep(4_000) // the workflow has ended: the slowest case
    const before = (await published()).length
    const sent = Date.now()
    await github.github('issues', { repository: { owner: { id: Number(owner) } } })
    while ((await published()).length === before) await sleep(5)
    expect(Date.now() - sent).toBeLessThan(1_000)
  })

  it('gives each connection to an account its own event, and nothing to another app’s', async () => {
    const other = await createWorkspace(hub)
    const otherApp = await createSender(hub, other, 'github')
    await otherApp.connect('42')
    const [one, two] = [await github.connect('42'), await github.connect('42')]
    await github.github('star', { repository: { owner: { id: 42 } } })
    await settled()
    const events = (await published()).filter(event => event.type === 'github.star')
    expect(events.map(event => event.data.connectionId).sort()).toEqual([one, two].sort())
    expect(new Set(events.map(event => event.data.inboundEventId)).size).toBe(2)
    expect(await published(other.workspaceId)).toEqual([])
  })

  it('keeps what is about nobody, and routes it when it is replayed after connecting', async () => {
    await github.github('fork', { repository: { owner: { id: 77 } } })
    await settled()
    const unmatched = await workspace.request('GET', '/v1/inbound-events?status=unmatched')
    expect(unmatched.body.data).toMatchObject([{ type: 'fork', accountId: '77', connectionId: null }])
    const id = unmatched.body.data[0]?.id as string
    const connectionId = await github.connect('77')
    expect((await workspace.request('POST', `/v1/inbound-events/${id}/replay`)).status).toBe(202)
    await settled()
    const replayed = await workspace.request('GET', `/v1/inbound-events/${id}`)
    expect(replayed.body).toMatchObject({
      status: 'routed',
      connectionId,
      payload: { repository: { owner: { id: 77 } } },
    })
    expect((await published()).filter(event => event.data.connectionId === connectionId)).toHaveLength(1)
  })

  it('routes what names no account to the one connection of its app, and to nobody when there are two', async () => {
    const stripe = await createSender(hub, workspace, 'stripe')
    const only = await stripe.connect('acct_1')
    await stripe.stripe({ id: 'evt_1', type: 'customer.created' })
    await settled()
    await stripe.connect('acct_2')
    await stripe.stripe({ id: 'evt_2', type: 'customer.updated' })
    await stripe.stripe({ id: 'evt_3', type: 'customer.deleted', account: 'acct_1' })
    await settled()
    const events = (await published()).filter(event => event.data.provider === 'stripe')
    expect(events.map(event => [event.type, event.data.connectionId])).toEqual([
      ['stripe.customer.created', only],
      ['stripe.customer.deleted', only],
    ])
  })

  it('loses and doubles nothing of a burst', async () => {
    const connectionId = await github.connect('99')
    const sends = Array.from({ length: 300 }, (_, n) =>
      github.github('watch', { n, repository: { owner: { id: 99 } } }, `burst-${n % 250}`),
    )
    await Promise.all(sends)
    await settled()
    const events = (await published()).filter(event => event.data.connectionId === connectionId)
    expect(events).toHaveLength(250)
  })

  it('does not show one workspace’s webhooks to another', async () => {
    const other = await createWorkspace(hub)
    const id = (await workspace.request('GET', '/v1/inbound-events')).body.data[0]?.id as string
    expect((await other.request('GET', '/v1/inbound-events')).body.data).toEqual([])
    for (const [method, url] of [
      ['GET', `/v1/inbound-events/${id}`],
      ['POST', `/v1/inbound-events/${id}/replay`],
    ] as const) {
      const answer = await other.request(method, url)
      expect([answer.status, answer.body.error.code]).toEqual([404, 'INBOUND_EVENT_NOT_FOUND'])
    }
  })
})
