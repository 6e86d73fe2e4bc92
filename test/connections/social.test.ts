import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { sandboxControl } from '../../dev/sandbox/control-client.ts'
import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import type { Person } from '../../dev/browser.ts'
import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { ageToken, approve, callBack, createApp, eventually, ownSandbox, type ShownConnection } from './accounts.ts'

// Platforms of people, advertising and shops, connected by every way that they have, and what each does in its own way.

const sandbox = await ownSandbox()
const control = sandboxControl(sandbox.url)
const port = await freePort()
const hub = await createTestHub({ environment: { PUBLIC_URL: `http://127.0.0.1:${port}` } })
const app = await createTestServer(hub)
// A shop delivers its keys by itself.
await app.listen({ port, host: '127.0.0.1' })
const workspace = await createWorkspace(hub)
await startTestWorkers(hub, ['workflows', 'connections'])

const inject = (url: string) => app.inject({ url })
const shown = async (id: string) => (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
const apps = new Map<string, Promise<string>>()
const appOf = (provider: string): Promise<string> => {
  const known = apps.get(provider) ?? createApp(workspace, sandbox.url, provider)
  apps.set(provider, known)
  return known
}

interface Begun {
  connection: { id: string }
  authorizationUrl: string | null
  attemptId: string
}
async function begin(provider: string, method: string, more: object = {}) {
  const { config, credentials } = played.find(({ id }) => id === provider)!.people[method]!
  const body = { provider, method, providerAppId: await appOf(provider), ...(config && { config }) }
  return workspace.request<Begun & AnyBody>(
    ...(['POST', '/v1/connections', { ...body, ...(credentials && { credentials }), ...more }] as const),
  )
}

/** Connects an account by a method, as its person or its keys are; gives the connection. */
async function connect(provider: string, method: string, more: object = {}, person: Person = {}) {
  const { status, body } = await begin(provider, method, more)
  expect([status, body]).toMatchObject([201, { connection: { id: expect.any(String) as string } }])
  if (body.authorizationUrl) await callBack(inject, await approve(body.authorizationUrl, person))
  return { ...(await shown(body.connection.id)), attemptId: body.attemptId }
}
const disconnected = async (id: string) => {
  await workspace.request('DELETE', `/v1/connections/${id}`)
  return eventually('disconnected', async () => (await shown(id)).status === 'disconnected')
}
/** Has the token come to its end, and asks for one that lives; gives the answer's status. */
async function refreshed(id: string): Promise<number> {
  await ageToken(hub, id)
  return (await workspace.request('GET', `/v1/connections/${id}/token`)).status
}

const mine = [
  ...['facebook', 'instagram', 'linkedin', 'mailchimp', 'meta-ads', 'paypal', 'sendgrid', 'tiktok', 'tiktok-ads'],
  ...['twitter', 'woocommerce'],
]
const ways = played
  .filter(({ id }) => mine.includes(id))
  .flatMap(({ id, people }) => Object.entries(people).map(([method, person]) => ({ id, method, person })))

describe.each(ways)('$id by $method', ({ id: provider, method, person }) => {
  it('is connected, and let go of', async () => {
    const connection = await connect(provider, method)
    expect(connection).toMatchObject({ status: 'connected', externalAccountId: person.externalAccountId })
    await disconnected(connection.id)
  })

  const { wrongCredentials } = person
  if (wrongCredentials) {
    it('refuses what opens nothing', async () => {
      const { status, body } = await begin(provider, method, { credentials: wrongCredentials })
      expect([status, body]).toMatchObject([400, { error: { code: 'INVALID_CREDENTIALS' } }])
    })
    return
  }
  it('takes no for an answer', async () => {
    const { attemptId } = await connect(provider, method, {}, { decision: 'deny' })
    const attempt = await workspace.request('GET', `/v1/connect-attempts/${attemptId}`)
    expect(attempt.body).toMatchObject({ status: 'failed', errorCode: 'ACCESS_DENIED' })
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port: free } = server.address() as AddressInfo
  await new Promise<void>(resolve => server.close(() => resolve()))
  return free
}

describe('what a platform does in its own way', () => {
  it('scopes that a person unticks are not said to be granted', async () => {
    const scopes = ['public_profile', 'email', 'pages_show_list']
    const connection = await connect('facebook', 'user', { scopes }, { granted: ['public_profile', 'email'] })
    expect(connection.scopes).toEqual(['public_profile', 'email'])
  })

  it('of several pages the person chooses, and calls carry the page’s own token', async () => {
    const connection = await connect('facebook', 'page', {}, { account: '10150000000000002' })
    const path = `/v1/connect-attempts/${connection.attemptId}`
    const { body } = await workspace.request<AnyBody & { choices: { id: string; name: string }[] }>('GET', path)
    expect([body.status, body.choices.map(({ name }) => name)]).toEqual(['choosing', ['Tea house', 'Book shop']])
    await workspace.request('POST', `${path}/choice`, { choice: body.choices[1]!.id })
    await eventually('connected', async () => (await shown(connection.id)).status === 'connected')
    expect(await shown(connection.id)).toMatchObject({ externalAccountName: 'Book shop' })
    await disconnected(connection.id)
    const [grant] = await control.grants({ platform: 'facebook', account: '10150000000000002' })
    expect(grant).toMatchObject({ revokedBecause: 'by the app' })
  })

  it.each(['user', 'page'])('an app of %s whose secret has to be proved proves it with every call', async method => {
    const { clientId, clientSecret } = played.find(({ id }) => id === 'facebook')!.apps![1]!
    const strict = await createApp(workspace, sandbox.url, 'facebook', { clientId, clientSecret })
    const connection = await connect('facebook', method, { providerAppId: strict })
    const { externalAccountId } = played.find(({ id }) => id === 'facebook')!.people[method]!
    expect(connection).toMatchObject({ status: 'connected', externalAccountId })
    const scopes = method === 'user' ? ['public_profile', 'email'] : ['pages_show_list', 'pages_read_engagement']
    expect(connection.scopes).toEqual(scopes)
    expect(await refreshed(connection.id)).toBe(200)
    const me = `http://127.0.0.1:${port}/v1/connections/${connection.id}/proxy/me`
    const proxied = await fetch(me, { headers: { authorization: `Bearer ${workspace.apiKey}` } })
    expect(await proxied.json()).toMatchObject({ id: externalAccountId })
    await disconnected(connection.id)
    const grants = await control.grants({ platform: 'facebook' })
    expect(grants.find(grant => grant.clientId === clientId)).toMatchObject({ revokedBecause: 'by the app' })
  })

  it('of several ad accounts the caller names one beforehand', async () => {
    const config = { adAccountId: 'act_301500000000000021' }
    const connection = await connect('meta-ads', 'oauth', { config }, { account: '10150000000000002' })
    expect(connection).toMatchObject({ status: 'connected', externalAccountName: 'Autumn' })
  })

  it.each([
    ['facebook', 'user'],
    ['instagram', 'oauth'],
  ])('a token of %s is exchanged for a newer one', async (provider, method) => {
    const { id, accessTokenExpiresAt } = await connect(provider, method)
    expect(Date.parse(accessTokenExpiresAt!) - Date.now()).toBeGreaterThan(50 * 86_400_000)
    expect(await refreshed(id)).toBe(200)
    await control.revokeGrants({ platform: provider })
    await refreshed(id)
    expect((await shown(id)).status).toBe('needs_reauth')
  })

  it.each([
    ['tiktok', 'oauth'],
    ['twitter', 'oauth'],
  ])('a refresh token of %s is spent once, and a dead grant is known', async (provider, method) => {
    const { id } = await connect(provider, method)
    for (let turn = 0; turn < 2; turn++) expect(await refreshed(id)).toBe(200)
    expect((await control.tokenRequests({ platform: provider })).filter(({ reused }) => reused)).toEqual([])
    await control.revokeGrants({ platform: provider })
    await refreshed(id)
    expect((await shown(id)).status).toBe('needs_reauth')
  })

  it('a client of the connection’s own is refused some day', async () => {
    const { id } = await connect('paypal', 'client')
    expect(await refreshed(id)).toBe(200)
    const fault = { platform: 'paypal', path: '/v1/oauth2/token', kind: 'answer', status: 401 } as const
    const { id: faultId } = await control.addFault({ ...fault, body: { error: 'invalid_client' } })
    await refreshed(id)
    await control.clearFaults(faultId)
    expect((await shown(id)).status).toBe('needs_reauth')
  })

  it('a token that cannot be renewed says when it ends', async () => {
    const { accessTokenExpiresAt } = await connect('linkedin', 'oauth')
    expect(Date.parse(accessTokenExpiresAt!) - Date.now()).toBeGreaterThan(59 * 86_400_000)
  })
})
