import { setTimeout as sleep } from 'node:timers/promises'
import type { LimitBody } from '../../src/catalogue/schema/limits.ts'
import type { HubError } from '../../src/errors.ts'
import { definitionOf } from '../calls/made.ts'
import { eventually } from '../connections/accounts.ts'
import { startPlatform, type PlatformAnswer } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { callerOf } from './told.ts'

// Two hubs on one database are two processes.
const hub = await createTestHub()
const hubs = [hub, await createTestHub({ beside: hub })]

/** A platform that tells of its limit in bodies, and answers first so, then well. Gives when it was called, too. */
async function start(body: LimitBody, first: () => PlatformAnswer, connectionId: string) {
  const platform = await startPlatform()
  const calledAt: number[] = []
  platform.answerBy(() => {
    calledAt.push(Date.now())
    return calledAt.length === 1 ? first() : { status: 200, body: {} }
  })
  const definition = definitionOf({
    limits: [{ kind: 'calls-per-window', per: 'connection', permits: 1_000, window: '1s', body }],
  })
  return { calledAt, call: callerOf(definition, platform.url, connectionId) }
}

/** Until the database has it that nobody calls, and what processes held before is void. */
async function paused(connectionId: string): Promise<void> {
  await eventually('the pause', async () => {
    const { rowCount } = await hub.pool.query('select from rate_limits where key = $1 and refilled_at > now()', [
      `ws_told/${connectionId}/0`,
    ])
    return rowCount === 1
  })
  await sleep(550)
}

describe('a limit that bodies tell of', () => {
  it('keeps every process away until the time that a refusal states', async () => {
    const retryAfter = { path: 'error.retry_after', in: 'seconds' } as const
    const refused = () => ({ status: 429, body: { error: { retry_after: 2.25 } } })
    const { calledAt, call } = await start({ retryAfter }, refused, 'conn_retry')
    const error = await call(hub).catch((e: unknown) => e as HubError)
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 2_250 })
    await paused('conn_retry')
    await Promise.all(hubs.map(each => call(each)))
    expect(calledAt).toHaveLength(3)
    for (const at of calledAt.slice(1)) expect(at - calledAt[0]!).toBeGreaterThanOrEqual(2_200)
  })

  it('is not called against when an answer says that nothing is left, until its window ends', async () => {
    const endsInMs = 2_500
    const usedUp = () => ({ status: 200, body: { quota: { left: 0, ends: Date.now() + endsInMs } } })
    const reset = { path: 'quota.ends', in: 'unix-milliseconds' } as const
    const { calledAt, call } = await start({ remaining: 'quota.left', reset }, usedUp, 'conn_quota')
    await call(hub)
    await paused('conn_quota')
    await Promise.all(hubs.map(each => call(each)))
    expect(calledAt).toHaveLength(3)
    for (const at of calledAt.slice(1)) expect(at - calledAt[0]!).toBeGreaterThanOrEqual(endsInMs - 50)
  })
})

describe('a limit of a definition that has changed', () => {
  it('counts from then on, of the same connection and in the same bucket', async () => {
    const platform = await startPlatform()
    platform.answerBy(() => ({ status: 200, body: {} }))
    const limit = { kind: 'calls-per-window', per: 'connection', window: '1d' } as const
    const before = definitionOf({ limits: [{ ...limit, permits: 10 }] })
    const after = definitionOf({ limits: [{ ...limit, permits: 2_000_000 }] })
    await callerOf(before, platform.url, 'conn_changed')(hub)
    await expect(callerOf(before, platform.url, 'conn_changed')(hub)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await callerOf(after, platform.url, 'conn_changed')(hub)
    expect(platform.calls).toHaveLength(2)
  })
})
