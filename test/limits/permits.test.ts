import { setTimeout as sleep } from 'node:timers/promises'
import { platforms } from '../../src/catalogue/platforms/index.ts'
import type { HubError } from '../../src/errors.ts'
import { PermitBucket } from '../../src/limits/permit-bucket.ts'
import { bucketOf } from '../../src/limits/permit-policy.ts'
import { acquirePermit, noteAnswer } from '../../src/limits/permits.ts'
import { createTestHub } from '../support/hub.ts'

// Two hubs on one database are two processes.
const hub = await createTestHub()
const other = await createTestHub({ beside: hub })
const hubs = [hub, other]

const subject = (provider: string, connectionId: string) => ({
  workspaceId: 'ws_1',
  connectionId,
  providerAppId: null,
  provider,
  limits: platforms.find(({ id }) => id === provider)!.limits,
})

/** The most of these instants within any one second. */
function busiestSecond(instants: number[]): number {
  const sorted = instants.toSorted((a, b) => a - b)
  return Math.max(...sorted.map((from, index) => sorted.slice(index).filter(at => at < from + 1_000).length))
}

describe('permits', () => {
  it('keep one limit for two processes', async () => {
    const granted: number[] = []
    const calls = hubs.flatMap(each =>
      Array.from({ length: 100 }, async () => {
        const permit = await acquirePermit(each, subject('stripe', 'conn_rate'))
        granted.push(Date.now())
        permit.release()
      }),
    )
    await Promise.all(calls)
    // Stripe: 100 a second. A block may be used up to half a second after it was leased.
    expect(busiestSecond(granted)).toBeLessThanOrEqual(110)
    expect(Math.max(...granted) - Math.min(...granted)).toBeGreaterThan(1_500)
  })

  it('keep calls at once within the limit, and share them', async () => {
    let [now, most] = [0, 0]
    const done = [0, 0]
    const calls = hubs.flatMap((each, index) =>
      Array.from({ length: 20 }, async () => {
        const permit = await acquirePermit(each, subject('quickbooks', 'conn_slots'), undefined, { maxWaitMs: 30_000 })
        most = Math.max(most, ++now)
        await sleep(40)
        now--
        done[index]!++
        permit.release()
        permit.release()
      }),
    )
    await Promise.all(calls)
    expect(done).toEqual([20, 20])
    expect(most).toBeLessThanOrEqual(10)
    expect(most).toBeGreaterThan(5)
  })

  it('are waited for without a slot: other processes may have it meanwhile', async () => {
    const paused = subject('quickbooks', 'conn_waits')
    noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '5' } })
    const waiting = Array.from({ length: 10 }, () => acquirePermit(hub, paused))
    await sleep(3_500)
    const held = `select from rate_limit_slots where key like 'ws_1/conn_waits/%' and slots > 0 and expires_at > now()`
    expect((await hub.pool.query(held)).rowCount).toBe(0)
    for (const permit of await Promise.all(waiting)) permit.release()
  })

  it('stop every process for as long as the provider says', async () => {
    const paused = subject('stripe', 'conn_pause')
    await acquirePermit(other, paused)
    expect(noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '2' } })).toEqual({
      ms: 2_000,
      refused: true,
    })
    const started = Date.now()
    await sleep(600) // what the other process holds is void by then
    const waitedMs = hubs.map(each => acquirePermit(each, paused).then(() => Date.now() - started))
    for (const waited of waitedMs) expect(await waited).toBeGreaterThanOrEqual(1_900)
    expect(Date.now() - started).toBeLessThan(4_000)
  })

  it('of a long window are there after a short silence, some at once, and none during it', async () => {
    const limits = [{ kind: 'calls-per-window', per: 'connection', permits: 15_000, window: '1d' }] as const
    const daily = { ...subject('stripe', 'conn_daily'), limits }
    await acquirePermit(hub, daily)
    noteAnswer(hub, daily, { status: 429, headers: { 'retry-after': '2' } })
    const started = Date.now()
    await sleep(600) // what the other process holds is void by then
    const waitedMs = hubs.flatMap(each =>
      Array.from({ length: 3 }, () => acquirePermit(each, daily).then(() => Date.now() - started)),
    )
    for (const waited of waitedMs) expect(await waited).toBeGreaterThanOrEqual(1_900)
    // Out of an empty bucket they would come one by one, each 6 s after the other.
    expect(Date.now() - started).toBeLessThan(9_000)
  })

  it('are refused at once, with the time to wait, when it would take longer than the caller waits', async () => {
    const paused = subject('stripe', 'conn_long')
    noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '60' } })
    await sleep(100)
    const started = Date.now()
    for (const each of hubs) {
      const refused = await acquirePermit(each, paused).catch((error: unknown) => error as HubError)
      expect(refused).toMatchObject({ code: 'RATE_LIMITED' })
      const { retryAfterMs } = refused as HubError
      expect(retryAfterMs).toBeGreaterThan(55_000)
      expect(retryAfterMs).toBeLessThanOrEqual(60_000)
    }
    expect(Date.now() - started).toBeLessThan(500)
  })

  it('refuse whoever already waits when the provider asks for a longer pause', async () => {
    const paused = subject('stripe', 'conn_waiting')
    noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '5' } })
    const waiting = acquirePermit(hub, paused)
    await sleep(50)
    noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '90' } })
    await expect(waiting).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 90_000 })
  })

  it('are not waited for by a cancelled caller', async () => {
    const paused = subject('stripe', 'conn_cancel')
    noteAnswer(hub, paused, { status: 429, headers: { 'retry-after': '5' } })
    const cancel = new AbortController()
    const waiting = acquirePermit(hub, paused, cancel.signal)
    cancel.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })

  it('stop at a limit that the headers say is used up', async () => {
    const github = subject('github', 'conn_headers')
    const reset = String(Math.floor(Date.now() / 1000) + 3)
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
    expect(noteAnswer(hub, github, { status: 200, headers })?.ms).toBeGreaterThan(1_000)
    await expect(acquirePermit(hub, github, undefined, { maxWaitMs: 500 })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })

  it('come by the thousand when the limit is high, at few statements', async () => {
    let statements = 0
    const pool = { query: (...args: Parameters<typeof hub.pool.query>) => (statements++, hub.pool.query(...args)) }
    const bucket = new PermitBucket(pool as unknown as typeof hub.pool, 'fast', {
      ...bucketOf({ kind: 'calls-per-window', per: 'connection', permits: 50_000, window: '1s' }),
    })
    let permits = 0
    const end = Date.now() + 1_000
    const caller = async () => {
      for (; Date.now() < end; permits++) if (!bucket.takeNow()) await bucket.take(Date.now() + 5_000, undefined)
    }
    await Promise.all(Array.from({ length: 100 }, caller))
    expect(permits).toBeGreaterThan(5_000)
    expect(permits).toBeLessThanOrEqual(52_000)
    expect(statements).toBeLessThan(permits / 50)
  })
})
