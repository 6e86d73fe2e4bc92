import { generateKeyPairSync } from 'node:crypto'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import type { AuthMethod } from '../../src/catalogue/schema/auth.ts'
import {
  finishDisconnect,
  requestDisconnect,
  revokeAtProvider,
  takeDisconnectLease,
} from '../../src/connections/ending/disconnect.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { insertConnection } from '../../src/connections/store.ts'
import { adoptGrant } from '../../src/connections/tokens/adopt-grant.ts'
import { newId } from '../../src/ids.ts'
import { createMadeHub, endToken, formOf, madeApp, queryOf, tokens } from '../grants/made.ts'
import type { AnyBody } from '../support/hub.ts'
import { publishedEvents } from './accounts.ts'
import { secretsOf, tokensOf } from './attempts.ts'
import { startPlatform, type PlatformAnswer, type PlatformCall } from './platform.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const assertion = { algorithm: 'RS256', key: '{privateKey}', claims: { iss: 'made' }, life: '10m' } as const
const endpoint = { ...tokens, lifetime: { access: '1h' } } as const
const oauth: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...endpoint, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [] },
}

interface Style {
  method: AuthMethod
  kept: { refreshToken?: string; fields?: Record<string, string> }
  dead: PlatformAnswer
  /** What a renewal says of the credential that it spends. */
  spends: (call: PlatformCall) => unknown
  revokes?: boolean
}

const own = { clientId: 'mine', clientSecret: 'hush' }
const styles: Record<string, Style> = {
  'refresh-token': {
    method: {
      ...{ ...oauth, rotation: { reuseGrace: '1m' } },
      revoke: { kind: 'rfc7009', url: 'https://id.made.example/revoke' },
    },
    kept: { refreshToken: 'rt-0' },
    dead: { status: 400, body: { error: 'invalid_grant' } },
    spends: call => formOf(call).refresh_token,
    revokes: true,
  },
  'itself-by-get': {
    method: {
      ...{ ...oauth, deadGrant: ['190'] },
      refresh: {
        url: 'https://id.made.example/token',
        method: 'GET',
        grant: 'again',
        param: 'access_token',
        tells: [],
      },
    },
    kept: {},
    dead: { status: 400, body: { error: { code: 190, message: 'expired' } } },
    spends: call => queryOf(call).access_token,
  },
  'own-client': {
    method: {
      ...{ kind: 'client_credentials', id: 'client', ...endpoint, clientAuth: 'body' },
      fields: [field('clientId'), field('clientSecret', { secret: true })],
    },
    kept: { fields: own },
    dead: { status: 401, body: { error: 'invalid_client' } },
    spends: call => formOf(call).client_secret,
  },
  assertion: {
    method: {
      ...{ kind: 'jwt_assertion', id: 'account', ...endpoint, assertion },
      fields: [field('privateKey', { secret: true })],
    },
    kept: { fields: { privateKey } },
    dead: { status: 400, body: { error: 'invalid_grant' } },
    spends: call => formOf(call).assertion?.split('.').length,
  },
  installation: {
    method: {
      ...{ kind: 'app_installation', id: 'app', ...endpoint, assertion, captureFromRedirect: ['installation_id'] },
      ...{ authorize: 'https://id.made.example/install', token: 'https://id.made.example/token' },
      confirm: { token: 'https://id.made.example/confirm', call: 'https://id.made.example/installations' },
    },
    kept: {},
    dead: { status: 404, body: { message: 'Not Found' } },
    spends: call => call.headers.authorization?.split('.').length,
  },
}

