import { setTimeout as sleep } from 'node:timers/promises'
import { stripeKey } from '../../dev/sandbox/settings.ts'
import { checkDueConnections } from '../../src/connections/health/check-due.ts'
import { freshTokens } from '../../src/connections/tokens/fresh-tokens.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { tryRefresh } from '../../src/connections/refresh/try-refresh.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { ageToken, createApp, publishedEvents, type Connecting, type ShownConnection } from './accounts.ts'
import { startPlatform, type PlatformAnswer } from './platform.ts'

const refusalsApartMs = 400
const hub = await createTestHub({
  connectionSettings: { ...connectionSettings, demandPollMs: 20, refreshBackoffMs: [50], refusalsApartMs },
})
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const platform = await startPlatform()
const apps = {
  stripe: await createApp(workspace, platform.url, 'stripe'),
  github: await createApp(workspace, platform.url, 'github'),
  quickbooks: await createApp(workspace, platform.url, 'quickbooks'),
}

const well = { status: 200, body: { id: 'acct_1', login: 'octo', CompanyInfo: { CompanyName: 'Co' } } }
const unauthorized = { status: 401, body: { message: 'Bad credentials' } }
/** What the API and the token endpoint answer. */
let [api, tokens]: [PlatformAnswer, PlatformAnswer] = [well, { status: 500 }]
platform.answerBy(({ path }) => (/\/tokens\/|access_token/.test(path) ? tokens : api))
beforeEach(() => {
  api = well
  tokens = { status: 500 }
})

