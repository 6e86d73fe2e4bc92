import { setTimeout as sleep } from 'node:timers/promises'
import { connectionClient } from '../../src/connections/client.ts'
import { freshTokens } from '../../src/connections/tokens/fresh-tokens.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { leaseDue } from '../../src/connections/refresh/lease-due.ts'
import { takeLease } from '../../src/connections/refresh/lease-store.ts'
import { spendLease } from '../../src/connections/refresh/refresh.ts'
import { findConnection } from '../../src/connections/store.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import type { Hub } from '../../src/hub.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import {
  ageToken,
  approve,
  callBack,
  createApp,
  ownSandbox,
  publishedEvents,
  type Connecting,
  type ShownConnection,
} from './accounts.ts'

const fast = {
  ...connectionSettings,
  leaseMs: 1_500,
  tokenCallTimeoutMs: 700,
  demandPollMs: 20,
  refreshBackoffMs: [1_500, 1_600, 1_700],
}
const sandbox = await ownSandbox({ reuseGraceSeconds: 30 })
const hub = await createTestHub({ connectionSettings: fast })
const other = await createTestHub({ beside: hub, connectionSettings: fast })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows', 'connections'])

let realm = 5_000_000_000
const connect = async (): Promise<string> => {
  const started = await workspace.request<Connecting>('POST', '/v1/connections', {
    provider: 'quickbooks',
    providerAppId: quickbooks,
  })
  const callback = await approve(started.body.authorizationUrl, { account: String(++realm) })
  const page = await callBack(url => app.inject({ url }), callback)
  expect(page.status).toBe(200)
  return started.body.connection.id
}
const shown = async (id: string): Promise<ShownConnection> =>
  (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
const refreshes = () =>
  sandbox.control.tokenRequests({ platform: 'quickbooks', account: String(realm), grantType: 'refresh_token' })
const demand = (of: Hub, connectionId: string) =>
  freshTokens(of, { workspaceId: workspace.workspaceId, connectionId, actor: 'test' })
const live = async (id: string) => {
  const client = await connectionClient(hub, workspace.workspaceId, id)
  return (await client.call({ method: 'GET', path: '/v3/company/{realmId}/companyinfo/{realmId}' })).status
}
const tokenEndpoint = { platform: 'quickbooks', path: '/oauth2/v1/tokens/bearer' } as const
const sweep = () => sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })

afterEach(() => sandbox.control.clearFaults())

describe('a token on demand', () => {
  it('is asked for once by 50 demands in two processes', async () => {
    const id = await connect()
    for (let round = 1; round <= 3; round += 1) {
      await ageToken(hub, id)
      const tokens = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          sleep(Math.random() * 60).then(() => demand(index % 2 ? hub : other, id)),
        ),
      )
      expect(new Set(tokens.map(({ tokens }) => tokens.accessToken)).size).toBe(1)
      expect(await refreshes()).toHaveLength(round)
    }
    expect(await live(id)).toBe(200)
  })

  it('is replaced after a 401, once for all who met it', async () => {
    const id = await connect()
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => connectionClient(hub, workspace.workspaceId, id)),
    )
    await sandbox.control.expireAccessTokens({ platform: 'quickbooks', account: String(realm) })
    const answers = await Promise.all(
      clients.map(client => client.call({ method: 'GET', path: '/v3/company/{realmId}/companyinfo/{realmId}' })),
    )
    expect(answers.map(answer => answer.status)).toEqual(Array(10).fill(200))
    expect(await refreshes()).toHaveLength(1)
  })

  it('fails for all who wait when the provider fails, without another try each', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '500' })
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => demand(Math.random() < 0.5 ? hub : other, id)),
    )
    expect(
      results.map(result => (result.status === 'rejected' ? (result.reason as { code: string }).code : '')),
    ).toEqual(Array(20).fill('REFRESH_FAILED'))
    const met = (await sandbox.control.faults())[0]?.met
    expect(met).toBe(1)
    await sandbox.control.clearFaults()
    await sleep(fast.refreshBackoffMs[0]! + 100)
    expect((await demand(hub, id)).connection.generation).toBe(2)
  })

  it('is given out when it has seconds to live and the provider does not answer', async () => {
    const id = await connect()
    await hub.pool.query(
      `update connections set access_expires_at = now() + interval '5 s', refresh_at = now() - interval '1 second' where id = $1`,
      [id],
    )
    await sandbox.control.addFault({ ...tokenEndpoint, kind: '500', times: 1 })
    expect((await demand(hub, id)).connection.generation).toBe(1)
  })
})

