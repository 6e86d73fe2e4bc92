import { setTimeout as sleep } from 'node:timers/promises'
import { ScheduleNotFoundError } from '@temporalio/client'
import { runRequestedSignal, runSyncName, syncWorkflowId } from '../../src/sync/contract.ts'
import { reconcileSync } from '../../src/sync/reconcile.ts'
import { requestSyncRun } from '../../src/sync/runs/request-run.ts'
import { beginRun } from '../../src/sync/runs/begin-run.ts'
import { eventually, publishedEvents } from '../connections/accounts.ts'
import { createWorkspace } from '../support/hub.ts'
import {
  anotherCompany,
  connectedCompany,
  createSync,
  endOf,
  records,
  run,
  type ShownRun,
  type ShownSync,
} from './company.ts'

const company = await connectedCompany(30)
const { hub, workspace } = company
const { workspaceId } = workspace
const { schedule } = hub.temporal

async function runsOf(syncId: string): Promise<ShownRun[]> {
  return (await workspace.request<{ data: ShownRun[] }>('GET', `/v1/syncs/${syncId}/runs`)).body.data
}

describe('runs', () => {
  it('are one at a time, and what is asked for meanwhile is one more', async () => {
    const syncId = await createSync(company, { collection: 'one-at-a-time' })
    await company.sandbox.control.addFault({
      platform: 'quickbooks',
      kind: 'slow',
      delayMs: 700,
      path: '/v3',
      times: 1,
    })
    const url = `/v1/syncs/${syncId}/runs`
    const first = await workspace.request<ShownRun>('POST', url)
    await eventually('the first run', async () => (await runsOf(syncId))[0]?.status === 'running')
    const asked = await Promise.all(Array.from({ length: 5 }, () => workspace.request<ShownRun>('POST', url)))
    const [second] = new Set(asked.map(({ body }) => body.id))
    expect(new Set(asked.map(({ body }) => body.id)).size).toBe(1)
    expect(second).not.toBe(first.body.id)
    expect(await endOf(workspace, syncId, second!)).toMatchObject({ status: 'succeeded', counts: { created: 0 } })
    expect((await runsOf(syncId)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded'])
    expect(new Set((await records(company, '', 'one-at-a-time')).map(({ data }) => data.displayName)).size).toBe(
      (await records(company, '', 'one-at-a-time')).length,
    )
  })

  it('are asked for once by an Idempotency-Key, however often it is repeated', async () => {
    const syncId = await createSync(company, { collection: 'once-by-key' })
    const ask = () =>
      workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`, undefined, { 'idempotency-key': 'nightly-run' })
    const first = await ask()
    await endOf(workspace, syncId, first.body.id)
    const again = await ask()
    expect([again.status, again.headers['idempotent-replayed'], again.body]).toEqual([202, 'true', first.body])
    expect(await runsOf(syncId)).toHaveLength(1)
  })

  it('leave a loser’s request to the holder, which runs again before it ends', async () => {
    const syncId = await createSync(company, { collection: 'loser' })
    await company.sandbox.control.addFault({
      platform: 'quickbooks',
      kind: 'slow',
      delayMs: 900,
      path: '/v3',
      times: 1,
    })
    await workspace.request('POST', `/v1/syncs/${syncId}/runs`)
    await eventually('the holder', async () => (await runsOf(syncId))[0]?.status === 'running')
    const start = await beginRun(
      hub,
      { workspaceId, syncId },
      { workflowId: 'x', trigger: 'schedule', mayRequest: true },
    )
    expect(start).toMatchObject({ kind: 'lost' })
    await eventually('both runs', async () => {
      const runs = await runsOf(syncId)
      return runs.length === 2 && runs.every(({ status }) => status === 'succeeded')
    })
    const handle = hub.temporal.workflow.getHandle(syncWorkflowId(syncId))
    expect(await handle.result()).toMatchObject({ runs: [{ status: 'succeeded' }, { status: 'succeeded' }] })
  })

  it('tell who subscribes how they ended', async () => {
    const own = await anotherCompany(hub, company.sandbox)
    const syncId = await createSync(own)
    const done = await run(own, syncId)
    await own.hub.pool.query(`update connections set status = 'needs_reauth' where id = $1`, [own.connectionId])
    await run(own, syncId)
    const events = (await publishedEvents(hub, own.workspace.workspaceId)).filter(({ type }) => /^sync\./.test(type))
    expect(events).toMatchObject([
      { type: 'sync.completed', data: { syncId, runId: done.id, counts: { created: done.counts.created } } },
      { type: 'sync.failed', data: { syncId, error: { code: 'TOKEN_EXPIRED' } } },
    ])
  })

  it('publish record events a page at a time to who subscribes, and none to nobody', async () => {
    const own = await anotherCompany(hub, company.sandbox)
    await own.workspace.request('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/hook', eventTypes: ['record.*'] })
    const syncId = await createSync(own)
    const { counts } = await run(own, syncId)
    const [record] = await records(own)
    await own.workspace.request('PATCH', `/v1/records/${record!.id}`, { data: { notes: 'x' } })
    const events = (await publishedEvents(hub, own.workspace.workspaceId)).filter(({ type }) => /^record\./.test(type))
    expect(events.map(({ type, data }) => [type, (data.recordIds as string[]).length])).toEqual([
      ['record.created', counts.created],
      ['record.updated', 1],
    ])
    expect((await publishedEvents(hub, workspaceId)).some(({ type }) => type.startsWith('record.'))).toBe(false)
  })

  it('can be asked for by a webhook, but not while the sync is paused', async () => {
    const syncId = await createSync(company, { collection: 'webhook' })
    const asked = await requestSyncRun(hub, workspaceId, syncId, 'webhook')
    expect(await endOf(workspace, syncId, asked!.runId)).toMatchObject({ status: 'succeeded', trigger: 'webhook' })
    await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect(await requestSyncRun(hub, workspaceId, syncId, 'webhook')).toBeNull()
  })
})

describe('reconcile', () => {
  // What the tests above have left.
  beforeAll(() => reconcileSync(hub, 100))

  it('starts what was asked for and never started', async () => {
    const syncId = await createSync(company, { collection: 'unstarted' })
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status, requested_at)
       values ($1, $2, $3, 'manual', 'requested', now() - interval '1 minute')`,
      [`run_${syncId.slice(5)}`, workspaceId, syncId],
    )
    expect(await reconcileSync(hub, 10)).toBe(1)
    expect(await endOf(workspace, syncId, `run_${syncId.slice(5)}`)).toMatchObject({ status: 'succeeded' })
  })

  it('frees a run whose workflow was terminated, and leaves one whose workflow works', async () => {
    const syncId = await createSync(company, { collection: 'terminated' })
    await company.sandbox.control.addFault({
      platform: 'quickbooks',
      kind: 'slow',
      delayMs: 5_000,
      path: '/v3',
      times: 1,
    })
    const { body } = await workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`)
    await eventually('the run', async () => (await runsOf(syncId))[0]?.status === 'running')
    const silent = () =>
      hub.pool.query(`update sync_runs set alive_at = now() - interval '1 hour' where id = $1`, [body.id])
    await silent()
    expect(await reconcileSync(hub, 10)).toBe(0)
    await hub.temporal.workflow.getHandle(syncWorkflowId(syncId)).terminate('a test')
    // Its activity may give one more sign of life before it learns of the end.
    await eventually('the run to be freed', async () => {
      await silent()
      return (await reconcileSync(hub, 10)) === 1
    })
    expect((await runsOf(syncId))[0]).toMatchObject({ status: 'failed', errorCode: 'SYNC_INTERRUPTED' })
    await company.sandbox.control.clearFaults()
    expect((await run(company, syncId)).status).toBe('succeeded')
  })

  it('ends a run as cancelled when its workflow is cancelled', async () => {
    const syncId = await createSync(company, { collection: 'cancelled' })
    await company.sandbox.control.addFault({
      platform: 'quickbooks',
      kind: 'slow',
      delayMs: 8_000,
      path: '/v3',
      times: 1,
    })
    const { body } = await workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`)
    await eventually('the run', async () => (await runsOf(syncId))[0]?.status === 'running')
    await hub.temporal.workflow.getHandle(syncWorkflowId(syncId)).cancel()
    expect(await endOf(workspace, syncId, body.id)).toMatchObject({ status: 'cancelled', errorCode: 'SYNC_STOPPED' })
    await company.sandbox.control.clearFaults()
  })
})