let realm = 7_000_000
const connect = async (provider: keyof typeof apps): Promise<string> => {
  const expiresAt = new Date(Date.now() + 3_000_000).toISOString()
  const { status, body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    provider,
    providerAppId: apps[provider],
    ...(provider === 'stripe' ? { credentials: { apiKey: stripeKey } } : {}),
    ...(provider === 'github' ? { import: { accessToken: 'gho_1' } } : {}),
    ...(provider === 'quickbooks'
      ? { import: { accessToken: 'at', refreshToken: 'rt', expiresAt, config: { realmId: String(++realm) } } }
      : {}),
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.connection.id
}
const check = async (id: string) => {
  const answer = await workspace.request<ShownConnection>('POST', `/v1/connections/${id}/check`)
  expect(answer.status).toBe(200)
  return answer.body
}
const shown = async (id: string) => (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
const due = (id: string) =>
  hub.pool.query(`update connections set check_at = now() - interval '1 second' where id = $1`, [id])
const sweepChecks = () => checkDueConnections(hub, 100, { actor: 'test' })
const typesOf = async (id: string) =>
  (await publishedEvents(hub, workspace.workspaceId))
    .filter(({ data }) => data.connectionId === id)
    .map(({ type }) => type)

describe('a limit, whatever its status', () => {
  it.each([
    ['403 with Retry-After', { status: 403, headers: { 'retry-after': '1' } }],
    ['403 whose limit is used up', { status: 403, headers: usedUp() }],
    [
      '403 in the words of a secondary limit',
      { status: 403, body: { message: 'You have exceeded a secondary rate limit.' } },
    ],
    ['429', { status: 429 }],
    ['400 with Retry-After', { status: 400, headers: { 'retry-after': '1' } }],
  ])('is no verdict on the connection: %s', async (_name, answer: PlatformAnswer) => {
    const id = await connect('github')
    api = answer
    for (let round = 0; round < 3; round += 1) {
      expect((await check(id)).status).toBe('connected')
      await sleep(refusalsApartMs)
    }
    const { rows } = await hub.pool.query<{ failures: number; later: boolean }>(
      `select check_failures as failures, check_at > now() as later from connections where id = $1`,
      [id],
    )
    expect(rows[0]).toEqual({ failures: 0, later: true })
  })

  it('is told to who connects, with the time to wait; so is how long the platform is away', async () => {
    for (const [status, code, answered] of [
      [403, 'RATE_LIMITED', 429],
      [503, 'PROVIDER_ERROR', 502],
    ] as const) {
      api = { status, headers: { 'retry-after': '7' } }
      const answer = await workspace.request('POST', '/v1/connections', {
        provider: 'stripe',
        providerAppId: apps.stripe,
        credentials: { apiKey: stripeKey },
      })
      expect([answer.status, answer.body.error.code, answer.headers['retry-after']]).toEqual([answered, code, '7'])
    }
  })
})

describe('a credential that is refused', () => {
  it('is believed to be so after a second refusal, some time later', async () => {
    const id = await connect('stripe')
    api = unauthorized
    expect(await check(id)).toMatchObject({ status: 'degraded', statusReason: 'CHECK_FAILED' })
    expect((await check(id)).status).toBe('degraded')
    await sleep(refusalsApartMs)
    expect(await check(id)).toMatchObject({ status: 'needs_reauth', statusReason: 'TOKEN_EXPIRED' })
  })

  it('was a slip when it is good again', async () => {
    const id = await connect('stripe')
    api = unauthorized
    expect((await check(id)).status).toBe('degraded')
    api = well
    expect((await check(id)).status).toBe('connected')
    await sleep(refusalsApartMs)
    api = unauthorized
    expect((await check(id)).status).toBe('degraded')
  })

  it('is tried again after a verdict that was wrong: by hand, and by the sweep at a slow pace', async () => {
    const ended = async () => {
      const id = await connect('stripe')
      api = unauthorized
      await check(id)
      await sleep(refusalsApartMs)
      expect((await check(id)).status).toBe('needs_reauth')
      return id
    }
    const byHand = await ended()
    expect((await check(byHand)).status).toBe('needs_reauth')
    api = well
    expect((await check(byHand)).status).toBe('connected')

    const bySweep = await ended()
    await due(bySweep)
    await sweepChecks()
    const { rows } = await hub.pool.query<{ hours: number }>(
      `select extract(epoch from check_at - now()) / 3600 as hours from connections where id = $1`,
      [bySweep],
    )
    expect(Number(rows[0]!.hours)).toBeGreaterThan(5)
    api = well
    await due(bySweep)
    await sweepChecks()
    expect((await shown(bySweep)).status).toBe('connected')
    expect(await typesOf(bySweep)).toEqual([
      'integration.connected',
      'integration.degraded',
      'integration.needs_reauth',
      'integration.recovered',
    ])
  })

  it('is not what a missing permission means', async () => {
    const id = await connect('stripe')
    api = { status: 403, body: { error: { code: 'insufficient_permissions' } } }
    for (let round = 0; round < 5; round += 1) {
      await check(id)
      await sleep(refusalsApartMs / 4)
    }
    expect(await shown(id)).toMatchObject({ status: 'degraded', statusReason: 'CHECK_FAILED' })
  })
})

describe('a refresh that is refused without saying that the grant has ended', () => {
  const refused = { status: 400, body: { error: 'invalid_request' } }

  it('needs the user once the API refuses the token too, and is never told to be connected', async () => {
    const id = await connect('quickbooks')
    api = unauthorized
    tokens = refused
    expect(await check(id)).toMatchObject({ status: 'degraded', lastError: 'REFRESH_REFUSED' })
    await sleep(refusalsApartMs)
    expect(await check(id)).toMatchObject({ status: 'needs_reauth', statusReason: 'TOKEN_EXPIRED' })
  })

  it('comes to that by the workflow that looks after it, also when the token has long expired', async () => {
    const id = await connect('quickbooks')
    await ageToken(hub, id)
    api = unauthorized
    tokens = refused
    const ref = { workspaceId: workspace.workspaceId, connectionId: id, provider: 'quickbooks' }
    const look = () => tryRefresh(hub, ref, { actor: 'test', force: false, retryInMs: 50 })
    expect(await look()).toMatchObject({ outcome: 'failed', code: 'REFRESH_REFUSED' })
    await sleep(refusalsApartMs)
    expect(await look()).toEqual({ outcome: 'needs_reauth' })
    const { rows } = await hub.pool.query(`select recovery, refresh_at from connections where id = $1`, [id])
    expect(rows[0]).toEqual({ recovery: null, refresh_at: null })
  })

  it('leaves a token alone that the API still takes', async () => {
    const id = await connect('quickbooks')
    tokens = refused
    const ref = { workspaceId: workspace.workspaceId, connectionId: id, provider: 'quickbooks' }
    for (let round = 0; round < 3; round += 1) {
      await tryRefresh(hub, ref, { actor: 'test', force: true, retryInMs: 50 })
      await sleep(refusalsApartMs / 2)
    }
    expect(await shown(id)).toMatchObject({ status: 'degraded', statusReason: 'REFRESH_FAILED' })
  })

  it('is undecided while the token endpoint does not work', async () => {
    const id = await connect('quickbooks')
    api = unauthorized
    tokens = { status: 503 }
    for (let round = 0; round < 3; round += 1) {
      expect((await check(id)).status).toBe('connected')
      await sleep(refusalsApartMs)
    }
  })
})

describe('a refresh whose platform asks for a wait', () => {
  it.each(['9999999999', 'Fri, 01 Dec 2090 16:00:00 GMT'])('waits for an hour at most: %s', async wait => {
    const id = await connect('quickbooks')
    tokens = { status: 503, headers: { 'retry-after': wait } }
    const ref = { workspaceId: workspace.workspaceId, connectionId: id, provider: 'quickbooks' }
    const result = await tryRefresh(hub, ref, { actor: 'test', force: true })
    expect(result).toMatchObject({ outcome: 'failed', retryAfterMs: 3_600_000 })
    const { body } = await workspace.request<{ nextRefreshAt: string }>('GET', `/v1/connections/${id}`)
    const inMs = new Date(body.nextRefreshAt).getTime() - Date.now()
    expect(inMs).toBeGreaterThan(3_500_000)
    expect(inMs).toBeLessThanOrEqual(3_600_000)
  })
})

describe('waiting for a token that another demand refreshes', () => {
  it('ends for who is cancelled, and for nobody else', async () => {
    const id = await connect('quickbooks')
    await ageToken(hub, id)
    platform.answerBy(async ({ path }) => {
      if (!path.includes('/tokens/')) return api
      await sleep(500)
      return {
        status: 200,
        body: { access_token: 'at2', refresh_token: 'rt2', token_type: 'bearer', expires_in: 3600 },
      }
    })
    const demand = (signal?: AbortSignal) =>
      freshTokens(hub, { workspaceId: workspace.workspaceId, connectionId: id, actor: 'test', signal })
    const cancel = new AbortController()
    const first = demand(cancel.signal)
    await sleep(100)
    const others = [demand(), demand(new AbortController().signal)]
    cancel.abort(new Error('this one only'))
    await expect(first).rejects.toThrow('this one only')
    for (const other of others) expect((await other).tokens.accessToken).toBe('at2')
  })
})

function usedUp(): Record<string, string> {
  const reset = String(Math.ceil(Date.now() / 1000) + 2)
  return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset }
}
