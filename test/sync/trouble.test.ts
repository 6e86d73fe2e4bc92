import { WorkflowNotFoundError } from '@temporalio/client'
import { reconcileSync } from '../../src/sync/reconcile.ts'
import { syncWorkflowId, type SyncRetry } from '../../src/sync/contract.ts'
import { requestSyncRun } from '../../src/sync/runs/request-run.ts'
import { runStartOf } from '../../src/sync/runs/start-workflow.ts'
import { findSync } from '../../src/sync/sync-store.ts'
import { searchAttributes } from '../../src/temporal/contract.ts'
import { startWorkflow } from '../../src/temporal/start.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, endOf, run, type Company, type ShownRun, type ShownSync } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback, type Play } from './loopback.ts'

const hub = await createTestHub()
await startTestWorkers(hub)
const platform = await startLoopback(hub)

const well = playQuickbooks(slice([customer(1), customer(2), customer(3)]))
const failing =
  (status: number): Play =>
  call =>
    call.path.endsWith('/query') || call.path.endsWith('/cdc') ? { status, body: {} } : undefined

const handleOf = (syncId: string) => hub.temporal.workflow.getHandle(syncWorkflowId(syncId))
const detailsOf = async (syncId: string) =>
  (await handleOf(syncId).query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails
const stateOf = async (syncId: string) => {
  const described = await handleOf(syncId)
    .describe()
    .catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return undefined
      throw error
    })
  if (!described) return ['NONE', undefined]
  return [described.status.name, described.typedSearchAttributes.get(searchAttributes.attention)]
}
const becomes = (syncId: string, state: [string, string]) =>
  eventually(`${syncId} to be ${state.join()}`, async () => (await stateOf(syncId)).join() === state.join(), 30_000)

/** The workflows that the documented queries list, as `id attention`. */
async function listed(): Promise<string[]> {
  const found: string[] = []
  for await (const one of hub.temporal.workflow.list({
    query: `Attention != 'none' AND ExecutionStatus = 'Running'`,
  })) {
    found.push(`${one.workflowId} ${one.typedSearchAttributes.get(searchAttributes.attention)}`)
  }
  return found.sort()
}

const syncsOf = async ({ workspace }: Company, query = '') =>
  (await workspace.request<{ data: ShownSync[] }>('GET', `/v1/syncs${query}`)).body.data

