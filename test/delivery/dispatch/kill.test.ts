import { setTimeout as sleep } from 'node:timers/promises'
import type { Hook } from '../../../dev/receiver/receiver-hook.ts'
import { eventually, startRunning, type Running } from '../../whole/running.ts'

const events = 2_000
const kills = 5
/** A worker's sends under way and its unrecorded results, at most, for each kill. */
const duplicatesEach = 600

describe('a worker that is killed again and again while events are published', () => {
  let running: Running
  let hook: Hook
  const published: string[] = []

  beforeAll(async () => {
    running = await startRunning()
    const workspace = await running.createWorkspace()
    hook = running.stack.receiver.hook('killed')
    const made = await workspace.request<{ secret: string }>('POST', '/v1/endpoints', { url: hook.url })
    hook.verifyWith(made.body.secret)
    const publishing = (async () => {
      for (let n = 0; n < events; n += 4) {
        const answers = await Promise.all(
          [0, 1, 2, 3].map(k => workspace.request('POST', '/v1/events', { type: 'a.b', data: { n: n + k } })),
        )
        for (const { status, body } of answers) if (status === 202) published.push(body.id)
        await sleep(30)
      }
    })()
    for (let kill = 0; kill < kills; kill++) {
      await sleep(1_000 + Math.random() * 1_500)
      await running.worker.kill()
      await running.worker.restart()
    }
    await publishing
  }, 180_000)

  it('has every accepted event arrive, soon after the last restart', async () => {
    expect(published).toHaveLength(events)
    const arrived = () => new Set(hook.arrivals().map(arrival => arrival.id))
    const all = () => hook.summary().distinct >= events
    await eventually('every event', all, { withinMs: 30_000, logsOf: [running.worker] })
    expect(published.filter(id => !arrived().has(id))).toEqual([])
  })

  it('sends duplicates only with the id of the first, signed, and no more than was in hand at the kills', () => {
    const { distinct, duplicates, unverified } = hook.summary()
    expect([distinct, unverified]).toEqual([events, 0])
    expect(duplicates).toBeLessThan(kills * duplicatesEach)
  })

  it('leaves nothing in the queue', async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: running.stack.databaseUrl })
    await client.connect()
    const waiting = async () => (await client.query('select from delivery_queue')).rows.length
    await eventually('an empty queue', async () => (await waiting()) === 0, { withinMs: 20_000 })
    const { rows } = await client.query<{ n: number }>(
      "select count(*)::int n from deliveries where status = 'delivered'",
    )
    expect(rows[0]!.n).toBe(events)
    await client.end()
  })
})