describe('the sweep', () => {
  it('refreshes what is due, with a rotated refresh token each time', async () => {
    await sleep(fast.refreshBackoffMs[0]! + 100)
    await sweep()
    const ids = [await connect(), await connect(), await connect()]
    for (const id of ids) await ageToken(hub, id)
    expect(await sweep()).toMatchObject({ refreshed: 3, failed: 0 })
    for (const id of ids) await ageToken(hub, id)
    expect(await sweep()).toMatchObject({ refreshed: 3, failed: 0 })
    expect(await sweep()).toMatchObject({ refreshed: 0, failed: 0 })
    expect((await shown(ids[0]!)).generation).toBe(3)
    const requests = await sandbox.control.tokenRequests({ platform: 'quickbooks', grantType: 'refresh_token' })
    expect(requests.filter(request => request.reused)).toEqual([])
  })

  it('tries again after an answer that was lost, within the grace', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.addFault({ ...tokenEndpoint, kind: 'drop-answer', times: 1 })
    expect(await sweep()).toMatchObject({ failed: 1 })
    expect(await shown(id)).toMatchObject({
      status: 'connected',
      refreshFailures: 1,
      lastError: 'PROVIDER_UNREACHABLE',
    })
    await sleep(fast.refreshBackoffMs[0]! + 100)
    expect(await sweep()).toMatchObject({ refreshed: 1 })
    expect(await shown(id)).toMatchObject({ status: 'connected', refreshFailures: 0, generation: 2 })
    expect((await refreshes()).map(request => request.reused)).toEqual([false, true])
    expect(await live(id)).toBe(200)
  })

  it('says that the person is needed when the grant is gone, and works again after a reconnect', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await sandbox.control.revokeGrants({ platform: 'quickbooks', account: String(realm) })
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth', statusReason: 'TOKEN_EXPIRED' })
    await expect(demand(hub, id)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' })
    const again = await workspace.request<Connecting>('POST', `/v1/connections/${id}/reconnect`)
    const callback = await approve(again.body.authorizationUrl, { account: String(realm) })
    await callBack(url => app.inject({ url }), callback)
    expect(await shown(id)).toMatchObject({ status: 'connected', statusReason: null })
    expect(await live(id)).toBe(200)
    const mine = (await publishedEvents(hub, workspace.workspaceId)).filter(({ data }) => data.connectionId === id)
    expect(mine.map(({ type }) => type)).toEqual([
      'integration.connected',
      'integration.needs_reauth',
      'integration.recovered',
    ])
    expect(mine[1]?.data.reconnectUrl).toMatch(/\/v1\/connections\/conn_\w+\/reconnect$/)
  })

  it('blames the app, not the grant, when its secret is refused', async () => {
    const id = await connect()
    const { providerAppId } = await findConnection(hub.db, workspace.workspaceId, id)
    await workspace.request('PATCH', `/v1/provider-apps/${providerAppId}`, { clientSecret: 'wrong' })
    await ageToken(hub, id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'error', statusReason: 'CLIENT_REFUSED' })
    await workspace.request('PATCH', `/v1/provider-apps/${providerAppId}`, {
      clientSecret: 'sandbox-quickbooks-secret',
    })
    await ageToken(hub, id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 2 })
  })
})

