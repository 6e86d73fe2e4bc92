import { bucketOf, quantile } from '../../../src/delivery/log/histogram.ts'
import { Statistics, statisticsOf } from '../../../src/delivery/log/statistics.ts'
import type { Result } from '../../../src/delivery/dispatch/recording/result.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import {
  createDeliveringHub,
  createEndpoint,
  createSubscriber,
  publish,
  settled,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'

const receiver = await startTestReceiver()
const hub = await createDeliveringHub()
const still = await createTestHub()

interface Chart {
  data: { at: string; succeeded: number; failed: number; p50Ms: number | null; p99Ms: number | null }[]
}
const chart = async (workspace: TestWorkspace, endpointId: string, query = '') => {
  const answer = await workspace.request<Chart>('GET', `/v1/endpoints/${endpointId}/statistics${query}`)
  expect(answer.status).toBe(200)
  return answer.body.data
}
const totals = (points: Chart['data']) => ({
  succeeded: points.reduce((sum, point) => sum + point.succeeded, 0),
  failed: points.reduce((sum, point) => sum + point.failed, 0),
})

const result = (workspaceId: string, endpointId: string, durationMs: number, failed = false): Result => ({
  delivery: { id: 'dlv', workspaceId, endpointId } as Result['delivery'],
  verdict: failed ? { kind: 'retry', delayMs: 1 } : { kind: 'delivered' },
  outcome: { sentAt: Date.now(), durationMs, endpointVersion: 1, ...(failed ? { error: 'timeout' as const } : {}) },
})

describe('the statistics of an endpoint', () => {
  it('count each attempt, failed ones and test events included', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'counted')
    hook.answerWith({ status: 500, times: 2 })
    await settled(workspace, await publish(workspace))
    await settled(workspace, await publish(workspace))
    const test = await workspace.request('POST', `/v1/endpoints/${endpoint.id}/test`, {})
    await settled(workspace, test.body.id)
    await until(async () => {
      // An attempt is counted right after the commit that settles its delivery.
      await statisticsOf(hub).write()
      const { succeeded, failed } = totals(await chart(workspace, endpoint.id))
      return succeeded + failed >= 5
    })
    expect(totals(await chart(workspace, endpoint.id))).toEqual({ succeeded: 3, failed: 2 })
    expect(totals(await chart(workspace, endpoint.id, '?interval=day'))).toEqual({ succeeded: 3, failed: 2 })
    const [hour] = (await chart(workspace, endpoint.id, '?interval=hour')).filter(point => point.succeeded > 0)
    expect(hour!.p50Ms).toBeGreaterThanOrEqual(0)
    expect(Date.parse(hour!.at) % 3_600_000).toBe(0)
  })

  it('add up what several processes counted, each of them written again and again', async () => {
    const workspace = await createWorkspace(still)
    const { id } = await createEndpoint(workspace, 'https://127.0.0.1/')
    const processes = [new Statistics(still), new Statistics(still)]
    for (let round = 0; round < 3; round++) {
      for (const one of processes) {
        one.note(Array.from({ length: 50 }, (_, n) => result(workspace.workspaceId, id, n === 0 ? 4_000 : 100, n < 5)))
        await one.write()
      }
    }
    const points = await chart(workspace, id, '?interval=day')
    expect(points).toHaveLength(31)
    expect(totals(points)).toEqual({ succeeded: 270, failed: 30 })
    const { p50Ms, p99Ms } = points.find(point => point.succeeded > 0)!
    expect(Math.abs(p50Ms! - 100)).toBeLessThanOrEqual(5)
    expect(Math.abs(p99Ms! - 4_000)).toBeLessThanOrEqual(200)
    const { rowCount } = await still.pool.query('select from endpoint_statistics where endpoint_id = $1', [id])
    expect(rowCount).toBeLessThanOrEqual(8)
  })

  it('stay bounded in memory when there are very many endpoints, and lose none of them', async () => {
    const statistics = new Statistics(still)
    const workspace = await createWorkspace(still)
    const { id } = await createEndpoint(workspace, 'https://127.0.0.1/')
    for (let n = 0; n < 12_000; n++) {
      statistics.note([result(workspace.workspaceId, n % 3_000 === 0 ? id : `ep_${n}`, 10)])
    }
    // What a busy machine could not write in time is there after the next write.
    await until(async () => {
      await statistics.write()
      return totals(await chart(workspace, id)).succeeded === 4
    })
    const { rows } = await still.pool.query<{ sum: number }>(
      'select sum(succeeded) from endpoint_statistics where minutes = 1 and workspace_id = $1',
      [workspace.workspaceId],
    )
    expect(rows[0]!.sum).toBe(12_000)
  })

  it('are those of the time asked for, and of a number of points that can be drawn', async () => {
    const workspace = await createWorkspace(still)
    const { id } = await createEndpoint(workspace, 'https://127.0.0.1/')
    const statistics = new Statistics(still)
    statistics.note([result(workspace.workspaceId, id, 10)])
    await statistics.write()
    const now = Date.now()
    const at = (ms: number) => encodeURIComponent(new Date(now + ms).toISOString())
    expect(totals(await chart(workspace, id, `?to=${at(-120_000)}`)).succeeded).toBe(0)
    expect(totals(await chart(workspace, id, `?from=${at(-120_000)}&to=${at(60_000)}`)).succeeded).toBe(1)
    for (const query of [`?from=${at(-1_600 * 60_000)}`, `?from=${at(1_000)}&to=${at(0)}`]) {
      const answer = await workspace.request('GET', `/v1/endpoints/${id}/statistics${query}`)
      expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    }
  })

  it('do not cross workspaces', async () => {
    const { endpoint } = await createSubscriber(hub, receiver, 'uncounted')
    const other = await createWorkspace(hub)
    expect((await other.request('GET', `/v1/endpoints/${endpoint.id}/statistics`)).status).toBe(404)
  })
})

describe('a histogram', () => {
  it('gives quantiles that are right to 5 %', () => {
    for (const ms of [1, 2, 3, 17, 250, 999, 15_000, 30_000, 90_000]) {
      const read = quantile([[bucketOf(ms), 7]], 0.5)!
      expect(Math.abs(read - ms) / ms).toBeLessThanOrEqual(0.05)
    }
    expect(quantile([[bucketOf(0), 1]], 0.99)).toBe(0)
    expect(quantile([], 0.5)).toBeNull()
  })
})
