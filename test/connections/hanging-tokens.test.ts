import { connectionSettings, refreshPlaces } from '../../src/connections/policy.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { ageToken, createApp, eventually, type Connecting } from './accounts.ts'
import { startPlatform, type PlatformAnswer, type ScriptedPlatform } from './platform.ts'

const hangMs = 300_000
const workspaces = refreshPlaces.all + 12
const hub = await createTestHub({
  connectionSettings: { ...connectionSettings, tokenCallTimeoutMs: hangMs, leaseMs: 2 * hangMs },
})
await createTestServer(hub)

const platform = await startPlatform()
const hung = Promise.withResolvers<PlatformAnswer>()
platform.answerBy(({ path, body }) => {
  if (!path.includes('/tokens/')) return { status: 200, body: { CompanyInfo: { CompanyName: 'Co' } } }
  if (body.includes('rt-hangs')) return hung.promise
  return { status: 200, body: { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3600 } }
})

let realm = 8_500_000
const connect = async (workspace: TestWorkspace, { url }: ScriptedPlatform, refreshToken: string): Promise<string> => {
  const providerAppId = await createApp(workspace, url, 'quickbooks')
  const expiresAt = new Date(Date.now() + 3_000_000).toISOString()
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId },
    import: { accessToken: 'at', refreshToken, expiresAt, config: { realmId: String(++realm) } },
  })
  return body.connection.id
}
const hanging = () => platform.calls.filter(({ body }) => body.includes('rt-hangs')).length

describe('the sweep beside more workspaces than places that were never tried and whose token endpoint hangs', () => {
  it('refreshes what another has due before any of them has failed', async () => {
    const quick = await connect(await createWorkspace(hub), platform, 'rt-well')
    for (let n = 0; n < workspaces; n += 1) {
      await ageToken(hub, await connect(await createWorkspace(hub), platform, 'rt-hangs'))
    }
    const stop = new AbortController()
    const sweep = sweepRefreshes(hub, { runForMs: hangMs, pollMs: 50 }, { actor: 'test', signal: stop.signal })
    await eventually('all of them to wait for an answer', () => Promise.resolve(hanging() === workspaces))
    await ageToken(hub, quick)
    await eventually('the other one to be refreshed', async () => {
      const { rows } = await hub.pool.query('select generation from connections where id = $1', [quick])
      return (rows[0] as { generation: number }).generation === 2
    })
    expect(hanging()).toBe(workspaces)
    stop.abort()
    hung.resolve({ status: 503 })
    await sweep
  })
})
