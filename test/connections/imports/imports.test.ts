import { stripeKey } from '../../../dev/sandbox/settings.ts'
import { createTestHub, createTestServer, createWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createApp, eventually, ownSandbox, publishedEvents } from '../accounts.ts'
import { endOf, foreignTokens, importAll, quickSettings, rowsOf, sealedRows, type ShownImport } from './importing.ts'

const sandbox = await ownSandbox()
const hub = await createTestHub({ connectionSettings: quickSettings })
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stripe = await createApp(workspace, sandbox.url, 'stripe')
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows', 'connections'])

const scopes = ['com.intuit.quickbooks.accounting']
const soon = () => new Date(Date.now() + 1_800_000).toISOString()
const ofStripe = (externalId: string, apiKey: string, more = {}) => ({
  ...{ externalId, provider: 'stripe', providerAppId: stripe, credentials: { apiKey } },
  ...more,
})
const ofQuickbooks = (externalId: string, realmId: string, tokens: Record<string, string>) => ({
  ...{ externalId, provider: 'quickbooks', providerAppId: quickbooks, config: { realmId }, scopes, tokens },
})
const tokensOf = (realm: string) => foreignTokens(hub, app, workspace, quickbooks, realm)
const get = async (id: string | null) => (await workspace.request('GET', `/v1/connections/${id}`)).body
const count = async () =>
  (await hub.pool.query<{ n: number }>('select count(*)::integer as n from connections')).rows[0]!.n

