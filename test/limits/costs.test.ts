import { setTimeout as sleep } from 'node:timers/promises'
import type { CostPerCall } from '../../src/catalogue/schema/limits.ts'
import type { HubError } from '../../src/errors.ts'
import type { ProviderCall } from '../../src/calls/call.ts'
import { readItem } from '../../src/calls/read-item.ts'
import { definitionOf, modelOf } from '../calls/made.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { callerOf, pointsPlatform, type Cost } from './told.ts'

// Two hubs on one database are two processes.
const hub = await createTestHub()
const hubs = [hub, await createTestHub({ beside: hub })]

/** A platform made for the test: what it says of costs is where GraphQL platforms say it. */
const definitionWith = (limit: Pick<CostPerCall, 'capacity' | 'restoresPerSecond' | 'expected'>) =>
  definitionOf({
    calls: {
      errors: {
        code: 'errors.0.extensions.code',
        inside200: 'errors',
        meanings: { THROTTLED: 'rate-limited' },
      },
    },
    limits: [
      {
        kind: 'cost',
        per: 'connection',
        ...limit,
        told: {
          actual: 'extensions.cost.actualQueryCost',
          requested: 'extensions.cost.requestedQueryCost',
          available: 'extensions.cost.throttleStatus.currentlyAvailable',
          capacity: 'extensions.cost.throttleStatus.maximumAvailable',
          restoresPerSecond: 'extensions.cost.throttleStatus.restoreRate',
        },
      },
    ],
  })

const tokensOf = async (connectionId: string) => {
  const { rows } = await hub.pool.query<{ tokens: number }>('select tokens from rate_limits where key = $1', [
    `ws_told/${connectionId}/0`,
  ])
  return rows[0]!.tokens
}

/** A platform of its own for a test, and calls to it from both processes. */
async function start(limit: { capacity: number; restoresPerSecond: number; expected: number }, connectionId: string) {
  const { answer, counts } = pointsPlatform(limit.capacity, limit.restoresPerSecond)
  const platform = await startPlatform()
  platform.answerBy(answer)
  const caller = callerOf(definitionWith(limit), platform.url, connectionId)
  const call = (at: number, cost: Cost) => caller(hubs[at]!, { body: cost })
  /** Comes again when it is told to, as a sync does. */
  const persist = async (at: number, cost: Cost): Promise<void> => {
    for (;;) {
      const error = await call(at, cost).then(
        () => undefined,
        (e: unknown) => e as HubError,
      )
      if (error === undefined) return
      expect(error.code).toBe('RATE_LIMITED')
      await sleep(error.retryAfterMs)
    }
  }
  return { counts, call, persist }
}

describe('a limit by cost', () => {
  it('gives back what a call did not cost: two processes use all of it, and are hardly refused', async () => {
    const { counts, persist } = await start({ capacity: 400, restoresPerSecond: 100, expected: 100 }, 'conn_refunds')
    // By what they ask for they would take more than a minute, by what they cost 4 seconds.
    const calls = Array.from({ length: 80 }, (_, n) => persist(n % 2, { requested: 100, actual: 10 }))
    await Promise.all(calls)
    expect(counts.done).toBe(80)
    // Where the machine is slow, calls are on their way for longer than points are spared for.
    expect(counts.throttled).toBeLessThan(10)
  })

  it('lets no call starve for points that are held in parts', async () => {
    const { counts, persist } = await start({ capacity: 20, restoresPerSecond: 20, expected: 10 }, 'conn_parts')
    await Promise.all(Array.from({ length: 10 }, (_, n) => persist(n % 2, { requested: 10, actual: 10 })))
    expect(counts.done).toBe(10)
  })

  it('takes what a call costs beyond what it was expected to', async () => {
    const { call } = await start({ capacity: 100, restoresPerSecond: 0.001, expected: 10 }, 'conn_debts')
    for (let n = 0; n < 3; n++) await call(0, { requested: 30, actual: 30 })
    for (let looks = 0; looks < 100 && (await tokensOf('conn_debts')) > 10.5; looks++) {
      await sleep(50)
    }
    expect(await tokensOf('conn_debts')).toBeGreaterThan(8.9)
    // The other process sees that there is not enough for one more.
    await expect(call(1, { requested: 30, actual: 30 })).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  it('waits after a refusal for as long as it takes until there is enough', async () => {
    const { counts, call } = await start({ capacity: 100, restoresPerSecond: 50, expected: 1 }, 'conn_refused')
    await call(0, { requested: 90, actual: 90 })
    const refused = await call(0, { requested: 60, actual: 60 }).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'RATE_LIMITED' })
    const { retryAfterMs } = refused as { retryAfterMs: number }
    // Some 50 points are missing, at 50 a second.
    expect(retryAfterMs).toBeGreaterThan(100)
    expect(retryAfterMs).toBeLessThanOrEqual(1_020)
    // The other process knows it by then.
    await sleep(600)
    await Promise.all([0, 1].map(at => call(at, { requested: 20, actual: 20 })))
    expect(counts).toEqual({ done: 3, throttled: 1 })
  })

  it('follows what an account is told of its own limit, and what a call says that it costs', async () => {
    const { answer, counts } = pointsPlatform(1_000, 500)
    const platform = await startPlatform()
    platform.answerBy(answer)
    const documented = definitionWith({ capacity: 100, restoresPerSecond: 0.001, expected: 50 })
    const call = callerOf(documented, platform.url, 'conn_plan')
    // As documented the bucket would be empty after two, and fill again in a day.
    for (let n = 0; n < 8; n++) await call(hub, { body: { requested: 100, actual: 100 }, cost: 100 })
    expect(counts).toEqual({ done: 8, throttled: 0 })
  })

  it('takes what a definition says that its calls cost, and asks nothing for which there is not enough', async () => {
    const { answer, counts } = pointsPlatform(100, 0.001)
    const platform = await startPlatform()
    platform.answerBy(answer)
    const call = callerOf(
      definitionWith({ capacity: 100, restoresPerSecond: 0.001, expected: 1 }),
      platform.url,
      'conn_said',
    )
    const client = { call: (said: ProviderCall) => call(hub, said) }
    const body = { requested: 60, actual: 60 }
    const model = modelOf({ read: { path: '/graphql', body, cost: 60, item: 'data' } })
    const read = () => readItem(client, model, 'id-1', new AbortController().signal)
    expect(await read()).toEqual({})
    await expect(read()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(counts).toEqual({ done: 1, throttled: 0 })
  })
})
