import { setTimeout as sleep } from 'node:timers/promises'
import { connectionClient } from '../../src/connections/client.ts'
import { connectionSchedules } from '../../src/connections/contract.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { reconcileConnections } from '../../src/connections/reconcile.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { stopSweeping, sweepStop } from '../../src/connections/refresh/sweeping.ts'
import { tellWorkflows } from '../../src/connections/trouble/tell-workflows.ts'
import { sortTrouble } from '../../src/connections/trouble/trouble.ts'
import { recoverProviderStart, refreshConnectionStart } from '../../src/connections/workflow-starts.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { startWorkflow } from '../../src/temporal/start.ts'
import { ensureSchedules } from '../../workers/schedules.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import {
  ageToken,
  approve,
  callBack,
  createApp,
  eventually,
  ownSandbox,
  publishedEvents,
  type Connecting,
  type ShownConnection,
} from './accounts.ts'

const sandbox = await ownSandbox()
const hub = await createTestHub({
  connectionSettings: {
    ...connectionSettings,
    leaseMs: 2_000,
    tokenCallTimeoutMs: 1_000,
    demandPollMs: 20,
    refreshBackoffMs: [50],
    troubleAfterMs: 200,
    outageConnections: 3,
    releaseSpreadMs: 100,
    checkEveryMs: 3_600_000,
    refusalsApartMs: 100,
  },
})
const stopping = await createTestHub({ beside: hub })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
const github = await createApp(workspace, sandbox.url, 'github')
const notion = await createApp(workspace, sandbox.url, 'notion')
const appIds: Record<string, string> = { quickbooks, github, notion }
await startTestWorkers(hub, ['workflows', 'connections'])

const recovery = { firstDelayMs: 100, maxDelayMs: 300, deadlineMs: 60_000 }
const tokenEndpoint = { platform: 'quickbooks', path: '/oauth2/v1/tokens/bearer' } as const
const { host } = new URL(sandbox.url)
let realm = 6_000_000_000

const connect = async (
  provider = 'quickbooks',
  account = provider === 'quickbooks' ? String(++realm) : 'octocat',
): Promise<string> => {
  const started = await workspace.request<Connecting>('POST', '/v1/connections', {
    provider,
    providerAppId: appIds[provider],
  })
  await callBack(url => app.inject({ url }), await approve(started.body.authorizationUrl, { account }))
  return started.body.connection.id
}
const shown = async (id: string): Promise<ShownConnection> =>
  (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
const ref = (connectionId: string) => ({ workspaceId: workspace.workspaceId, connectionId, provider: 'quickbooks' })
const statusIs = (id: string, status: string) =>
  eventually(`${id} to be ${status}`, async () => ((await shown(id)).status === status ? shown(id) : undefined))
const sweepWorkflow = (input = { runForMs: 0, pollMs: 20 }) =>
  hub.temporal.workflow.execute('refreshSweep', {
    workflowId: `refresh-tokens-${Math.random()}`,
    taskQueue: taskQueues.workflows,
    args: [input],
  }) as Promise<{ refreshed: number; failed: number; troubled: number }>
const typesOf = async (id: string) =>
  (await publishedEvents(hub, workspace.workspaceId))
    .filter(({ data }) => data.connectionId === id)
    .map(({ type }) => type)

afterEach(() => sandbox.control.clearFaults())

describe('refreshSweep', () => {
  it('refreshes by schedule', async () => {
    const id = await connect()
    await ageToken(hub, id)
    expect(await sweepWorkflow()).toMatchObject({ refreshed: 1, failed: 0 })
    expect((await shown(id)).generation).toBe(2)
  })

  it('finishes soon what another left behind in the middle', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await hub.pool.query(
      `update connections set lease_owner = 'dead', lease_until = now() + interval '1 second', ambiguous_since = now() where id = $1`,
      [id],
    )
    expect(await sweepWorkflow({ runForMs: 2_500, pollMs: 100 })).toMatchObject({ refreshed: 1 })
  })
})

describe('a process that stops', () => {
  it('ends its sweep at once', async () => {
    const started = Date.now()
    const sweep = sweepRefreshes(
      stopping,
      { runForMs: 30_000, pollMs: 5_000 },
      { actor: 'test', signal: sweepStop(stopping) },
    )
    await sleep(100)
    stopSweeping(stopping)
    expect(await sweep).toEqual({ refreshed: 0, failed: 0, troubled: 0 })
    expect(Date.now() - started).toBeLessThan(3_000)
  })
})

