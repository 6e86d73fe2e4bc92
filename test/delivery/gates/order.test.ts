import { setTimeout as sleep } from 'node:timers/promises'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import {
  createDeliveringHub,
  createEndpoint,
  createSubscriber,
  deliveriesOf,
  settled,
  startAnsweringServer,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const receiver = await startTestReceiver()
const hub = await createDeliveringHub()

type Answering = Parameters<typeof startAnsweringServer>[0]

/** Servers that each test gives its own behaviour. */
async function answering() {
  let answer: Answering = (_request, response) => void response.end()
  const url = await startAnsweringServer((request, response) => answer(request, response))
  return { url, answerAs: (next: Answering) => void (answer = next) }
}
const one = await answering()
const flaky = await answering()
const stuck = await answering()

/** Publishes numbered events of a key, in one call. */
function publishNumbers(workspace: TestWorkspace, orderingKey: string | undefined, numbers: number[]) {
  const events = numbers.map(n => ({ type: 'a.b', data: { n, key: orderingKey ?? null }, orderingKey }))
  return publishEvents(hub, hub.db, workspace.workspaceId, events)
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
const numberOf = (body: string) => (JSON.parse(body) as { data: { n: number } }).data.n
const keyOf = (body: string) => (JSON.parse(body) as { data: { key: string } }).data.key

describe('an ordered endpoint', () => {
  it('gets the events without a key in one line, one at a time', async () => {
    let [underWay, most] = [0, 0]
    const arrived: number[] = []
    one.answerAs(({ body }, response) => {
      arrived.push(numberOf(body))
      most = Math.max(most, ++underWay)
      setTimeout(() => {
        underWay--
        response.end()
      }, 5)
    })
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, one.url, { ordered: true })
    for (let n = 0; n < 40; n += 8)
      await publishNumbers(
        workspace,
        undefined,
        upTo(8).map(k => n + k),
      )
    await until(() => arrived.length === 40)
    expect(arrived).toEqual(upTo(40))
    expect(most).toBe(1)
  })

  it('gets the events of each key in their order, whatever fails in between, while the other keys go on', async () => {
    const failing = new Set<string>()
    const accepted = new Map<string, number[]>()
    flaky.answerAs(({ body }, response) => {
      const [key, n] = [keyOf(body), numberOf(body)]
      const first = `${key}/${n}`
      // Every seventh fails once.
      if ((n + key.length) % 7 === 3 && !failing.has(first)) {
        failing.add(first)
        return void response.writeHead(500).end()
      }
      accepted.set(key, [...(accepted.get(key) ?? []), n])
      response.end()
    })
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, flaky.url, { ordered: true })
    const keys = upTo(30).map(n => `key-${'x'.repeat(n)}`)
    for (let n = 0; n < 20; n += 5) {
      await Promise.all(
        keys.map(key =>
          publishNumbers(
            workspace,
            key,
            upTo(5).map(k => n + k),
          ),
        ),
      )
    }
    const all = () => [...accepted.values()].reduce((sum, list) => sum + list.length, 0)
    await until(() => all() === 600)
    for (const key of keys) expect(accepted.get(key)).toEqual(upTo(20))
    expect(failing.size).toBeGreaterThan(50)
  })

  it('does not let a key that waits for its retry hold back the others', async () => {
    const accepted: string[] = []
    stuck.answerAs(({ body }, response) => {
      if (keyOf(body) === 'stuck') return void response.writeHead(500).end()
      accepted.push(`${keyOf(body)}/${numberOf(body)}`)
      response.end()
    })
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, stuck.url, { ordered: true, retryDelaysMs: [0, 3_600_000] })
    await publishNumbers(workspace, 'stuck', upTo(80))
    await until(async () => (await deliveriesOf(workspace, '?limit=100')).some(one => one.attempts === 1))
    const at = Date.now()
    await publishNumbers(workspace, 'free', upTo(3))
    await until(() => accepted.length === 3)
    expect(Date.now() - at).toBeLessThan(3_000)
    expect(accepted).toEqual(['free/0', 'free/1', 'free/2'])
    const { rows } = await hub.pool.query<{ tried: number; leased: number }>(
      `select count(*) filter (where attempts > 0)::int as tried, count(*) filter (where lease > 2)::int as leased
       from delivery_queue where workspace_id = $1`,
      [workspace.workspaceId],
    )
    expect(rows[0]).toEqual({ tried: 1, leased: 0 })
  })

  it('goes on with the next one when one has finally failed', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'order-exhausted', {
      ordered: true,
      retryDelaysMs: [0, 50],
    })
    hook.answerWith({ status: 500, times: 2 })
    const [first, second] = await publishNumbers(workspace, 'a', [0, 1])
    expect(await settled(workspace, second!.id)).toMatchObject([{ status: 'delivered' }])
    expect(await settled(workspace, first!.id)).toMatchObject([{ status: 'failed', attempts: 2 }])
    expect(hook.arrivals().map(arrival => numberOf(arrival.body))).toEqual([0, 0, 1])
    expect(hook.summary().unverified).toBe(0)
  })

  it('sends an event again at the end of its line', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'order-resent', { ordered: true })
    const [first] = await publishNumbers(workspace, undefined, [0])
    const [done] = await settled(workspace, first!.id)
    hook.answerWith({ delayMs: 300, status: 200 })
    await publishNumbers(workspace, undefined, [1, 2, 3])
    expect((await workspace.request('POST', `/v1/deliveries/${done!.id}/resend`)).status).toBe(202)
    await until(() => hook.arrivals().length === 5)
    expect(hook.arrivals().map(arrival => numberOf(arrival.body))).toEqual([0, 1, 2, 3, 0])
  })

  it('has what is not due yet join the line when it is', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'order-scheduled', { ordered: true })
    const [first] = await publishNumbers(workspace, 'a', [0])
    await settled(workspace, first!.id)
    // As a publish with `deliverAt` writes it: no place in line yet.
    await hub.pool.query(
      `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held, gated, ordering_key, due_at)
       select replace(event_id, 'evt_', 'dlv_'), workspace_id, endpoint_id, event_id, 100, 30, true, true, 'a', now() + interval '3 seconds'
       from deliveries where workspace_id = $1`,
      [workspace.workspaceId],
    )
    await publishNumbers(workspace, 'a', [1])
    await until(() => hook.arrivals().length === 2)
    await sleep(100)
    await until(() => hook.arrivals().length === 3)
    expect(hook.arrivals().map(arrival => numberOf(arrival.body))).toEqual([0, 1, 0])
  })
})
