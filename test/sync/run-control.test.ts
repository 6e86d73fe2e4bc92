import type { AddressInfo } from 'node:net'
import { RunWatch, runWatchSettings } from '../../src/sync/progress/run-watch.ts'
import { createServer } from '../../src/http/server.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestServer } from '../support/hub.ts'
import { connectedCompany, createSync, endOf, run, type ShownRun } from './company.ts'

interface Run extends ShownRun {
  state: string
  direction: string
  calls: number
  durationMs: number | null
  workflowUrl: string | null
  progress: { rows: number; rowsPerSecond: number | null; expectedRows: number | null; estimatedEndAt: string | null }
}

const company = await connectedCompany(30)
const { hub, workspace, sandbox } = company
const { workspaceId } = workspace
const server = await createTestServer(hub)
await server.listen({ host: '127.0.0.1', port: 0 })
const base = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`

const slow = (delayMs: number, times = 1) =>
  sandbox.control.addFault({ platform: 'quickbooks', kind: 'slow', delayMs, path: '/v3', times })
const runOf = async (syncId: string, runId: string) =>
  (await workspace.request<Run>('GET', `/v1/syncs/${syncId}/runs/${runId}`)).body
const begun = async (syncId: string) => {
  const { body } = await workspace.request<Run>('POST', `/v1/syncs/${syncId}/runs`)
  await eventually('the run to begin', async () => (await runOf(syncId, body.id)).status === 'running')
  return body.id
}
const cancel = (syncId: string, runId: string) =>
  workspace.request<Run>('POST', `/v1/syncs/${syncId}/runs/${runId}/cancel`)

/** The events of a stream until it ends. */
async function follow(path: string): Promise<{ headers: Headers; events: { event: string; data: Run }[] }> {
  const response = await fetch(base + path, { headers: { authorization: `Bearer ${workspace.apiKey}` } })
  const events = (await response.text()).split('\n\n').flatMap(block => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/m.exec(block) ?? []
    return event === undefined ? [] : [{ event, data: JSON.parse(data!) as Run }]
  })
  return { headers: response.headers, events }
}

afterEach(() => sandbox.control.clearFaults())

describe('a run', () => {
  it('says which way it goes, how it stands, how far it is and what it took', async () => {
    const syncId = await createSync(company, { collection: 'words', direction: 'both' })
    const { id } = await run(company, syncId)
    const first = await runOf(syncId, id)
    expect(first).toMatchObject({
      ...{ direction: 'bidirectional', state: 'completed', status: 'succeeded', workflowUrl: null },
      progress: { rows: first.counts.pulled, expectedRows: null, estimatedEndAt: null },
    })
    expect(first.calls).toBeGreaterThan(0)
    expect(first.durationMs).toBeGreaterThan(0)
    const second = await run(company, syncId, { full: true })
    expect((await runOf(syncId, second.id)).progress.expectedRows).toBe(first.counts.pulled)
  })

  it('is followed as it goes on, to its end', async () => {
    const syncId = await createSync(company, { collection: 'followed-run' })
    await slow(1_500)
    const runId = await begun(syncId)
    const { headers, events } = await follow(`/v1/syncs/${syncId}/runs/${runId}/events`)
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(events.at(-1)!.event).toBe('end')
    const runs = events.filter(({ event }) => event === 'run').map(({ data }) => data)
    expect([runs[0]!.state, runs.at(-1)!.state]).toEqual(['in_progress', 'completed'])
    expect(runs.at(-1)!.counts).toEqual((await runOf(syncId, runId)).counts)
    // One that is over is told once.
    expect((await follow(`/v1/syncs/${syncId}/runs/${runId}/events`)).events.map(({ event }) => event)).toEqual([
      'run',
      'end',
    ])
    const missing = await workspace.request('GET', `/v1/syncs/${syncId}/runs/run_nothing/events`)
    expect(missing.body.error.code).toBe('SYNC_RUN_NOT_FOUND')
  })

  it('is followed by a bounded number, for whom its row is read once', async () => {
    const syncId = await createSync(company, { collection: 'bounded-run' })
    const { id } = await run(company, syncId)
    await hub.pool.query(`update sync_runs set finished_at = null, status = 'cancelled' where id = $1`, [id])
    const watch = new RunWatch(hub, { ...runWatchSettings, mostOfWorkspace: 2, lookEveryMs: 200, beatEveryMs: 400 })
    const [one, two] = [new AbortController(), new AbortController()]
    const beats = (async () => {
      const seen: unknown[] = []
      for await (const piece of await watch.follow(workspaceId, syncId, id, one.signal)) {
        seen.push(piece)
        if (seen.length === 3) one.abort()
      }
      return seen
    })()
    await watch.follow(workspaceId, syncId, id, two.signal)
    await expect(watch.follow(workspaceId, syncId, id, new AbortController().signal)).rejects.toThrow('Too many')
    // Nothing is news.
    expect((await beats).slice(1)).toEqual([null, null])
    two.abort()
    const last = await watch.follow(workspaceId, syncId, id, AbortSignal.abort())
    expect(last).toBeDefined()
    await hub.pool.query(`update sync_runs set finished_at = now() where id = $1`, [id])
  })

  it('is followed until the server closes, which waits for nobody', async () => {
    const syncId = await createSync(company, { collection: 'closing-run' })
    await slow(4_000)
    const runId = await begun(syncId)
    const other = await createServer(hub)
    await other.listen({ host: '127.0.0.1', port: 0 })
    const { port } = other.server.address() as AddressInfo
    const url = `http://127.0.0.1:${port}/v1/syncs/${syncId}/runs/${runId}/events`
    const response = await fetch(url, { headers: { authorization: `Bearer ${workspace.apiKey}` } })
    await other.close()
    expect(await response.text()).not.toContain('event: end')
    expect((await cancel(syncId, runId)).status).toBe(200)
  })

  it('stops within seconds when it is cancelled, in the middle of a call', async () => {
    const syncId = await createSync(company, { collection: 'cancelled-run' })
    await slow(25_000)
    const runId = await begun(syncId)
    const began = Date.now()
    expect((await cancel(syncId, runId)).body).toMatchObject({ status: 'cancelled', errorCode: 'SYNC_STOPPED' })
    const handle = hub.temporal.workflow.getHandle(`sync/${syncId}`)
    await eventually('the workflow to end', async () => (await handle.describe()).status.name !== 'RUNNING')
    expect(Date.now() - began).toBeLessThan(20_000)
    expect(await runOf(syncId, runId)).toMatchObject({
      status: 'cancelled',
      state: 'cancelled',
      counts: { created: 0 },
    })
    expect((await cancel(syncId, runId)).body).toMatchObject({ error: { code: 'CONFLICT' } })
    await sandbox.control.clearFaults()
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded' })
  })

  it('that is only asked for is cancelled too', async () => {
    const syncId = await createSync(company, { collection: 'unbegun-run' })
    await slow(3_000)
    const first = await begun(syncId)
    const { body: second } = await workspace.request<Run>('POST', `/v1/syncs/${syncId}/runs`)
    expect(second.id).not.toBe(first)
    expect((await cancel(syncId, second.id)).body).toMatchObject({ state: 'cancelled' })
    expect(await endOf(workspace, syncId, first)).toMatchObject({ status: 'succeeded' })
  })
})