describe('the Schedule of a sync', () => {
  it('is made, follows each change, and goes with the sync', async () => {
    const syncId = await createSync(company, { collection: 'scheduled', schedule: { every: '15m' } })
    const describeIt = () => schedule.getHandle(syncWorkflowId(syncId)).describe()
    const made = await describeIt()
    expect(made.spec.intervals).toMatchObject([{ every: 900_000 }])
    expect(made.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 900_000 })
    expect(made.action).toMatchObject({ workflowType: runSyncName })

    const url = `/v1/syncs/${syncId}`
    await workspace.request('PATCH', url, { schedule: { cron: '30 6 * * 1-5', timeZone: 'Asia/Kuala_Lumpur' } })
    const changed = await describeIt()
    expect(changed.spec.timezone).toBe('Asia/Kuala_Lumpur')
    expect(changed.spec.intervals ?? []).toEqual([])
    await workspace.request('POST', `${url}/pause`)
    expect((await describeIt()).state.paused).toBe(true)
    await workspace.request('POST', `${url}/resume`)
    expect((await describeIt()).state.paused).toBe(false)

    expect((await workspace.request('DELETE', url)).status).toBe(204)
    await expect(describeIt()).rejects.toThrow(ScheduleNotFoundError)
    expect((await workspace.request('GET', url)).body.error.code).toBe('SYNC_NOT_FOUND')
    await reconcileSync(hub, 10)
    expect((await hub.pool.query('select 1 from syncs where id = $1', [syncId])).rowCount).toBe(0)
  })

  it('runs the sync', async () => {
    const syncId = await createSync(company, { collection: 'by-schedule', schedule: { every: '1h' } })
    await schedule.getHandle(syncWorkflowId(syncId)).trigger('SKIP')
    await eventually('the run', async () => (await runsOf(syncId))[0]?.status === 'succeeded')
    expect((await runsOf(syncId))[0]).toMatchObject({ trigger: 'schedule' })
  })

  it('is made by reconcile where Temporal was away', async () => {
    const syncId = await createSync(company, { collection: 'unscheduled', schedule: { every: '2h' } })
    await schedule.getHandle(syncWorkflowId(syncId)).delete()
    await hub.pool.query('update syncs set schedule_revision = schedule_revision + 1 where id = $1', [syncId])
    expect(await reconcileSync(hub, 10)).toBe(1)
    expect((await schedule.getHandle(syncWorkflowId(syncId)).describe()).spec.intervals).toMatchObject([
      { every: 7_200_000 },
    ])
    expect(await reconcileSync(hub, 10)).toBe(0)
  })
})