const key: AuthMethod = { kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } }
const { hub, workspace } = await createMadeHub({
  ...Object.fromEntries(
    Object.entries(styles).map(([id, { method }]) => [
      id,
      {
        auth: [method],
        ...(id === 'installation' ? { app: { fields: [field('privateKey', { secret: true })] } } : {}),
      },
    ]),
  ),
  key: { auth: [key] },
})
const { workspaceId } = workspace
const platform = await startPlatform()
let given = 0
let token: (call: PlatformCall) => PlatformAnswer | Promise<PlatformAnswer>
const well = (): PlatformAnswer => ({
  status: 200,
  body: { access_token: `at-${++given}`, refresh_token: `rt-${given}`, expires_in: 3600 },
})
let revocation: PlatformAnswer
platform.answerBy(async call => {
  if (call.path.startsWith('/token')) return token(call)
  return call.path === '/revoke' ? revocation : { status: 200, body: { id: 7, name: 'Seven' } }
})
beforeEach(() => {
  ;[token, revocation] = [well, { status: 200 }]
  platform.calls.length = 0
})
const asked = () => platform.calls.filter(({ path }) => path.startsWith('/token'))

/** A connection of a style, as its first connect has left it. */
async function connect(provider: string, { method, kept }: Pick<Style, 'method' | 'kept'>): Promise<string> {
  const fields = provider === 'installation' ? { fields: { privateKey } } : {}
  const providerAppId = await madeApp(hub, workspace, platform, provider, fields)
  const id = newId('connection')
  const about = { id, workspaceId, provider, providerAppId, environment: 'production' }
  const account = { id: newId('request'), name: 'Seven' }
  const times = { scopes: undefined, expiresInMs: undefined, refreshExpiresInMs: undefined }
  const grant = { accessToken: `at-${given}`, refreshToken: undefined, ...kept, ...times }
  await hub.db.transaction().execute(async trx => {
    const connection = await insertConnection(trx, { ...about, authKind: method.kind, method: method.id })
    const adopted = { grant, receivedAt: new Date(), account, config: {}, scopes: [], actor: 'test' }
    await adoptGrant(hub, trx, connection, adopted)
  })
  return id
}

async function sweepDue(id: string): Promise<void> {
  await endToken(hub, id)
  await sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })
}

const shown = async (id: string) => (await workspace.request<AnyBody>('GET', `/v1/connections/${id}`)).body
const eventsOf = async (id: string) =>
  (await publishedEvents(hub, workspaceId)).filter(({ data }) => data.connectionId === id)
const ref = (connectionId: string, provider: string) => ({ workspaceId, connectionId, provider })
async function actionsOf(id: string): Promise<string[]> {
  const { rows } = await hub.pool.query<{ action: string }>(
    'select action from audit_log where workspace_id = $1 and subject_id = $2 order by id',
    [workspaceId, id],
  )
  return rows.map(row => row.action)
}

