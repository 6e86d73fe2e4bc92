import { jest } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import { Rate } from '../../../src/delivery/gates/rate.ts'
import { createEndpoint, quickPolicy, startAnsweringServer, startDispatching, until } from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const hub = await createTestHub({ deliveryPolicy: quickPolicy })
const beside = await createTestHub({ deliveryPolicy: quickPolicy, beside: hub })
const next = await createTestHub({ deliveryPolicy: quickPolicy, beside: hub })

const busy = { underWay: 0, most: 0, total: 0 }
const slow = await startAnsweringServer((_request, response) => {
  busy.total++
  busy.most = Math.max(busy.most, ++busy.underWay)
  setTimeout(() => {
    busy.underWay--
    response.end()
  }, 30)
})

const arrivals: number[] = []
const quick = await startAnsweringServer((_request, response) => {
  arrivals.push(performance.now())
  response.end()
})

const publishMany = (workspace: TestWorkspace, count: number) =>
  publishEvents(
    hub,
    hub.db,
    workspace.workspaceId,
    Array.from({ length: count }, (_, n) => ({ type: 'a.b', data: { n } })),
  )

/** The most arrivals within a window of so many milliseconds. */
function mostWithin(times: readonly number[], windowMs: number): number {
  let [most, first] = [0, 0]
  for (const [last, at] of times.entries()) {
    while (at - times[first]! >= windowMs) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

describe('the limits of an endpoint, with two processes side by side', () => {
  beforeAll(() => {
    startDispatching(hub)
    startDispatching(beside)
  })

  it('let no more requests be under way than they say', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, slow, { maxInFlight: 3 })
    await publishMany(workspace, 120)
    await until(() => busy.total === 120)
    expect(busy.most).toBe(3)
  })

  it('let no window have more requests than they say, also while one process takes over from the other', async () => {
    await stopDispatching(beside)
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, quick, { rateLimit: { requests: 30, seconds: 1 } })
    await publishMany(workspace, 130)
    await until(() => arrivals.length >= 40)
    startDispatching(next)
    await stopDispatching(hub)
    expect(arrivals.length).toBeLessThan(100)
    await until(() => arrivals.length >= 130)
    // The clocks of sender and receiver differ by what a timer and a loopback take.
    expect(mostWithin(arrivals, 950)).toBeLessThanOrEqual(31)
    const seconds = (arrivals[129]! - arrivals[0]!) / 1_000
    expect(130 / seconds).toBeGreaterThan(15)
  })

  it('remember a slow rate when the gate was given back', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, quick, { rateLimit: { requests: 1, seconds: 3_600 } })
    const before = arrivals.length
    await publishMany(workspace, 1)
    await until(() => arrivals.length === before + 1)
    const given = async () => {
      const { rows } = await hub.pool.query<{ ahead: number }>(
        `select extract(epoch from rate_at - now())::float8 as ahead from endpoint_gates
         where endpoint_id = $1 and leased_until < now()`,
        [endpoint.id],
      )
      return rows[0]?.ahead
    }
    await until(async () => (await given()) !== undefined)
    expect(await given()).toBeGreaterThan(3_500)
    await publishMany(workspace, 1)
    await sleep(1_000)
    expect(arrivals.length).toBe(before + 1)
  })
})

describe('a rate', () => {
  it('has no window with more than it allows, whatever burst it begins with', () => {
    jest.useFakeTimers({
      now: 0,
      doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask'],
    })
    try {
      for (const limit of [
        { requests: 1, seconds: 1 },
        { requests: 50, seconds: 1 },
        { requests: 100, seconds: 60 },
      ]) {
        const rate = new Rate(limit, 0)
        const sent: number[] = []
        const startedAt = performance.now()
        while (performance.now() - startedAt < limit.seconds * 3_000) {
          if (rate.waitMs <= 0) {
            sent.push(performance.now())
            rate.count()
          } else jest.advanceTimersByTime(Math.ceil(rate.waitMs))
        }
        expect(mostWithin(sent, limit.seconds * 1_000)).toBeLessThanOrEqual(limit.requests)
        expect(sent.length).toBeGreaterThanOrEqual(limit.requests * 2.5)
      }
    } finally {
      jest.useRealTimers()
    }
  })
})
