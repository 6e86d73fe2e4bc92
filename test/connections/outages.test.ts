import { connectionSettings, refreshPlaces } from '../../src/connections/policy.ts'
import { probeProvider, releaseProvider } from '../../src/connections/trouble/provider-outage.ts'
import { reconcileConnections } from '../../src/connections/reconcile.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { sortTrouble } from '../../src/connections/trouble/trouble.ts'
import { tryRefresh } from '../../src/connections/refresh/try-refresh.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { ageToken, createApp, eventually, type Connecting } from './accounts.ts'
import { startPlatform, type ScriptedPlatform } from './platform.ts'

const hub = await createTestHub({
  connectionSettings: {
    ...connectionSettings,
    tokenCallTimeoutMs: 1_000,
    leaseMs: 2_000,
    refreshBackoffMs: [50],
    troubleAfterMs: 0,
    outageConnections: 4,
    releaseSpreadMs: 1,
  },
})
await createTestServer(hub)

/** A platform whose token endpoint answers by the refresh token: 503 for `rt-down`, nothing for `rt-hangs`. */
const platformOf = async (host: string): Promise<ScriptedPlatform> => {
  const platform = await startPlatform(host)
  platform.answerBy(({ path, body }) => {
    if (!path.includes('/tokens/')) return { status: 200, body: { CompanyInfo: { CompanyName: 'Co' } } }
    if (body.includes('rt-hangs')) return undefined
    if (body.includes('rt-down')) return { status: 503 }
    return { status: 200, body: { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3600 } }
  })
  return platform
}
const [one, another] = [await platformOf('127.0.0.1'), await platformOf('127.0.0.2')]
const hostOf = ({ url }: ScriptedPlatform) => new URL(url).host

let realm = 8_000_000
const connect = async (workspace: TestWorkspace, platform: ScriptedPlatform, refreshToken: string, count = 1) => {
  const providerAppId = await createApp(workspace, platform.url, 'quickbooks')
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    const expiresAt = new Date(Date.now() + 3_000_000).toISOString()
    const config = { realmId: String(++realm) }
    const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ provider: 'quickbooks', providerAppId },
      import: { accessToken: 'at', refreshToken, expiresAt, config },
    })
    ids.push(body.connection.id)
  }
  return ids
}
/** Has connections fail once for real, and then often enough to be in trouble. */
const fail = async (workspace: TestWorkspace, ids: string[]) => {
  for (const connectionId of ids) {
    const ref = { workspaceId: workspace.workspaceId, connectionId, provider: 'quickbooks' }
    expect(await tryRefresh(hub, ref, { actor: 'test', force: true })).toMatchObject({ outcome: 'failed' })
  }
  await hub.pool.query(`update connections set refresh_failures = 5 where id = any($1)`, [ids])
}
const careOf = async (ids: string[]) => {
  const { rows } = await hub.pool.query<{ recovery: string | null }>(
    'select recovery from connections where id = any($1) order by id',
    [ids],
  )
  return rows.map(row => row.recovery)
}
const isRunning = async (workflowId: string) =>
  hub.temporal.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ status }) => status.name === 'RUNNING',
      () => false,
    )
const forget = () => hub.pool.query(`update connections set status = 'disconnected', recovery = null`)
afterEach(forget)

