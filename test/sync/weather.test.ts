import type { FaultRequest } from '../../dev/sandbox/faults.ts'
import { connectionClient } from '../../src/connections/client.ts'
import { pullPages } from '../../src/sync/pull/pull.ts'
import { beginRun } from '../../src/sync/runs/begin-run.ts'
import { takeUpRun } from '../../src/sync/runs/run-hold.ts'
import { eventually } from '../connections/accounts.ts'
import { anotherCompany, connectedCompany, createSync, endOf, records, run, type ShownRun } from './company.ts'

const first = await connectedCompany(40)

afterEach(() => first.sandbox.control.clearFaults())

const fault = (request: Omit<FaultRequest, 'platform'>) =>
  first.sandbox.control.addFault({ platform: 'quickbooks', ...request })

async function freshSync(settings: Record<string, unknown> = {}) {
  const company = await anotherCompany(first.hub, first.sandbox)
  return { company, syncId: await createSync(company, settings) }
}

describe('bad weather at the platform', () => {
  it.each([
    { kind: 'garbage', times: 1 },
    { kind: '500', times: 2 },
    { kind: '503', times: 1, retryAfterSeconds: 1 },
    { kind: '429', times: 1, retryAfterSeconds: 1 },
    { kind: 'slow', times: 1, delayMs: 1_500 },
    { kind: 'cut', times: 1 },
    { kind: 'drop-answer', times: 1 },
  ] as const)('a pull gets through $kind', async weather => {
    const { company, syncId } = await freshSync()
    await fault({ ...weather, path: '/v3/company' })
    const { status, counts } = await run(company, syncId)
    expect(status).toBe('succeeded')
    expect(await records(company)).toHaveLength(counts.created)
    expect(counts).toMatchObject({ deleted: 0, failed: 0 })
    expect(counts.created).toBeGreaterThan(30)
  })

  it('never takes garbage for an empty list', async () => {
    const { company, syncId } = await freshSync()
    const { counts } = await run(company, syncId)
    await fault({ kind: 'garbage', times: 2, path: '/v3/company' })
    expect((await run(company, syncId, { full: true })).counts).toMatchObject({ deleted: 0, unchanged: counts.created })
  })

  it.each([
    { kind: 'drop-answer', times: 1 },
    { kind: '500', times: 1 },
    { kind: 'cut', times: 1 },
    { kind: '429', times: 1, retryAfterSeconds: 1 },
  ] as const)('a push whose answer is lost by $kind is made once', async weather => {
    const { company, syncId } = await freshSync({ direction: 'both' })
    await run(company, syncId)
    for (const displayName of ['Once', 'Twice']) {
      await company.workspace.request('POST', '/v1/records', { collection: 'customers', data: { displayName } })
    }
    await fault({ ...weather, method: 'POST', path: '/v3/company' })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pushed: 2, failed: 0 } })
    const all = await company.customers.list({ limit: 1000 })
    expect(all.filter(({ DisplayName }) => ['Once', 'Twice'].includes(DisplayName))).toHaveLength(2)
    await run(company, syncId, { full: true })
    const both = (await records(company)).filter(({ data }) => ['Once', 'Twice'].includes(data.displayName as string))
    expect(both).toHaveLength(2)
  })
})

describe('a run that is broken off', () => {
  it('goes on at the committed page with the next attempt, and an earlier one writes no more', async () => {
    const { company, syncId } = await freshSync()
    const { hub } = company
    const { workspaceId } = company.workspace
    await company.sandbox.control.fillCompany(company.realmId, 2_500)
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status) values ($1, $2, $3, 'manual', 'requested')`,
      [`run_${syncId.slice(5)}`, workspaceId, syncId],
    )
    const by = { workflowId: 'sync/test', trigger: 'manual', mayRequest: false } as const
    const start = await beginRun(hub, { workspaceId, syncId }, by)
    if (start.kind !== 'taken') throw new Error(start.kind)
    const ref = { workspaceId, syncId, runId: start.runId }
    const client = await connectionClient(hub, workspaceId, company.connectionId)
    const control = { signal: new AbortController().signal, onProgress() {}, attempt: 1 }

    const earlier = await takeUpRun(hub, ref)
    earlier.run.phase = 'pull'
    // It hands back after its first page, as one that is killed would have committed it.
    expect(await pullPages(hub, earlier, client, { ...control, isOver: () => true })).toBe(false)
    const later = await takeUpRun(hub, ref)
    expect(later.run).toMatchObject({ phase: 'pull', pulled: 1_000 })
    expect(later.run.cursor).toMatch(/^\[991,/)
    await expect(pullPages(hub, earlier, client, { ...control, isOver: () => false })).rejects.toMatchObject({
      code: 'SYNC_STOPPED',
    })
    expect(await pullPages(hub, later, client, { ...control, isOver: () => false })).toBe(true)

    const active = (await company.customers.list({ limit: 3_000 })).filter(customer => customer.Active).length
    const { rows } = await hub.pool.query(
      'select count(*) as n, count(distinct data) as d from records where workspace_id = $1',
      [workspaceId],
    )
    expect(rows[0]).toEqual({ n: active, d: active })
  })

  it('stops at its next commit when the sync is paused', async () => {
    const { company, syncId } = await freshSync()
    await fault({ kind: 'slow', delayMs: 1_500, path: '/v3/company' })
    const asked = await company.workspace.request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`, {})
    await eventually('the run to be under way', async () => {
      const { body } = await company.workspace.request('GET', `/v1/syncs/${syncId}/runs/${asked.body.id}`)
      return body.status === 'running'
    })
    await company.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    expect(await endOf(company.workspace, syncId, asked.body.id)).toMatchObject({
      ...{ status: 'cancelled', errorCode: 'SYNC_PAUSED' },
    })
    await company.sandbox.control.clearFaults()
    expect((await company.workspace.request('POST', `/v1/syncs/${syncId}/runs`)).body.error.code).toBe('SYNC_PAUSED')
    await company.workspace.request('POST', `/v1/syncs/${syncId}/resume`)
    expect((await run(company, syncId)).status).toBe('succeeded')
    expect((await records(company)).length).toBeGreaterThan(30)
  })
})

describe('a connection that cannot be used', () => {
  it('ends the run with a code that says so', async () => {
    const { company, syncId } = await freshSync()
    await company.hub.pool.query(`update connections set status = 'needs_reauth' where id = $1`, [company.connectionId])
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'TOKEN_EXPIRED' })
    await company.hub.pool.query(`update connections set status = 'disconnected' where id = $1`, [company.connectionId])
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'CONNECTION_NOT_READY' })
  })
})
