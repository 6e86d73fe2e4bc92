import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import { connectionClient } from '../../src/connections/client.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { wonSecondPlace } from '../../src/connections/second/second-token.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import {
  approve,
  callBack,
  createApp,
  eventually,
  ownSandbox,
  publishedEvents,
  type Connecting,
  type ShownConnection,
} from './accounts.ts'

// Slack gives a bot's token and a person's by one visit; each is refreshed, ended and dead by itself.

const sandbox = await ownSandbox()
const hub = await createTestHub({
  connectionSettings: { ...connectionSettings, demandPollMs: 20, refusalsApartMs: 100 },
})
const app = await createTestServer(hub)
await app.listen({ port: 0, host: '127.0.0.1' })
const workspace = await createWorkspace(hub)
await startTestWorkers(hub, ['workflows', 'connections'])

const [rotating, lasting] = played.find(({ id }) => id === 'slack')!.apps!
const appOf = ({ clientId, clientSecret } = rotating!) =>
  createApp(workspace, sandbox.url, 'slack', { clientId, clientSecret })
const apps = { rotating: await appOf(rotating), lasting: await appOf(lasting) }

interface Shown extends ShownConnection {
  secondToken: null | { as: string; status: string; externalAccountId: string; scopes: string[] }
}
const at = (id: string) => `/v1/connections/${id}`
const shown = async (id: string) => (await workspace.request<Shown>('GET', at(id))).body
const both = ['channels:read', 'user:chat:write']

async function connect(kind: keyof typeof apps, scopes = both): Promise<string> {
  const asked = { provider: 'slack', method: 'oauth', providerAppId: apps[kind], scopes }
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', asked)
  await callBack(url => app.inject({ url }), await approve(body.authorizationUrl))
  return body.connection.id
}
const tokenOf = async (id: string, as?: string) =>
  workspace.request<{ accessToken: string; expiresAt: string | null }>(
    'GET',
    `${at(id)}/token${as === undefined ? '' : `?as=${as}`}`,
  )
