import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import { crossReferenceFaults } from '../../src/catalogue/cross-references.ts'
import { definitionOf } from '../calls/made.ts'
import { startPlatform, type PlatformCall } from '../connections/platform.ts'
import type { AnyBody } from '../support/hub.ts'
import { createMadeHub, formOf, madeApp, tokens } from './made.ts'

const own = [
  { name: 'clientId', label: 'Client' },
  { name: 'clientSecret', label: 'Secret', secret: true },
]
const client = { kind: 'client_credentials' as const, ...tokens, clientAuth: 'body' as const, fields: own }
const twoEnvironments: Partial<ProviderDefinition> = {
  environments: {
    production: { api: 'https://api.made.example' },
    trial: { api: 'https://trial.made.example' },
  },
  auth: [
    { ...client, id: 'live', environments: ['production'] },
    { ...client, id: 'quiet', environments: ['trial'], byNameOnly: true },
    { ...client, id: 'trial', environments: ['trial'], token: 'https://trial.made.example/trial-token' },
  ],
}

const { hub, workspace } = await createMadeHub({
  gates: { identity: { get: '/gate', refusedBy: [403], id: 'id' } },
  places: twoEnvironments,
  robots: {
    app: { fields: [{ name: 'robotKey', label: 'Key', secret: true }] },
    calls: { headers: { 'x-robot-key': '{robotKey}', 'x-client': '{clientId}', 'x-later': '{fleet}' } },
    auth: [
      {
        ...{ ...client, id: 'robot', defaultScopes: ['walk'], requiredScopes: ['speak'] },
        discover: { path: '/fleets', items: 'names', keep: { fleet: { pattern: '^fleets/([0-9]+)$' } } },
        identity: { get: '/robot', id: { captured: 'fleet' }, name: 'model' },
      },
    ],
    identity: { get: '/person', id: 'id' },
  },
})
const platform = await startPlatform()
let gate = 200
let fleets: unknown[] = ['fleets/12']
platform.answerBy(({ path }) => {
  if (path.endsWith('token')) return { status: 200, body: { access_token: 'at', expires_in: 3600 } }
  if (path === '/fleets') return { status: 200, body: { names: fleets } }
  if (path === '/gate') return { status: gate, body: { id: 9 } }
  if (path === '/robot') return { status: 200, body: { model: 'R-7' } }
  return path === '/me' ? { status: 200, body: { id: 7 } } : { status: 403, body: {} }
})
const callsOf = (path: string): PlatformCall[] => platform.calls.filter(call => call.path === path)

async function connect(provider: string, body: Record<string, unknown>, app: Record<string, unknown> = {}) {
  platform.calls.length = 0
  const providerAppId = await madeApp(hub, workspace, platform, provider, app)
  const credentials = { clientId: 'mine', clientSecret: 'hush' }
  return workspace.request<AnyBody>('POST', '/v1/connections', { provider, providerAppId, credentials, ...body })
}

describe('a key that a platform refuses by 403', () => {
  it('is taken for refused, when it is given and when it is verified', async () => {
    const given = { credentials: { apiKey: 'key-1' } }
    gate = 403
    expect((await connect('gates', given)).body.error).toMatchObject({ code: 'INVALID_CREDENTIALS' })
    gate = 200
    const { id } = (await connect('gates', given)).body.connection as { id: string }
    const check = async () => (await workspace.request('POST', `/v1/connections/${id}/check`)).body.status
    expect(await check()).toBe('connected')
    gate = 403
    expect(await check()).toBe('degraded')
    gate = 200
    expect(await check()).toBe('connected')
  })
})

describe('a method of an environment', () => {
  it('is chosen by it, or chooses it, and one that has to be named is taken when it is', async () => {
    const byEnvironment = await connect('places', { environment: 'trial' })
    expect([byEnvironment.status, byEnvironment.body.connection]).toMatchObject([
      201,
      { method: 'trial', environment: 'trial' },
    ])
    expect([callsOf('/trial-token').length, callsOf('/token').length]).toEqual([1, 0])
    const quiet = await connect('places', { method: 'quiet' })
    expect(quiet.body.connection).toMatchObject({ method: 'quiet', environment: 'trial' })
    const byMethod = await connect('places', { method: 'trial' })
    expect(byMethod.body.connection).toMatchObject({ method: 'trial', environment: 'trial' })
    const live = await connect('places', { method: 'live' })
    expect(live.body.connection).toMatchObject({ method: 'live', environment: 'production' })
  })

  it('is named where nothing else decides, and not by another environment', async () => {
    const undecided = await connect('places', {})
    expect([undecided.status, undecided.body.error]).toMatchObject([
      400,
      { message: 'Name the method: live or quiet or trial.' },
    ])
    const crossed = await connect('places', { method: 'live', environment: 'trial' })
    expect([crossed.status, crossed.body.error]).toMatchObject([
      400,
      { message: 'Made does not connect that way in trial.' },
    ])
    expect(platform.calls).toEqual([])
  })

  it('must be of one that there is', () => {
    const lost = definitionOf({ ...twoEnvironments, auth: [{ ...client, id: 'lost', environments: ['moon'] }] })
    expect(crossReferenceFaults(lost)).toEqual([
      { path: 'auth.0.environments', message: 'moon is no environment of this platform' },
    ])
  })
})

describe('a method with an identity call of its own', () => {
  const keyed = { fields: { robotKey: 'canary-robot' } }

  it('is proved by that call, with what of the app calls carry, and with the part of a text that is kept', async () => {
    const answer = await connect('robots', {}, keyed)
    expect([answer.status, answer.body.connection]).toMatchObject([
      201,
      { externalAccountId: '12', externalAccountName: 'R-7', config: { fleet: '12' }, scopes: ['walk', 'speak'] },
    ])
    expect(JSON.stringify(answer.body)).not.toContain('canary-robot')
    expect(formOf(callsOf('/token')[0]!).scope).toBe('walk speak')
    const common = { 'x-robot-key': 'canary-robot', 'x-client': 'client-1' }
    expect(callsOf('/fleets')[0]!.headers).toMatchObject(common)
    expect(callsOf('/fleets')[0]!.headers).not.toHaveProperty('x-later')
    expect(callsOf('/robot')[0]!.headers).toMatchObject({ ...common, 'x-later': '12' })
    const { id } = answer.body.connection as { id: string }
    expect((await workspace.request('POST', `/v1/connections/${id}/check`)).body.status).toBe('connected')
  })

  it('takes what does not look as it should for none of the choices', async () => {
    fleets = ['fleets/x', { name: 'fleets/1' }, 7, null]
    const answer = await connect('robots', {}, keyed)
    expect([answer.status, answer.body.error]).toMatchObject([400, { code: 'INVALID_CREDENTIALS' }])
  })

  it('must name what the connection keeps', () => {
    const method = { ...client, id: 'robot', identity: { get: '/robot', id: { captured: 'fleet' } } }
    expect(crossReferenceFaults(definitionOf({ auth: [method] }))).toEqual([
      { path: 'auth.0.identity', message: 'nothing captures fleet' },
    ])
  })
})