describe('an import', () => {
  it('connects what is good, and says of each other row what it is and what to do', async () => {
    const live = await tokensOf('5100000001')
    const { refreshToken } = await tokensOf('5100000002')
    await sandbox.control.forgetTokenRequests()
    const connections = [
      ofStripe('key', stripeKey, { ownerId: 'user-1', tags: ['eu'], metadata: { plan: 'gold' } }),
      ofQuickbooks('live', '5100000001', { ...live, expiresAt: soon() }),
      ofQuickbooks('refreshed', '5100000002', { refreshToken }),
      ofQuickbooks('dead', '5100000003', { refreshToken: 'AB11invented' }),
      ofStripe('dead key', 'sk_test_wrongbutwellformed1'),
      ofStripe('no key', 'nonsense'),
      { ...ofStripe('nobody', stripeKey), provider: 'nobody', providerAppId: null },
      { ...ofStripe('other app', stripeKey), providerAppId: quickbooks },
      ofStripe('key', stripeKey),
    ]
    const { ended, rows } = await importAll(workspace, { connections })
    expect(rows.map(({ externalId, outcome, code }) => [externalId, outcome, code])).toEqual([
      ['key', 'connected', null],
      ['live', 'connected', null],
      ['refreshed', 'connected', null],
      ['dead', 'needs_reauth', 'INVALID_CREDENTIALS'],
      ['dead key', 'needs_reauth', 'INVALID_CREDENTIALS'],
      ['no key', 'failed', 'INVALID_REQUEST'],
      ['nobody', 'failed', 'INVALID_PROVIDER'],
      ['other app', 'failed', 'INVALID_REQUEST'],
      ['key', 'duplicate', null],
    ])
    expect(ended).toMatchObject({
      state: 'finished',
      counts: { total: 9, undecided: 0, connected: 3, needsReauth: 2, duplicate: 1, failed: 3 },
    })
    expect(ended.finishedAt).not.toBeNull()
    const [key, alive, refreshed, dead] = await Promise.all(rows.map(row => get(row.connectionId)))
    expect(key).toMatchObject({ status: 'connected', ownerId: 'user-1', tags: ['eu'], metadata: { plan: 'gold' } })
    expect(key).toMatchObject({ externalAccountId: 'acct_1SandboxOne' })
    expect([alive!.status, alive!.externalAccountId, alive!.scopes]).toEqual(['connected', '5100000001', scopes])
    expect([refreshed!.status, refreshed!.externalAccountId]).toEqual(['connected', '5100000002'])
    expect([dead!.status, dead!.statusReason, dead!.generation]).toEqual(['needs_reauth', 'TOKEN_EXPIRED', 0])
    expect(rows[8]!.connectionId).toBe(rows[0]!.connectionId)
    expect(rows[3]!.advice).toContain(`POST /v1/connections/${rows[3]!.connectionId}/reconnect`)
    // The refresh token beside a live access token is left unspent.
    const spent = await sandbox.control.tokenRequests({ account: '5100000001', grantType: 'refresh_token' })
    expect(spent).toEqual([])
    expect(await sealedRows(hub)).toBe(0)
    const types = (await publishedEvents(hub, workspace.workspaceId)).map(({ type, data }) => [type, data.connectionId])
    expect(types).toContainEqual(['integration.connected', rows[1]!.connectionId])
    expect(types).toContainEqual(['integration.needs_reauth', rows[3]!.connectionId])
    const start = await workspace.request('POST', `/v1/connections/${rows[3]!.connectionId}/reconnect`, {})
    expect([start.status, typeof start.body.authorizationUrl]).toEqual([201, 'string'])
  })

  it('doubles nothing that is sent twice, and spends nothing for it', async () => {
    const { refreshToken } = await tokensOf('5200000001')
    const body = {
      connections: [ofQuickbooks('twice', '5200000001', { refreshToken }), ofStripe('twice key', stripeKey)],
    }
    const first = await importAll(workspace, body)
    const before = await count()
    await sandbox.control.forgetTokenRequests()
    const second = await importAll(workspace, body)
    expect(second.rows.map(row => [row.outcome, row.connectionId])).toEqual(
      first.rows.map(row => ['duplicate', row.connectionId]),
    )
    expect(await count()).toBe(before)
    expect(await sandbox.control.tokenRequests()).toEqual([])
  })

  it('gives a connection that waits for its person the good tokens of a later one', async () => {
    const dead = await importAll(workspace, {
      connections: [ofQuickbooks('later', '5300000001', { refreshToken: 'AB11invented' })],
    })
    const { refreshToken } = await tokensOf('5300000001')
    const good = await importAll(workspace, {
      connections: [ofQuickbooks('later', '5300000001', { refreshToken })],
    })
    expect([dead.rows[0]!.outcome, good.rows[0]!.outcome]).toEqual(['needs_reauth', 'connected'])
    expect(good.rows[0]!.connectionId).toBe(dead.rows[0]!.connectionId)
    expect(await get(good.rows[0]!.connectionId)).toMatchObject({
      status: 'connected',
      externalAccountId: '5300000001',
    })
  })

  it('spends the refresh token after all where the access token is dead that should live', async () => {
    const { refreshToken } = await tokensOf('5400000001')
    const tokens = { accessToken: 'nothing', refreshToken, expiresAt: soon() }
    const { rows } = await importAll(workspace, { connections: [ofQuickbooks('said to live', '5400000001', tokens)] })
    expect(rows[0]!.outcome).toBe('connected')
  })

  it('keeps nothing of a dry run, and spends no refresh token', async () => {
    const live = await tokensOf('5500000001')
    const [before, events] = [await count(), (await publishedEvents(hub, workspace.workspaceId)).length]
    await sandbox.control.forgetTokenRequests()
    const connections = [
      ofStripe('dry', stripeKey),
      ofStripe('dry', stripeKey),
      ofQuickbooks('dry live', '5500000001', { ...live, expiresAt: soon() }),
      ofQuickbooks('dry refresh', '5500000001', { refreshToken: live.refreshToken }),
      ofQuickbooks('dry dead', '5500000001', { accessToken: 'nothing' }),
    ]
    const { ended, rows } = await importAll(workspace, { connections, dryRun: true })
    expect(rows.map(row => row.outcome)).toEqual(['connected', 'duplicate', 'connected', 'unchecked', 'needs_reauth'])
    expect(rows.map(row => row.connectionId)).toEqual([null, null, null, null, null])
    expect(ended.dryRun).toBe(true)
    expect(await count()).toBe(before)
    expect(await publishedEvents(hub, workspace.workspaceId)).toHaveLength(events)
    expect(await sandbox.control.tokenRequests()).toEqual([])
    expect(await sealedRows(hub)).toBe(0)
  })

  it('waits for a platform that is down, and goes on with the others', async () => {
    await sandbox.control.addFault({ platform: 'stripe', path: '/v1/account', kind: '503' })
    const { refreshToken } = await tokensOf('5600000001')
    const keys = Array.from({ length: 12 }, (_, n) => ofStripe(`down ${n}`, stripeKey))
    const connections = [...keys, ofQuickbooks('up', '5600000001', { refreshToken })]
    const { body } = await workspace.request<ShownImport>('POST', '/v1/connection-imports', { connections })
    const waiting = await eventually('the rows that wait', async () => {
      const now = (await workspace.request<ShownImport>('GET', `/v1/connection-imports/${body.id}`)).body
      return now.waits[0]?.rows === 12 && now.counts.connected === 1 && now
    })
    expect(waiting).toMatchObject({ state: 'running', waits: [{ provider: 'stripe', code: 'PROVIDER_ERROR' }] })
    const described = await eventually('the words of the workflow', async () => {
      const handle = hub.temporal.workflow.getHandle(`import/${body.id}`)
      const { typedSearchAttributes, raw } = await handle.describe()
      const text = JSON.stringify([typedSearchAttributes, raw.workflowExecutionInfo])
      return text.includes('retrying') && text
    })
    expect(described).toContain('retrying')
    await sandbox.control.clearFaults()
    const { ended } = await endOf(workspace, body.id)
    expect(ended.counts).toMatchObject({ connected: 13, failed: 0 })
  })

  it('gives up what is left when it is cancelled, and destroys what was sealed of it', async () => {
    await sandbox.control.addFault({ platform: 'stripe', path: '/v1/account', kind: '503' })
    const connections = [ofStripe('given up', stripeKey), ofStripe('given up too', stripeKey)]
    const { body } = await workspace.request<ShownImport>('POST', '/v1/connection-imports', { connections })
    expect(await sealedRows(hub)).toBe(2)
    const asked = await workspace.request<ShownImport>('POST', `/v1/connection-imports/${body.id}/cancel`)
    expect(asked.body.state).toBe('cancelled')
    const { rows } = await endOf(workspace, body.id)
    await sandbox.control.clearFaults()
    expect(rows.map(row => row.outcome)).toEqual(['cancelled', 'cancelled'])
    expect(await sealedRows(hub)).toBe(0)
    const again = await workspace.request('POST', `/v1/connection-imports/${body.id}/cancel`)
    expect(again.status).toBe(200)
    const audit = await workspace.request('GET', `/v1/audit-log?subjectId=${body.id}`)
    expect(audit.body.data.map(entry => entry.action)).toEqual([
      'connection_import.cancelled',
      'connection_import.created',
    ])
  })

  it('takes nothing of another workspace’s app', async () => {
    const other = await createWorkspace(hub)
    const list = await other.request('POST', '/v1/connection-imports', { connections: [ofStripe('theirs', stripeKey)] })
    expect([list.status, list.body.error.code]).toEqual([404, 'PROVIDER_APP_NOT_FOUND'])
    const { rows } = await importAll(other, JSON.stringify(ofStripe('theirs', stripeKey)), {
      type: 'application/x-ndjson',
    })
    expect(rows.map(row => [row.outcome, row.code])).toEqual([['failed', 'PROVIDER_APP_NOT_FOUND']])
    expect(await rowsOf(workspace, rows[0]!.externalId!)).toBeUndefined()
  })
})