/** A call through the proxy; Slack answers each with 200. */
async function proxied(id: string, method: string, as?: string, input: object = {}) {
  const address = app.server.address() as { port: number }
  const answer = await fetch(`http://127.0.0.1:${address.port}${at(id)}/proxy/${method}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${workspace.apiKey}`, 'content-type': 'application/json' },
      ...(as === undefined ? {} : { 'causeway-as': as }),
    },
    body: JSON.stringify(input),
  })
  return { status: answer.status, ...((await answer.json()) as { ok: boolean; error?: unknown; user_id?: string }) }
}
/** What Slack says of a token that was given. */
async function test(token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${sandbox.url}/slack/slack.com/api/auth.test`, { method: 'POST', headers })
  return (await answer.json()) as { ok: boolean; error?: string }
}
const endNow = (id: string) =>
  hub.pool.query(
    `update connections set second = second || jsonb_build_object('accessExpiresAt', now() - interval '1 second') where id = $1`,
    [id],
  )

describe('a second token', () => {
  it('comes of the visit that asks for both, is shown, given and called with by its name', async () => {
    const id = await connect('lasting')
    const connection = await shown(id)
    expect(connection).toMatchObject({ status: 'connected', externalAccountId: 'T01CAUSEWAY', scopes: both })
    expect(connection.secondToken).toEqual({
      ...{ as: 'user', status: 'connected', externalAccountId: 'U01CAUSEWAY', scopes: ['chat:write'] },
      accessTokenExpiresAt: null,
    })
    const [own, person] = [await tokenOf(id), await tokenOf(id, 'user')]
    expect(own.body.accessToken).toContain('xoxb-')
    expect(person.body.accessToken).toContain('xoxp-')
    const message = { channel: 'C00CHANNEL', text: 'Hello' }
    expect(await proxied(id, 'chat.postMessage', undefined, message)).toMatchObject({ error: 'missing_scope' })
    expect(await proxied(id, 'chat.postMessage', 'user', message)).toMatchObject({ ok: true })
    expect((await proxied(id, 'auth.test', 'user')).user_id).toBe('U01CAUSEWAY')
    for (const refused of [await tokenOf(id, 'bot'), await tokenOf(id, 'U!')])
      expect([refused.status, refused.body]).toMatchObject([400, { error: { code: 'INVALID_REQUEST' } }])
    expect((await proxied(id, 'auth.test', 'bot')).status).toBe(400)
  })

  it('is none where no scope was asked for it', async () => {
    const id = await connect('lasting', ['channels:read'])
    expect((await shown(id)).secondToken).toBeNull()
    expect((await tokenOf(id, 'user')).status).toBe(400)
  })

  it('is refreshed by itself, once however many ask', async () => {
    const id = await connect('rotating')
    const [own, person] = [await tokenOf(id), await tokenOf(id, 'user')]
    expect(Date.parse(person.body.expiresAt!) - Date.now()).toBeGreaterThan(11 * 3_600_000)
    await endNow(id)
    const endpoint = { platform: 'slack', path: '/api/oauth.v2.access' }
    await sandbox.control.addFault({ ...endpoint, kind: 'slow', delayMs: 300 })
    const before = (await sandbox.control.tokenRequests({ platform: 'slack' })).length
    const again = await Promise.all([1, 2, 3, 4].map(async () => (await tokenOf(id, 'user')).body.accessToken))
    await sandbox.control.clearFaults()
    expect((await sandbox.control.tokenRequests({ platform: 'slack' })).length).toBe(before + 1)
    expect(new Set(again).size).toBe(1)
    expect(again[0]).not.toBe(person.body.accessToken)
    expect((await test(again[0]!)).ok).toBe(true)
    expect((await tokenOf(id)).body.accessToken).toBe(own.body.accessToken)
    expect((await shown(id)).generation).toBe(1)
    await endNow(id)
    expect((await proxied(id, 'auth.test', 'user')).ok).toBe(true)
  })

  it('that a process has won and not stored any more is stored by the next', async () => {
    const id = await connect('rotating')
    const { workspaceId } = workspace
    const place = wonSecondPlace({ workspaceId, id }, { as: 'user', generation: 1 })
    const grant = { accessToken: 'won before', refreshToken: 'xoxe-1-won', scopes: undefined, expiresInMs: 43_200_000 }
    await hub.credentials.put(hub.db, place, { grant, receivedAtMs: Date.now() })
    await endNow(id)
    expect((await tokenOf(id, 'user')).body.accessToken).toBe('won before')
    expect(await hub.credentials.get(hub.db, place)).toBeUndefined()
  })

  it('makes the calls of the hub’s own that say so, and gets another when it is refused', async () => {
    const id = await connect('rotating')
    const { body } = await tokenOf(id, 'user')
    await sandbox.control.expireAccessTokens({ platform: 'slack' })
    const client = await connectionClient(hub, workspace.workspaceId, id)
    const whose = async (as: object) => (await client.call({ method: 'GET', path: '/auth.test', ...as })).body
    expect(await whose({ as: 'user' })).toMatchObject({ user_id: 'U01CAUSEWAY' })
    expect((await tokenOf(id, 'user')).body.accessToken).not.toBe(body.accessToken)
    expect(await whose({})).toMatchObject({ user_id: 'U0B1CAUSEWAY' })
    await expect(whose({ as: 'nobody' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it.each(['lasting', 'rotating'] as const)('of an app whose tokens are %s is dead by itself', async kind => {
    const id = await connect(kind)
    expect((await proxied(id, 'auth.revoke', 'user')).ok).toBe(true)
    await eventually('it is seen to be dead', async () => {
      await workspace.request('POST', `${at(id)}/check`)
      return (await shown(id)).secondToken?.status === 'needs_reauth'
    })
    expect((await shown(id)).status).toBe('connected')
    const told = (await publishedEvents(hub, workspace.workspaceId)).filter(({ data }) => data.connectionId === id)
    expect(told.at(-1)).toMatchObject({
      type: 'connection.second_token_expired',
      data: { status: 'connected', secondToken: { as: 'user', externalAccountId: 'U01CAUSEWAY' } },
    })
    const refused = await tokenOf(id, 'user')
    expect(refused.body).toMatchObject({ error: { code: 'TOKEN_EXPIRED' } })
    expect((await proxied(id, 'auth.test')).ok).toBe(true)
    const { body } = await workspace.request<Connecting>('POST', `${at(id)}/reconnect`, {})
    await callBack(url => app.inject({ url }), await approve(body.authorizationUrl))
    expect((await shown(id)).secondToken).toMatchObject({ status: 'connected' })
    expect((await proxied(id, 'auth.test', 'user')).user_id).toBe('U01CAUSEWAY')
  })

  it('is good where the connection’s own is dead', async () => {
    const id = await connect('lasting')
    expect((await proxied(id, 'auth.revoke')).ok).toBe(true)
    await eventually('it needs its person', async () => {
      await workspace.request('POST', `${at(id)}/check`)
      return (await shown(id)).status === 'needs_reauth'
    })
    expect((await proxied(id, 'auth.test', 'user')).ok).toBe(true)
  })

  it('is ended and destroyed with its connection', async () => {
    // The others are of the same team, and would keep it.
    const others = await workspace.request<{ data: { id: string }[] }>('GET', '/v1/connections?limit=100')
    const disconnected = async (id: string) => {
      await workspace.request('DELETE', at(id))
      await eventually('it is disconnected', async () => (await shown(id)).status === 'disconnected')
    }
    for (const { id } of others.body.data) await disconnected(id)
    const id = await connect('rotating')
    const given = [await tokenOf(id), await tokenOf(id, 'user')].map(({ body }) => body.accessToken)
    await disconnected(id)
    for (const token of given) expect(await test(token)).toMatchObject({ ok: false, error: 'token_revoked' })
    expect((await shown(id)).secondToken).toBeNull()
    const { rows } = await hub.pool.query('select field from credentials where owner_id = $1', [id])
    expect(rows).toEqual([])
  })
})