describe('an outage', () => {
  it('is its token endpoint’s: connections of the same platform at another address go on by themselves', async () => {
    const [a, b] = [await createWorkspace(hub), await createWorkspace(hub)]
    const down = await connect(a, one, 'rt-down', 4)
    const alone = await connect(b, another, 'rt-down')
    await fail(a, down)
    await fail(b, alone)
    await sortTrouble(hub, 'test')
    expect(await careOf(down)).toEqual(Array(4).fill('provider'))
    expect(await careOf(alone)).toEqual(['refresh'])
    expect(await isRunning(`provider/quickbooks/${hostOf(one)}`)).toBe(true)
    expect(await isRunning('provider/quickbooks')).toBe(false)
    expect(await isRunning(`refresh/${alone[0]}`)).toBe(true)
  })

  it('is started again by reconcile, where its workflow is gone', async () => {
    const a = await createWorkspace(hub)
    const ids = await connect(a, another, 'rt-down')
    await fail(a, ids)
    await hub.pool.query(
      `update connections set recovery = 'provider', recovery_until = now() - interval '1 s' where id = any($1)`,
      [ids],
    )
    await reconcileConnections(hub, 100)
    expect(await isRunning(`provider/quickbooks/${hostOf(another)}`)).toBe(true)
  })

  it('of one workspace’s app is nobody else’s, and comes together over time for what fails in all', async () => {
    const [a, b, c] = [await createWorkspace(hub), await createWorkspace(hub), await createWorkspace(hub)]
    const down = await connect(a, one, 'rt-down', 4)
    const other = await connect(b, one, 'rt-down')
    await fail(a, down)
    await fail(b, other)
    await sortTrouble(hub, 'test')
    expect(await careOf(down)).toEqual(Array(4).fill('provider'))
    expect(await careOf(other)).toEqual(['refresh'])
    // One more of a third workspace: four are counted, two of them the first one's.
    const third = await connect(c, one, 'rt-down')
    await fail(c, third)
    await sortTrouble(hub, 'test')
    expect(await careOf(third)).toEqual(['provider'])
  })

  it('ends for the workspaces whose probe is answered, and goes on for one whose app is broken', async () => {
    const [a, b] = [await createWorkspace(hub), await createWorkspace(hub)]
    const broken = await connect(a, one, 'rt-down', 3)
    const well = await connect(b, one, 'rt-well', 3)
    await fail(a, broken)
    await hub.pool.query(`update connections set token_host = $2 where id = any($1)`, [well, hostOf(one)])
    await hub.pool.query(
      `update connections set recovery = 'provider', recovery_until = now() - interval '1 second' where id = any($1)`,
      [[...broken, ...well]],
    )
    const server = { provider: 'quickbooks', host: hostOf(one) }
    const since = expect.stringMatching(/^20/) as string
    const held = { connections: 3, workspaces: 1, workspaceId: a.workspaceId, since }
    expect(await probeProvider(hub, server, 1_000, 'test')).toEqual({ state: 'down', ...held })
    expect(await careOf(well)).toEqual([null, null, null])
    expect(await careOf(broken)).toEqual(Array(3).fill('provider'))
    expect(await releaseProvider(hub, server)).toBe(3)
    expect(await probeProvider(hub, server, 1_000, 'test')).toMatchObject({ state: 'none' })
  })
})

describe('the sweep beside a workspace whose token endpoint hangs', () => {
  it('refreshes what another has due at once, and takes the hanging ones out though it is never idle', async () => {
    const [a, b] = [await createWorkspace(hub), await createWorkspace(hub)]
    const hanging = await connect(a, one, 'rt-hangs', refreshPlaces.all)
    const [quick] = await connect(b, another, 'rt-well')
    for (const id of hanging) await ageToken(hub, id)
    const stop = new AbortController()
    const sweep = sweepRefreshes(hub, { runForMs: 60_000, pollMs: 50 }, { actor: 'test', signal: stop.signal })
    const refreshed = (generation: number) =>
      eventually(`generation ${generation}`, async () => {
        const { rows } = await hub.pool.query('select generation from connections where id = $1', [quick])
        return (rows[0] as { generation: number }).generation === generation
      })
    for (let generation = 2; generation < 5; generation += 1) {
      const before = one.calls.length
      await ageToken(hub, quick!)
      await refreshed(generation)
      // In its turn it would come behind all of them.
      expect(one.calls.length - before).toBeLessThan(hanging.length)
    }
    await hub.pool.query(`update connections set refresh_failures = 5 where id = any($1) and refresh_failures > 0`, [
      hanging,
    ])
    await eventually('some to be taken out', async () => (await careOf(hanging)).filter(Boolean).length > 3)
    stop.abort()
    await sweep
  })
})
