import { syncWorkflowId } from '../../src/sync/contract.ts'
import { nextRunAt } from '../../src/sync/schedules/next-run.ts'
import { reconcileSync } from '../../src/sync/reconcile.ts'
import type { SyncSchedule } from '../../src/sync/sync-store.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, run, type Company, type ShownRun, type ShownSync } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback } from './loopback.ts'

const hub = await createTestHub()
await startTestWorkers(hub)
const platform = await startLoopback(hub)
const well = playQuickbooks(slice([customer(1)]))

const syncsOf = async ({ workspace }: Pick<Company, 'workspace'>, query: string) => {
  const { body } = await workspace.request<{ data: ShownSync[]; nextCursor: string | null }>('GET', `/v1/syncs${query}`)
  return body
}

beforeEach(() => {
  platform.play = well
})

describe('why a customer’s sync did not run', () => {
  it('is one call: the last run with its error, and when the next is due', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company, { schedule: { every: '6h' } })
    const { workspace, connectionId } = company
    const { body: connection } = await workspace.request<{ externalAccountId: string }>(
      'GET',
      `/v1/connections/${connectionId}`,
    )
    const query = `?externalAccountId=${connection.externalAccountId}`
    expect((await syncsOf(company, query)).data).toMatchObject([
      { id: syncId, lastRun: null, openRun: null, failingSince: null },
    ])
    platform.play = ({ path }) => (path.endsWith('/query') ? { status: 403, body: {} } : undefined)
    const failed = await run(company, syncId)
    const [shown, ...others] = (await syncsOf(company, query)).data
    expect(others).toEqual([])
    expect(shown).toMatchObject({
      lastRun: { id: failed.id, status: 'failed', errorCode: 'PROVIDER_REJECTED' },
      openRun: null,
    })
    const { lastRun, failingSince, nextRunAt: next } = shown!
    expect(Date.parse(failingSince!)).toBeLessThanOrEqual(Date.parse(lastRun!.finishedAt))
    expect(Date.parse(next!)).toBeGreaterThan(Date.now())
    expect(Date.parse(next!)).toBeLessThanOrEqual(Date.now() + 6 * 3_600_000)
    await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect((await syncsOf(company, query)).data).toMatchObject([
      { status: 'paused', pausedBecause: 'person', nextRunAt: null, failingSince: null },
    ])
    // Reconcile does what Temporal has had no time for.
    await eventually(
      'the Schedule to be paused',
      async () => {
        await reconcileSync(hub, 100)
        return (await syncsOf(company, query)).data[0]!.scheduleState === 'paused'
      },
      30_000,
    )

    const stranger = { workspace: await createWorkspace(hub) }
    expect((await syncsOf(stranger, query)).data).toEqual([])
    expect((await syncsOf(company, '?externalAccountId=another')).data).toEqual([])
    expect((await syncsOf(company, `${query}&connectionId=conn_other`)).data).toEqual([])
  })

  it('goes page by page through those whose last run failed', async () => {
    const company = await platform.account('quickbooks')
    platform.play = ({ path }) => (path.endsWith('/query') ? { status: 403, body: {} } : undefined)
    const ids: string[] = []
    for (const collection of ['a', 'b', 'c']) {
      const syncId = await createSync(company, { collection })
      ids.unshift(syncId)
      await run(company, syncId)
    }
    await createSync(company, { collection: 'never-run' })
    const first = await syncsOf(company, '?lastRunStatus=failed&limit=2')
    const second = await syncsOf(company, `?lastRunStatus=failed&limit=2&cursor=${first.nextCursor}`)
    expect([...first.data, ...second.data].map(sync => sync.id)).toEqual(ids)
    expect(second.nextCursor).toBeNull()
    expect((await company.workspace.request('GET', '/v1/syncs?lastRunStatus=running')).status).toBe(400)
  })

  it('says of a run that lines up what it waits for', async () => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company)
    const url = `/v1/syncs/${syncId}/runs`
    const insert = (id: string, status: string) =>
      hub.pool.query(
        `insert into sync_runs (id, workspace_id, sync_id, trigger, status, alive_at) values ($1, $2, $3, 'manual', $4, now())`,
        [id, company.workspace.workspaceId, syncId, status],
      )
    await insert('run_00000000000000000000000001', 'requested')
    expect((await syncsOf(company, '')).data[0]!.openRun).toMatchObject({ status: 'requested', waitingFor: null })
    await hub.pool.query(`update sync_runs set requested_at = now() - interval '1 minute' where sync_id = $1`, [syncId])
    const waits = async () =>
      (
        await company.workspace.request<{ data: (ShownRun & { waitingFor: string | null })[] }>('GET', url)
      ).body.data.map(({ status, waitingFor }) => [status, waitingFor])
    expect(await waits()).toEqual([['requested', 'worker']])
    await insert('run_00000000000000000000000000', 'running')
    expect(await waits()).toEqual([
      ['requested', 'run_before'],
      ['running', null],
    ])
    expect((await syncsOf(company, '')).data[0]!.openRun).toMatchObject({ status: 'running', waitingFor: null })
    await hub.pool.query(`delete from sync_runs where status = 'running' and sync_id = $1`, [syncId])
    await hub.pool.query(`update syncs set status = 'paused', paused_because = 'needs_reauth' where id = $1`, [syncId])
    expect(await waits()).toEqual([['requested', 'connection']])
  })
})

describe('when a run is due next', () => {
  it.each<SyncSchedule>([
    { every: '10s' },
    { every: '7m' },
    { every: '31d' },
    { cron: '*/7 * * * *', timeZone: 'UTC' },
    { cron: '30 6 * * 1-5', timeZone: 'Asia/Kuala_Lumpur' },
    { cron: '0 0 13 * FRI', timeZone: 'America/New_York' },
    { cron: '15 3 1,15 1-6 *', timeZone: 'Pacific/Chatham' },
    { cron: '0 12 * * 0', timeZone: 'Europe/Berlin' },
  ])('is what Temporal says: %j', async schedule => {
    const company = await platform.account('quickbooks')
    const syncId = await createSync(company, { schedule })
    const from = new Date()
    const { info } = await hub.temporal.schedule.getHandle(syncWorkflowId(syncId)).describe()
    const told = info.nextActionTimes.slice(0, 5).filter(at => at > from)
    expect(told.length).toBeGreaterThan(0)
    let at = from
    for (const expected of told) {
      at = nextRunAt({ id: syncId, schedule, status: 'active' }, at)!
      expect(at.toISOString()).toBe(expected.toISOString())
    }
    await company.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
  })

  it('refuses a schedule that Temporal would never come to', async () => {
    const company = await platform.account('quickbooks')
    const made = await company.workspace.request('POST', '/v1/syncs', {
      ...{ connectionId: company.connectionId, model: 'customers' },
      schedule: { cron: '0 0 30 2 1' },
    })
    expect(made.status).toBe(400)
  })
})