describe.each(Object.entries(styles))('by %s', (provider, style) => {
  it('a token is renewed again and again', async () => {
    const id = await connect(provider, style)
    for (const generation of [2, 3]) {
      const before = await tokensOf(hub, workspaceId, id)
      await sweepDue(id)
      expect(await shown(id)).toMatchObject({ status: 'connected', generation, refreshFailures: 0 })
      const after = await tokensOf(hub, workspaceId, id)
      expect(after!.accessToken).toBe(`at-${given}`)
      expect(after!.fields).toEqual(before!.fields)
    }
    // What the second one spent is what the first one won, where anything is.
    const spent = style.spends(asked().at(-1)!)
    if (provider === 'refresh-token') expect(spent).toBe(`rt-${given - 1}`)
    else if (provider === 'itself-by-get') expect(spent).toBe(`at-${given - 1}`)
    else expect(spent).toEqual(style.spends(asked()[0]!))
  })

  it('an outage is none of the grant’s, and a dead grant none of the platform’s', async () => {
    const id = await connect(provider, style)
    token = () => ({ status: 503, text: '<html>invalid_grant</html>', headers: { 'content-type': 'text/html' } })
    await sweepDue(id)
    expect(await shown(id)).toMatchObject({ status: 'connected', refreshFailures: 1, lastError: 'PROVIDER_ERROR' })
    token = well
    await sweepDue(id)
    expect(await shown(id)).toMatchObject({ status: 'connected', refreshFailures: 0, generation: 2 })
    token = () => style.dead
    await sweepDue(id)
    const dead = await shown(id)
    expect(dead).toMatchObject({ status: 'needs_reauth', statusReason: 'TOKEN_EXPIRED' })
    expect(dead.statusExplanation).toContain(`POST /v1/connections/${id}/reconnect`)
    const event = (await eventsOf(id)).at(-1)!
    expect(event).toMatchObject({ type: 'integration.needs_reauth', data: { explanation: dead.statusExplanation } })
    expect(event.data.reconnectUrl).toMatch(new RegExp(`/v1/connections/${id}/reconnect$`))
  })

  it('an account is let go: revoked where there is a way, its secrets destroyed, its trail kept', async () => {
    const id = await connect(provider, style)
    await requestDisconnect(hub, workspaceId, id, 'test')
    const read = await workspace.request<AnyBody>('GET', `/v1/connections/${id}/token`)
    expect([read.status, read.body.error]).toEqual([409, expect.objectContaining({ code: 'CONNECTION_NOT_READY' })])
    expect((await shown(id)).statusExplanation).toContain('secrets are destroyed')
    expect(await takeDisconnectLease(hub, ref(id, provider), Date.now() + 60_000)).toBe(0)
    await sweepDue(id)
    expect(asked()).toEqual([])
    revocation = { status: 503 }
    if (style.revokes) {
      await expect(revokeAtProvider(hub, ref(id, provider))).rejects.toMatchObject({ retryable: true })
      expect(await secretsOf(hub, workspaceId, id)).toEqual(['tokens'])
    }
    revocation = { status: 200 }
    const revoked = await revokeAtProvider(hub, ref(id, provider))
    expect(revoked).toBe(style.revokes ?? false)
    await finishDisconnect(hub, ref(id, provider), revoked, 'test')
    expect(await secretsOf(hub, workspaceId, id)).toEqual([])
    expect(await shown(id)).toMatchObject({ status: 'disconnected', accessTokenExpiresAt: null })
    expect(await actionsOf(id)).toEqual(['connection.connected', 'connection.disconnecting', 'connection.disconnected'])
    expect((await eventsOf(id)).map(({ type }) => type)).toEqual(['integration.connected', 'integration.disconnected'])
  })
})

describe('credentials that are replaced in place', () => {
  const put = (id: string, credentials: Record<string, string>) =>
    workspace.request<AnyBody>('PUT', `/v1/connections/${id}/credentials`, { credentials })

  it('are verified first, and a refresh that is under way does not undo it', async () => {
    const id = await connect('own-client', styles['own-client']!)
    await hub.pool.query(`update connections set external_account_id = '7' where id = $1`, [id])
    token = () => ({ status: 401, body: { error: 'invalid_client' } })
    expect((await put(id, { clientId: 'mine', clientSecret: 'wrong' })).status).toBe(400)
    expect((await tokensOf(hub, workspaceId, id))!.fields).toEqual(own)
    let answerOld = (_: PlatformAnswer) => {}
    const old = new Promise<PlatformAnswer>(resolve => (answerOld = resolve))
    token = call => (formOf(call).client_secret === 'hush' ? old : well())
    const refreshing = sweepDue(id)
    while (asked().length < 2) await new Promise(resolve => setTimeout(resolve, 10))
    const replaced = await put(id, { clientId: 'mine', clientSecret: 'new' })
    expect(replaced).toMatchObject({ status: 200, body: { status: 'connected', generation: 2 } })
    answerOld({ status: 200, body: { access_token: 'at-old', expires_in: 3600 } })
    await refreshing
    const kept = await tokensOf(hub, workspaceId, id)
    expect([kept!.fields, kept!.accessToken]).toEqual([{ clientId: 'mine', clientSecret: 'new' }, `at-${given}`])
    expect(await actionsOf(id)).toContain('connection.credentials_replaced')
  })

  it('are refused where they open another account, and where a person has to agree', async () => {
    const other = await connect('key', { method: key, kept: {} })
    expect(await put(other, { apiKey: 'key-2' })).toMatchObject({
      status: 400,
      body: { error: { code: 'ACCOUNT_MISMATCH' } },
    })
    expect(await put(await connect('refresh-token', styles['refresh-token']!), { apiKey: 'x' })).toMatchObject({
      status: 400,
    })
  })
})
