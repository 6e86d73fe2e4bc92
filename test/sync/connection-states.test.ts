import { setTimeout as sleep } from 'node:timers/promises'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { syncWorkflowId } from '../../src/sync/contract.ts'
import { syncsOfConnection } from '../../src/sync/of-connection.ts'
import { reconcileSync } from '../../src/sync/reconcile.ts'
import { requestSyncRun } from '../../src/sync/runs/request-run.ts'
import { ageToken, approve, eventually, type Connecting } from '../connections/accounts.ts'
import { createTestServer } from '../support/hub.ts'
import { anotherCompany, connectedCompany, createSync, endOf, run, type ShownRun, type ShownSync } from './company.ts'

const first = await connectedCompany(5)
const { hub, sandbox } = first
const app = await createTestServer(hub)
const { schedule } = hub.temporal

const showSync = async ({ workspace }: typeof first, id: string) =>
  (await workspace.request<ShownSync>('GET', `/v1/syncs/${id}`)).body
const isSchedulePaused = async (id: string) =>
  (await schedule.getHandle(syncWorkflowId(id)).describe()).state.paused === true
/** As the schedule has it sooner or later: one that Temporal does not take in time is left to the next reconcile. */
const becomesPaused = (id: string, paused: boolean) =>
  eventually(`the schedule ${paused ? 'to be paused' : 'to go on'}`, async () => {
    await reconcileSync(hub, 100)
    return (await isSchedulePaused(id)) === paused
  })
const loseGrant = async (company: typeof first) => {
  await ageToken(hub, company.connectionId)
  await sandbox.control.revokeGrants({ platform: 'quickbooks', account: company.realmId })
  await sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })
}
const reconnect = async ({ workspace, connectionId, realmId }: typeof first) => {
  const again = await workspace.request<Connecting>('POST', `/v1/connections/${connectionId}/reconnect`)
  const callback = await approve(again.body.authorizationUrl, { account: realmId })
  await app.inject(callback.pathname + callback.search)
}

describe('the syncs of a connection that needs its user', () => {
  it('rest until the user is back, but for what a person has paused', async () => {
    const company = await anotherCompany(hub, sandbox)
    const syncId = await createSync(company, { schedule: { every: '1h' } })
    const resting = await createSync(company, { collection: 'resting' })
    await company.workspace.request('POST', `/v1/syncs/${resting}/pause`)
    expect((await run(company, syncId)).status).toBe('succeeded')

    await loseGrant(company)
    expect(await showSync(company, syncId)).toMatchObject({ status: 'paused', pausedBecause: 'needs_reauth' })
    expect(await showSync(company, resting)).toMatchObject({ status: 'paused', pausedBecause: 'person' })
    await becomesPaused(syncId, true)

    for (const what of ['runs', 'resume']) {
      const refused = await company.workspace.request('POST', `/v1/syncs/${syncId}/${what}`)
      expect([refused.status, refused.body.error.code]).toEqual([424, 'TOKEN_EXPIRED'])
    }
    // A sync that is made now rests too, and what a webhook asks for is kept.
    const late = await createSync(company, { collection: 'late', schedule: { every: '1h' } })
    expect(await showSync(company, late)).toMatchObject({ status: 'paused', pausedBecause: 'needs_reauth' })
    const asked = await requestSyncRun(hub, company.workspace.workspaceId, late, 'webhook')

    await reconnect(company)
    for (const id of [syncId, late])
      expect(await showSync(company, id)).toMatchObject({ status: 'active', pausedBecause: null })
    expect(await showSync(company, resting)).toMatchObject({ status: 'paused', pausedBecause: 'person' })
    await hub.pool.query(`update sync_runs set requested_at = now() - interval '1 minute' where id = $1`, [
      asked!.runId,
    ])
    await becomesPaused(syncId, false)
    expect(await endOf(company.workspace, late, asked!.runId)).toMatchObject({ status: 'succeeded' })
  })

  it('stay paused when a person pauses one of them meanwhile', async () => {
    const company = await anotherCompany(hub, sandbox)
    const syncId = await createSync(company)
    await loseGrant(company)
    await company.workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    await reconnect(company)
    expect(await showSync(company, syncId)).toMatchObject({ status: 'paused', pausedBecause: 'person' })
  })
})

describe('the syncs of a connection that is disconnected', () => {
  it('are paused and stopped with it', async () => {
    const company = await anotherCompany(hub, sandbox)
    const { workspace, connectionId } = company
    const syncId = await createSync(company, { schedule: { every: '1h' } })
    const runId = `run_${syncId.slice(5)}`
    await hub.pool.query(
      `insert into sync_runs (id, workspace_id, sync_id, trigger, status) values ($1, $2, $3, 'manual', 'requested')`,
      [runId, workspace.workspaceId, syncId],
    )
    await workspace.request('DELETE', `/v1/connections/${connectionId}`)
    expect(await syncsOfConnection(hub.db, workspace.workspaceId, connectionId)).toMatchObject([
      { id: syncId, status: 'paused', pausedBecause: 'disconnecting' },
    ])
    const { body } = await workspace.request<ShownRun>('GET', `/v1/syncs/${syncId}/runs/${runId}`)
    expect(body).toMatchObject({ status: 'cancelled', errorCode: 'CONNECTION_NOT_READY' })
    await eventually('the schedule to be paused', () => isSchedulePaused(syncId))
  })

  it('cannot be made while it is being disconnected', async () => {
    const { workspace, connectionId } = await anotherCompany(hub, sandbox)
    const disconnecting = await hub.pool.connect()
    await disconnecting.query('begin')
    await disconnecting.query(`update connections set status = 'disconnecting' where id = $1`, [connectionId])
    const asked = workspace.request('POST', '/v1/syncs', {
      connectionId,
      model: 'customers',
      schedule: { every: '1h' },
    })
    await sleep(300)
    await disconnecting.query('commit')
    disconnecting.release()
    const answer = await asked
    expect([answer.status, answer.body.error.code]).toEqual([409, 'CONNECTION_NOT_READY'])
  })

  it('are looked for by reconcile, whatever left them running', async () => {
    const company = await anotherCompany(hub, sandbox)
    const syncId = await createSync(company, { schedule: { every: '1h' } })
    await hub.pool.query(`update connections set status = 'disconnected', status_changed_at = now() where id = $1`, [
      company.connectionId,
    ])
    await reconcileSync(hub, 100)
    expect(await showSync(company, syncId)).toMatchObject({ status: 'paused', pausedBecause: 'disconnecting' })
    await becomesPaused(syncId, true)
  })
})