describe('refreshConnection', () => {
  it('takes a connection out of the batch when it keeps failing, and brings it back without a person', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '500' })
    let troubled = 0
    for (let tries = 0; tries < 8 && troubled === 0; tries += 1) {
      troubled += (await sweepWorkflow()).troubled
      await sleep(100)
    }
    expect(troubled).toBe(1)
    expect(await shown(id)).toMatchObject({ status: 'degraded', statusReason: 'REFRESH_FAILED' })
    const handle = hub.temporal.workflow.getHandle(`refresh/${id}`)
    expect((await handle.describe()).status.name).toBe('RUNNING')
    // The sweep leaves it alone now.
    expect(await sweepWorkflow()).toMatchObject({ refreshed: 0, failed: 0, troubled: 0 })
    await expect(connectionClient(hub, workspace.workspaceId, id)).rejects.toMatchObject({ code: 'REFRESH_FAILED' })
    await sandbox.control.clearFaults()
    const now = await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh`)
    expect([now.status, now.body.outcome]).toEqual([202, 'refreshed'])
    expect(await handle.result()).toBe('refreshed')
    expect(await statusIs(id, 'connected')).toMatchObject({ statusReason: null, refreshFailures: 0 })
    expect(await typesOf(id)).toEqual(['integration.connected', 'integration.degraded', 'integration.recovered'])
  })

  it('waits with a growing delay and says until when', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '503', times: 3 })
    const handle = await startWorkflow(
      hub.temporal,
      refreshConnectionStart({ ...ref(id), settings: recovery, force: false }),
    )
    expect(await handle.result()).toBe('refreshed')
    expect((await shown(id)).generation).toBe(2)
    const attributes = (await handle.describe()).typedSearchAttributes.getAll().map(pair => [pair.key.name, pair.value])
    expect(Object.fromEntries(attributes)).toMatchObject({ Connection: id, Provider: 'quickbooks', Attention: 'none' })
  })

  it('gives up at its deadline, and the sweep goes on trying', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '500' })
    const settings = { ...recovery, deadlineMs: 300 }
    const handle = await startWorkflow(hub.temporal, refreshConnectionStart({ ...ref(id), settings, force: false }))
    await statusIs(id, 'error')
    expect(await shown(id)).toMatchObject({ statusReason: 'RECOVERY_DEADLINE' })
    await eventually('it to ask for an operator', async () => {
      const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
      return currentDetails.includes('RECOVERY_DEADLINE, last error PROVIDER_ERROR')
    })
    await sandbox.control.clearFaults()
    await ageToken(hub, id)
    await sweepWorkflow()
    expect(await shown(id)).toMatchObject({ status: 'connected' })
    // That it is mended ends it.
    await tellWorkflows(hub)
    expect(await handle.result()).toBe('fresh')
  })

  it('refreshes by hand a token that is still good', async () => {
    const id = await connect()
    const { body } = await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh`)
    expect(body.outcome).toBe('refreshed')
    expect((await shown(id)).generation).toBe(2)
    const never = await workspace.request('POST', `/v1/connections/${await connect('github')}/refresh`)
    expect([never.status, never.body.error.code]).toEqual([409, 'CONFLICT'])
  })

  it('refreshes by hand a token whose platform states no end', async () => {
    const id = await connect('notion', 'b5a1e2c4-0001-4d6e-9f00-00000000aaaa')
    expect((await shown(id)).accessTokenExpiresAt).toBeNull()
    const { body } = await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh`)
    expect(body.outcome).toBe('refreshed')
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 2, accessTokenExpiresAt: null })
  })
})

describe('recoverProvider', () => {
  it('is one workflow for a provider that fails for many, and gives them all back', async () => {
    const ids = [await connect(), await connect(), await connect(), await connect()]
    for (const id of ids) await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '503' })
    for (let tries = 0; tries < 5; tries += 1) {
      await hub.pool.query(
        `update connections set refresh_failures = 5, first_failure_at = now() - interval '1 minute',
        last_error = 'PROVIDER_ERROR', token_host = $2 where id = any($1)`,
        [ids, host],
      )
      if ((await sortTrouble(hub, 'test')) > 0) break
    }
    for (const id of ids) expect((await shown(id)).status).toBe('degraded')
    const own = hub.temporal.workflow.getHandle(`refresh/${ids[0]}`)
    await expect(own.describe()).rejects.toThrow(/not found/)
    const handle = hub.temporal.workflow.getHandle(`provider/quickbooks/${host}`)
    expect((await handle.describe()).status.name).toBe('RUNNING')
    // An operator reads how many wait.
    await eventually('the details', async () => {
      const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')
      return currentDetails.includes(`4 connections of ${workspace.workspaceId} wait, since 20`)
    })
    await sandbox.control.clearFaults()
    await handle.signal('tryNow')
    // The probe itself refreshed one.
    expect(await handle.result()).toBeGreaterThanOrEqual(3)
    await sleep(200)
    await sweepWorkflow()
    for (const id of ids) expect(await statusIs(id, 'connected')).toMatchObject({ generation: 2 })
  })

  it('probes again after a while by itself', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await hub.pool.query(
      `update connections set recovery = 'provider', recovery_until = now() - interval '1 second', token_host = $2 where id = $1`,
      [id, host],
    )
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '503', times: 2 })
    const start = recoverProviderStart({ provider: 'quickbooks', host, settings: recovery })
    const handle = await startWorkflow(hub.temporal, { ...start, workflowId: 'provider/quickbooks-again' })
    await handle.result()
    await statusIs(id, 'connected')
    expect((await shown(id)).generation).toBe(2)
  })
})

describe('healthSweep', () => {
  const due = (id: string) =>
    hub.pool.query(`update connections set check_at = now() - interval '1 second' where id = $1`, [id])
  const sweep = () =>
    hub.temporal.workflow.execute('healthSweep', {
      workflowId: `check-health-${Math.random()}`,
      taskQueue: taskQueues.workflows,
      args: [{ batch: 10 }],
    })

  it('opens degraded after three failures and closes it when the account answers', async () => {
    const id = await connect('github')
    await sandbox.control.addFault({ platform: 'github', path: '/user', kind: '503' })
    for (let round = 0; round < 3; round += 1) {
      expect((await shown(id)).status).toBe('connected')
      await due(id)
      await sweep()
    }
    expect(await shown(id)).toMatchObject({ status: 'degraded', statusReason: 'CHECK_FAILED' })
    await sandbox.control.clearFaults()
    await due(id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'connected', statusReason: null })
  })

  it('finds a token that its owner has revoked', async () => {
    const id = await connect('github')
    await sandbox.control.revokeGrants({ platform: 'github', account: 'octocat' })
    await due(id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'degraded', statusReason: 'CHECK_FAILED' })
    await due(id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth', statusReason: 'TOKEN_EXPIRED' })
  })
})

describe('disconnectAccount', () => {
  it('revokes the grant, destroys the secrets and says so', async () => {
    for (const [provider, account] of [
      ['quickbooks', String(++realm)],
      ['github', 'leaving'],
    ] as const) {
      const id = await connect(provider, account)
      const { status, body } = await workspace.request('DELETE', `/v1/connections/${id}`)
      expect([status, body.status]).toEqual([202, 'disconnecting'])
      await statusIs(id, 'disconnected')
      const { rows } = await hub.pool.query('select 1 from credentials where owner_id = $1', [id])
      expect(rows).toHaveLength(0)
      const grants = await sandbox.control.grants({ platform: provider, account })
      expect(grants.at(-1)?.revokedMs).not.toBeNull()
      expect((await typesOf(id)).at(-1)).toBe('integration.disconnected')
      const after = await workspace.request('GET', `/v1/connections/${id}/token`)
      expect([after.status, after.body.error.code]).toEqual([409, 'CONNECTION_NOT_READY'])
      const handle = hub.temporal.workflow.getHandle(`disconnect/${id}`)
      expect(await handle.result()).toEqual({ revoked: true })
    }
  })

  it('destroys the secrets in the end when the provider never answers', async () => {
    const id = await connect()
    await sandbox.control.addFault({ platform: 'quickbooks', path: '/v2/oauth2/tokens/revoke', kind: '500' })
    await workspace.request('DELETE', `/v1/connections/${id}`)
    await hub.temporal.workflow.getHandle(`disconnect/${id}`).terminate('as if its days had passed')
    await hub.pool.query(
      `update connections set destroy_at = now() - interval '1 second', status_changed_at = now() - interval '1 minute' where id = $1`,
      [id],
    )
    expect(await reconcileConnections(hub, 10)).toBeGreaterThanOrEqual(1)
    await statusIs(id, 'disconnected')
    expect(await hub.temporal.workflow.getHandle(`disconnect/${id}`).result()).toEqual({ revoked: false })
  })
})

describe('reconcile', () => {
  it('hands over a callback that no workflow was told of', async () => {
    const started = await workspace.request<Connecting>('POST', '/v1/connections', {
      provider: 'quickbooks',
      providerAppId: quickbooks,
    })
    const { attemptId, connection } = started.body
    const callback = await approve(started.body.authorizationUrl)
    const handle = hub.temporal.workflow.getHandle(`connect/${attemptId}`)
    await eventually('the workflow to be there', () =>
      handle.describe().then(
        () => true,
        () => false,
      ),
    )
    await handle.terminate('as if Temporal had not been there')
    // Temporal is away while the callback comes.
    const away = Object.assign(Object.create(hub.temporal) as typeof hub.temporal, {
      withDeadline: () => Promise.reject(new Error('away')),
    })
    const { receiveCallback } = await import('../../src/connections/attempts/receive-callback.ts')
    const attempt = await receiveCallback(
      { ...hub, temporal: away },
      'quickbooks',
      callback.searchParams,
      () => undefined,
    )
    expect(attempt.status).toBe('code_received')
    await hub.pool.query(`update connect_attempts set updated_at = now() - interval '1 minute' where id = $1`, [
      attemptId,
    ])
    await reconcileConnections(hub, 10)
    await statusIs(connection.id, 'connected')
  })

  it('ends an attempt whose person did not come back', async () => {
    const started = await workspace.request<Connecting>('POST', '/v1/connections', {
      provider: 'quickbooks',
      providerAppId: quickbooks,
    })
    await hub.pool.query(`update connect_attempts set expires_at = now() - interval '1 minute' where id = $1`, [
      started.body.attemptId,
    ])
    await reconcileConnections(hub, 10)
    const { id } = started.body.connection
    // Nothing is wrong with the connection: nobody is told, and another attempt may begin.
    expect(await shown(id)).toMatchObject({ status: 'pending', statusReason: 'ATTEMPT_EXPIRED' })
    expect(await typesOf(id)).toEqual([])
    const attempt = await workspace.request('GET', `/v1/connect-attempts/${started.body.attemptId}`)
    expect(attempt.body).toMatchObject({ status: 'expired', errorCode: 'ATTEMPT_EXPIRED' })
  })

  it('starts the recovery of a connection whose workflow is gone', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await hub.pool.query(
      `update connections set recovery = 'refresh', recovery_until = now() - interval '1 minute' where id = $1`,
      [id],
    )
    await reconcileConnections(hub, 10)
    expect(await hub.temporal.workflow.getHandle(`refresh/${id}`).result()).toBe('refreshed')
  })
})

// The last one: its sweeps would find what the others mean to have refreshed.
describe('the schedule of refreshSweep', () => {
  it('is followed at once by the next one when it lasts beyond its time', async () => {
    const refreshTokens = connectionSchedules.find(one => one.id === 'refresh-tokens')!
    const often = { id: 'often', workflowId: 'often', everyMs: 10_000, input: { runForMs: 11_000, pollMs: 100 } }
    await ensureSchedules(hub.temporal, [{ ...refreshTokens, ...often }], hub.log)
    const schedule = hub.temporal.schedule.getHandle('often')
    const started = async () => {
      const { info } = await schedule.describe()
      return info.recentActions.map(one => (one.action.type === 'startWorkflow' ? one.action.workflow.workflowId : ''))
    }
    await eventually('the second', async () => (await started()).length >= 2, 60_000)
    const [first, second] = await Promise.all(
      (await started()).slice(0, 2).map(id => hub.temporal.workflow.getHandle(id).describe()),
    )
    await schedule.delete()
    expect(second!.startTime.getTime() - first!.closeTime!.getTime()).toBeLessThan(5_000)
  })
})

describe('refreshes by hand', () => {
  it('are each done, also those asked for while the one before ends', async () => {
    const id = await connect()
    const generations: number[] = []
    for (let times = 0; times < 6; times += 1) {
      const { body } = await workspace.request<{ outcome: string; connection: ShownConnection }>(
        'POST',
        `/v1/connections/${id}/refresh?waitMs=30000`,
      )
      expect(body.outcome).toBe('refreshed')
      generations.push(body.connection.generation)
    }
    expect(new Set(generations).size).toBe(6)
  })
})