describe('a holder that died', () => {
  const room = { none: 8, failing: 8, shared: 8, workspaces: 8, any: 8 }
  const nobody = { most: 8, underway: new Map<string, number>() }
  const look = (owner: string) => leaseDue(hub, room, owner, { workspaces: nobody, servers: nobody, failing: [] }, [])
  const claims = async () =>
    (await hub.pool.query<{ owner: string }>('select owner from refresh_claims order by owner')).rows.map(
      row => row.owner,
    )

  it('has its claims taken over when they have passed, and no claim stays of which nothing is left', async () => {
    const ids = [await connect(), await connect()]
    for (const id of ids) await ageToken(hub, id)
    await hub.pool.query('delete from refresh_claims')
    const first = await look('one that dies')
    expect(first.leases.map(lease => lease.connectionId).sort()).toEqual([...ids].sort())
    // Whatever has become of when it is due: its answer may be missing.
    await hub.pool.query(`update connections set refresh_at = now() + interval '1 hour' where id = any($1)`, [ids])
    expect((await look('too early')).leases).toEqual([])
    expect(await claims()).toEqual(['one that dies'])
    await sleep(fast.leaseMs + 100)
    const client = await hub.pool.connect()
    try {
      await client.query('begin')
      await client.query('select 1 from connections where id = $1 for update', [ids[0]])
      const second = await look('the next')
      expect(second.leases.map(lease => lease.connectionId)).toEqual([ids[1]])
      expect(second.leases[0]!.ambiguousSince).not.toBeNull()
    } finally {
      await client.query('rollback')
      client.release()
    }
    expect(await claims()).toEqual(['one that dies', 'the next'])
    expect((await look('the last')).leases.map(lease => lease.connectionId)).toEqual([ids[0]])
    expect(await claims()).toEqual(['the last', 'the next'])
    await hub.pool.query('update connections set lease_owner = null, lease_until = null where id = any($1)', [ids])
    await sleep(fast.leaseMs + 100)
    expect((await look('nobody')).leases).toEqual([])
    expect(await claims()).toEqual([])
  })

  it('of a demand leaves a connection that is due', async () => {
    const id = await connect()
    const { generation } = await findConnection(hub.db, workspace.workspaceId, id)
    expect(await takeLease(hub, workspace.workspaceId, id, generation, 'a demand that dies')).toBeDefined()
    await sleep(fast.leaseMs + 100)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: generation + 1 })
  })
})

describe('a holder of the lease that stood still', () => {
  const leaseOf = async (of: Hub, id: string) => {
    const { generation } = await findConnection(hub.db, workspace.workspaceId, id)
    return takeLease(of, workspace.workspaceId, id, generation, 'the one that stands still')
  }

  it('does not send once its lease is nearly over', async () => {
    const id = await connect()
    await ageToken(hub, id)
    const lease = await leaseOf(hub, id)
    await sleep(fast.leaseMs + 100)
    expect(await spendLease(hub, lease!, { actor: 'late' })).toMatchObject({ outcome: 'busy' })
    expect(await refreshes()).toHaveLength(0)
    expect((await demand(other, id)).connection.generation).toBe(2)
    expect(await spendLease(hub, lease!, { actor: 'later' })).toMatchObject({ outcome: 'fresh' })
    expect(await refreshes()).toHaveLength(1)
    expect(await live(id)).toBe(200)
  })

  it('stores what it won by spending the current credential, though the lease has passed and the verdict was against it', async () => {
    const id = await connect()
    await ageToken(hub, id)
    const lease = (await leaseOf(hub, id))!
    // It believes to have all the time of the world; its answer takes longer than the lease.
    await sandbox.control.addFault({ ...tokenEndpoint, kind: 'slow', delayMs: fast.leaseMs + 300, times: 1 })
    const late = spendLease(
      { ...hub, connectionSettings: { ...fast, tokenCallTimeoutMs: 10_000 } },
      { ...lease, untilMs: Date.now() + 60_000 },
      { actor: 'late' },
    )
    await sleep(fast.leaseMs + 50)
    await hub.pool.query(
      `update connections set status = 'needs_reauth', status_reason = 'TOKEN_EXPIRED' where id = $1`,
      [id],
    )
    expect(await late).toEqual({ outcome: 'refreshed' })
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 2 })
    expect(await live(id)).toBe(200)
  })

  it('comes to nothing after a reconnect', async () => {
    const id = await connect()
    await ageToken(hub, id)
    const lease = (await leaseOf(hub, id))!
    await hub.pool.query(`update connections set generation = generation + 1 where id = $1`, [id])
    expect(await spendLease(hub, lease, { actor: 'late' })).toEqual({ outcome: 'fresh' })
    expect((await shown(id)).generation).toBe(2)
  })

  it('leaves a doubt behind: a dead grant is tried again before it counts', async () => {
    const id = await connect()
    await ageToken(hub, id)
    await leaseOf(hub, id)
    await sandbox.control.revokeGrants({ platform: 'quickbooks', account: String(realm) })
    await sleep(fast.leaseMs + 100)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'connected', lastError: 'REFRESH_FAILED' })
    await hub.pool.query(
      `update connections set ambiguous_since = now() - interval '11 minutes', refresh_at = now() - interval '1 second' where id = $1`,
      [id],
    )
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth' })
  })
})