describe('requests that are not right', () => {
  it('are refused with a code that says why', async () => {
    const { connectionId } = company
    const post = async (body: Record<string, unknown>) => {
      const answer = await workspace.request('POST', '/v1/syncs', { connectionId, model: 'customers', ...body })
      return [answer.status, answer.body.error.code]
    }
    expect(await post({ model: 'nothing' })).toEqual([400, 'INVALID_MODEL'])
    expect(await post({ model: 'toString' })).toEqual([400, 'INVALID_MODEL'])
    expect(await post({ connectionId: 'conn_nothing' })).toEqual([404, 'CONNECTION_NOT_FOUND'])
    expect(await post({ direction: 'sideways' })).toEqual([400, 'INVALID_REQUEST'])
    expect(await post({ schedule: { every: '1s' } })).toEqual([400, 'INVALID_REQUEST'])
    expect(await post({ schedule: { cron: '61 * * * *' } })).toEqual([400, 'INVALID_REQUEST'])
    expect(await post({ schedule: { cron: '0 0 30 2 *' } })).toEqual([400, 'INVALID_REQUEST'])
    expect(await post({ schedule: { cron: '0 6 * * *', timeZone: 'Mars/Base' } })).toEqual([400, 'INVALID_REQUEST'])
    expect(await post({ collection: 'No Good' })).toEqual([400, 'INVALID_REQUEST'])
    const syncId = await createSync(company, { collection: 'twice' })
    expect(await post({ collection: 'twice' })).toEqual([409, 'CONFLICT'])
    expect((await workspace.request('GET', `/v1/syncs/${syncId}/runs/run_nothing`)).body.error.code).toBe(
      'SYNC_RUN_NOT_FOUND',
    )
  })

  it('meet nothing in another workspace', async () => {
    const syncId = await createSync(company, { collection: 'private' })
    const { id: runId } = await run(company, syncId)
    const stranger = await createWorkspace(hub)
    const url = `/v1/syncs/${syncId}`
    for (const [method, path, body] of [
      ['GET', url],
      ['PATCH', url, { direction: 'pull' }],
      ['DELETE', url],
      ['POST', `${url}/pause`],
      ['POST', `${url}/resume`],
      ['POST', `${url}/runs`],
      ['GET', `${url}/runs`],
      ['GET', `${url}/runs/${runId}`],
      ['GET', `${url}/conflicts`],
      ['GET', `${url}/errors`],
      ['POST', `${url}/conflicts/rec_nothing/resolve`, { use: 'hub' }],
    ] as const) {
      const answer = await stranger.request(method, path, body)
      expect([path, answer.status, answer.body.error.code]).toEqual([path, 404, 'SYNC_NOT_FOUND'])
    }
    const body = { connectionId: company.connectionId, model: 'customers' }
    expect((await stranger.request('POST', '/v1/syncs', body)).body.error.code).toBe('CONNECTION_NOT_FOUND')
    const [record] = await records(company, '', 'private')
    expect((await stranger.request('GET', `/v1/records/${record!.id}`)).body.error.code).toBe('RECORD_NOT_FOUND')
    expect((await stranger.request<{ data: ShownSync[] }>('GET', '/v1/syncs')).body.data).toEqual([])
  })
})

describe('the workflow', () => {
  it('shows what it is about in its search attributes', async () => {
    const syncId = await createSync(company, { collection: 'searched' })
    await run(company, syncId)
    await eventually('the workflow in the list', async () => {
      for await (const found of hub.temporal.workflow.list({ query: `Sync = '${syncId}'` })) {
        return found.type === runSyncName && found.workflowId === syncWorkflowId(syncId)
      }
      return false
    })
  })

  it('looks once more when it is told of a request while it closes', async () => {
    const syncId = await createSync(company, { collection: 'signalled' })
    await run(company, syncId)
    // A signal without a request does no harm.
    await hub.temporal.workflow.signalWithStart(runSyncName, {
      workflowId: syncWorkflowId(syncId),
      taskQueue: 'workflows',
      args: [{ workspaceId, syncId, connectionId: company.connectionId, provider: 'quickbooks', trigger: 'manual' }],
      signal: runRequestedSignal,
    })
    await sleep(500)
    expect(await runsOf(syncId)).toHaveLength(1)
  })
})