async function begun(company: Company, syncId: string) {
  const { body } = await company.workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`)
  return shownRun(company, syncId, body.id)
}

function shownRun({ workspace }: Company, syncId: string, id: string) {
  const url = `/v1/syncs/${syncId}/runs/${id}`
  type Waiting = ShownRun & { waitingFor: string | null; waitingUntil: string | null }
  return { id, shown: async () => (await workspace.request<Waiting>('GET', url)).body }
}

/** The same for a run whose tries are as far apart as is said. */
async function begunWith(company: Company, syncId: string, retry: SyncRetry) {
  const { workspaceId } = company.workspace
  // What asks for the run starts no workflow: the one that takes it is started here.
  const away = Object.assign(Object.create(hub.temporal) as typeof hub.temporal, {
    withDeadline: () => Promise.reject(new Error('away')),
  })
  const run = await requestSyncRun({ ...hub, temporal: away }, workspaceId, syncId, 'manual')
  const start = runStartOf(await findSync(hub.db, workspaceId, syncId), 'manual')
  await startWorkflow(hub.temporal, { ...start, input: { ...start.input, retry } })
  return shownRun(company, syncId, run!.runId)
}

beforeEach(() => {
  platform.play = well
})

describe('a run whose platform fails', () => {
  it('says what it fails with and when it tries again, to the API and to operators, and ends well', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    platform.play = failing(500)
    const { id, shown } = await begun(company, syncId)
    const waiting = await eventually('the run to wait', async () => {
      const body = await shown()
      return body.waitingFor === 'provider_error' && body
    })
    expect(waiting).toMatchObject({ status: 'running', errorCode: 'PROVIDER_ERROR', waitingFor: 'provider_error' })
    expect(Date.parse(waiting.waitingUntil!)).toBeGreaterThan(Date.now() - 60_000)
    await becomes(syncId, ['RUNNING', 'retrying'])
    await eventually('its details', async () =>
      /fails with PROVIDER_ERROR at quickbooks, try \d.* Tries again at \d{4}-/.test(await detailsOf(syncId)),
    )
    expect((await syncsOf(company))[0]!.openRun).toMatchObject({ id, status: 'running' })
    platform.play = well
    expect(await endOf(company.workspace, syncId, id)).toMatchObject({
      ...{ status: 'succeeded', errorCode: null, waitingFor: null, waitingUntil: null },
    })
    await becomes(syncId, ['COMPLETED', 'none'])
  })

  it('tries again when a person asks for a run meanwhile, without waiting for its time', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    platform.play = failing(500)
    const { id, shown } = await begunWith(company, syncId, { maximumAttempts: 8, initialIntervalMs: 45_000 })
    const until = await eventually('the first failure', async () => {
      const { waitingUntil } = await shown()
      return waitingUntil !== null && Date.parse(waitingUntil) - Date.now() > 20_000 && Date.parse(waitingUntil)
    })
    platform.play = well
    await begun(company, syncId)
    expect((await endOf(company.workspace, syncId, id)).status).toBe('succeeded')
    expect(Date.now()).toBeLessThan(until)
    await becomes(syncId, ['COMPLETED', 'none'])
  }, 150_000)

  it('tries again so, too, when the person asks before it has begun to wait', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    // While the call that fails is under way.
    let asked: Promise<unknown> | undefined
    platform.play = async call => {
      await (asked ??= begun(company, syncId))
      return failing(500)(call)
    }
    const { id, shown } = await begunWith(company, syncId, { maximumAttempts: 8, initialIntervalMs: 45_000 })
    const until = await eventually('the first failure', async () => {
      const { waitingUntil } = await shown()
      return waitingUntil !== null && Date.parse(waitingUntil) - Date.now() > 20_000 && Date.parse(waitingUntil)
    })
    platform.play = well
    expect((await endOf(company.workspace, syncId, id)).status).toBe('succeeded')
    expect(Date.now()).toBeLessThan(until)
    await becomes(syncId, ['COMPLETED', 'none'])
  }, 150_000)

  it('stops at once when it is paused meanwhile', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    platform.play = failing(503)
    const { id } = await begun(company, syncId)
    await becomes(syncId, ['RUNNING', 'retrying'])
    await company.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect(await endOf(company.workspace, syncId, id)).toMatchObject({ status: 'cancelled', errorCode: 'SYNC_PAUSED' })
    await becomes(syncId, ['COMPLETED', 'none'])
  })
})

describe('a sync whose last run failed', () => {
  it('is an open workflow that says why until a run succeeds', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company, { polling: false })
    const healthy = await createSync(company, { collection: 'healthy' })
    await run(company, healthy)
    platform.play = failing(400)
    const failed = await run(company, syncId)
    expect(failed).toMatchObject({ status: 'failed', errorCode: 'PROVIDER_REJECTED' })
    await becomes(syncId, ['RUNNING', 'needs_person'])
    await eventually('the list', async () => (await listed()).join() === `${syncWorkflowId(syncId)} needs_person`)
    expect(await detailsOf(syncId)).toMatch(
      new RegExp(`^No run succeeds since \\d.*PROVIDER_REJECTED.*POST /v1/syncs/${syncId}/runs; it has no schedule`),
    )
    expect((await syncsOf(company, '?lastRunStatus=failed')).map(sync => sync.id)).toEqual([syncId])
    expect((await syncsOf(company, '?lastRunStatus=succeeded')).map(sync => sync.id)).toEqual([healthy])

    // One that fails again stays the one workflow it is.
    await run(company, syncId)
    await becomes(syncId, ['RUNNING', 'needs_person'])
    platform.play = well
    expect((await run(company, syncId)).status).toBe('succeeded')
    await becomes(syncId, ['COMPLETED', 'none'])
    await eventually('the list to be empty', async () => (await listed()).length === 0)
    expect(await syncsOf(company, '?lastRunStatus=failed')).toEqual([])
  })

  it('is one workflow, named after the sync, whatever its Schedule starts', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company, { schedule: { every: '1h' } })
    const schedule = hub.temporal.schedule.getHandle(syncWorkflowId(syncId))
    const runs = async () =>
      (await company.workspace.request<{ data: ShownRun[] }>('GET', `/v1/syncs/${syncId}/runs`)).body.data
    platform.play = failing(400)
    await schedule.trigger('SKIP')
    await becomes(syncId, ['RUNNING', 'needs_person'])
    expect(await runs()).toMatchObject([{ status: 'failed' }])
    // It is open, and keeps the Schedule from nothing.
    await schedule.trigger('SKIP')
    await eventually(
      'a second run',
      async () => (await runs()).filter(({ status }) => status === 'failed').length === 2,
    )
    await eventually('the list', async () => (await listed()).join() === `${syncWorkflowId(syncId)} needs_person`)
    expect(await detailsOf(syncId)).toMatch(/the next run is due at \d{4}-/)
    platform.play = well
    await schedule.trigger('SKIP')
    await eventually('a third run', async () => (await runs())[0]!.status === 'succeeded')
    await becomes(syncId, ['COMPLETED', 'none'])
    await eventually('the list to be empty', async () => (await listed()).length === 0)
  })

  it.each(['pause', 'delete'])(
    'is in trouble no more after %s',
    async how => {
      const company = await platform.account('quickbooks')
      const syncId = await createSync(company)
      platform.play = failing(400)
      await run(company, syncId)
      await becomes(syncId, ['RUNNING', 'needs_person'])
      const url = `/v1/syncs/${syncId}`
      await (how === 'pause'
        ? company.workspace.request('POST', `${url}/pause`)
        : company.workspace.request('DELETE', url))
      await becomes(syncId, ['COMPLETED', 'none'])
    },
    60_000,
  )

  it('is watched again by reconcile when its workflow is lost, and left when the word of its end is', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    platform.play = failing(400)
    await run(company, syncId)
    await becomes(syncId, ['RUNNING', 'needs_person'])
    await handleOf(syncId).terminate('a test')
    await reconcileSync(hub, 100)
    expect((await stateOf(syncId))[0]).toBe('TERMINATED')
    const age = () =>
      hub.pool.query(`update syncs set watch_until = now() - interval '1 minute' where id = $1`, [syncId])
    await age()
    await reconcileSync(hub, 100)
    await becomes(syncId, ['RUNNING', 'needs_person'])

    // As a connection that is disconnected does, which nobody tells the workflow.
    await hub.db
      .updateTable('syncs')
      .set({ status: 'paused', paused_because: 'disconnecting', failing_since: null })
      .where('id', '=', syncId)
      .execute()
    await age()
    await reconcileSync(hub, 100)
    await becomes(syncId, ['COMPLETED', 'none'])
    expect(await reconcileSync(hub, 100)).toBe(0)
  })

  it('is watched whatever was away as its run ended', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company, { polling: false })
    // A run of a workflow that is gone.
    const runId = `run_${syncId.slice(5)}`
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status, workflow_id, alive_at, started_at)
       values ($1, $2, $3, 'schedule', 'running', 'sync/gone', now() - interval '1 hour', now() - interval '1 hour')`,
      [runId, company.workspace.workspaceId, syncId],
    )
    await reconcileSync(hub, 100)
    expect((await syncsOf(company))[0]!.lastRun).toMatchObject({ id: runId, errorCode: 'SYNC_INTERRUPTED' })
    await becomes(syncId, ['RUNNING', 'needs_person'])
    expect((await run(company, syncId)).status).toBe('succeeded')
    await becomes(syncId, ['COMPLETED', 'none'])
  })

  it('is said with what a person can call where it holds deletions', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    expect((await run(company, syncId)).status).toBe('succeeded')
    platform.play = playQuickbooks(slice([]))
    expect(await run(company, syncId, { full: true })).toMatchObject({ status: 'failed', errorCode: 'DELETIONS_HELD' })
    await becomes(syncId, ['RUNNING', 'needs_person'])
    expect(await detailsOf(syncId)).toMatch(
      new RegExp(
        `Holds up to 3 deletions of 3 records .*POST /v1/syncs/${syncId}/runs with \\{"allowDeletions": true\\}`,
      ),
    )
    expect((await run(company, syncId, { allowDeletions: true })).status).toBe('succeeded')
    await becomes(syncId, ['COMPLETED', 'none'])
  })

  it('is not listed beside its connection, where that needs its user', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    await hub.db
      .updateTable('connections')
      .set({ status: 'needs_reauth', status_changed_at: new Date() })
      .where('id', '=', company.connectionId)
      .execute()
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'TOKEN_EXPIRED' })
    await becomes(syncId, ['RUNNING', 'needs_person'])
    // Reconcile pauses it, and has its workflow look.
    await reconcileSync(hub, 100)
    await hub.pool.query(`update syncs set watch_until = now() - interval '1 minute' where id = $1`, [syncId])
    await reconcileSync(hub, 100)
    await becomes(syncId, ['COMPLETED', 'none'])
  })
})