describe('a sync that is rewound', () => {
  /** A customer was changed, and by now nothing is left to be read. */
  async function readUpToNow(syncId: string) {
    const name = (await company.customers.list()).find(customer => customer.Active)!.DisplayName
    await company.customers.change(name, { Notes: syncId })
    await run(company, syncId)
    await run(company, syncId)
    await hub.pool.query(`update syncs set changed_since = now() + interval '1 minute' where id = $1`, [syncId])
    expect((await run(company, syncId)).counts.unchanged).toBe(0)
    await hub.pool.query(`update syncs set changed_since = now() + interval '1 minute' where id = $1`, [syncId])
  }

  it('reads again what has changed since, by its next run', async () => {
    const syncId = await createSync(company, { collection: 'rewound' })
    await readUpToNow(syncId)
    const since = async () =>
      (await hub.pool.query<{ at: Date }>('select changed_since as at from syncs where id = $1', [syncId])).rows[0]!.at
    const rewind = (to: string) => workspace.request<Run>('POST', `/v1/syncs/${syncId}/rewind`, { to })
    const to = new Date(Date.now() - 3_600_000)
    expect((await since()).getTime()).toBeGreaterThan(to.getTime())
    const { status, body } = await rewind(to.toISOString())
    expect(status).toBe(202)
    const ended = await endOf(workspace, syncId, body.id)
    // It is read, and is no news to the hub.
    expect(ended).toMatchObject({ status: 'succeeded', full: false, counts: { created: 0, updated: 0 } })
    expect(ended.counts.unchanged).toBeGreaterThan(0)
    expect((await since()).getTime()).toBeGreaterThan(to.getTime())
    expect((await rewind(new Date(Date.now() + 60_000).toISOString())).body).toMatchObject({
      error: { code: 'INVALID_REQUEST' },
    })
    await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect((await rewind(to.toISOString())).body).toMatchObject({ error: { code: 'SYNC_PAUSED' } })
    const pushing = await createSync(company, { collection: 'rewound-push', direction: 'push' })
    const answer = await workspace.request('POST', `/v1/syncs/${pushing}/rewind`, { to: to.toISOString() })
    expect(answer.body.error.code).toBe('INVALID_REQUEST')
  })

  it('is so although a run is under way just then', async () => {
    const syncId = await createSync(company, { collection: 'rewound-meanwhile' })
    await readUpToNow(syncId)
    await slow(1_500)
    const runId = await begun(syncId)
    const to = new Date(Date.now() - 7_200_000).toISOString()
    const { body } = await workspace.request<Run>('POST', `/v1/syncs/${syncId}/rewind`, { to })
    expect(body.id).not.toBe(runId)
    await endOf(workspace, syncId, runId)
    expect((await endOf(workspace, syncId, body.id)).counts.unchanged).toBeGreaterThan(0)
  })
})

describe('a schedule', () => {
  it('is spread and made up for as the sync says', async () => {
    const described = async (schedule: unknown) => {
      const { body } = await workspace.request('POST', '/v1/syncs', {
        ...{
          connectionId: company.connectionId,
          model: 'customers',
          collection: `s${Math.random()}`.replace('.', ''),
          schedule,
        },
      })
      if (body.error) return body.error.code
      const { spec, policies } = await hub.temporal.schedule.getHandle(`sync/${body.id}`).describe()
      return [spec.jitter ?? 0, policies.catchupWindow]
    }
    expect(await described({ every: '15m' })).toEqual([0, 900_000])
    expect(await described({ every: '10s' })).toEqual([0, 600_000])
    expect(await described({ every: '1d', jitter: '5m' })).toEqual([300_000, 3_600_000])
    expect(await described({ cron: '0 6 * * *' })).toEqual([0, 3_600_000])
    expect(await described({ cron: '0 6 * * *', jitter: '0s', catchUp: '10s' })).toEqual([0, 10_000])
    expect(await described({ every: '1h', jitter: '2h' })).toBe('INVALID_REQUEST')
    expect(await described({ every: '1h', catchUp: '2d' })).toBe('INVALID_REQUEST')
  })
})
