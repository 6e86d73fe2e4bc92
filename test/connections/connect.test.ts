import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../../src/ids.ts'
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

const sandbox = await ownSandbox()
const hub = await createTestHub()
const app = await createTestServer(hub)
const workspace = await createWorkspace(hub, { redirectOrigins: ['https://app.example.com'] })
const quickbooks = await createApp(workspace, sandbox.url, 'quickbooks')
await startTestWorkers(hub, ['workflows', 'connections'])

describe('connecting an account through its person', () => {
  const inject = (url: string) => app.inject({ url })
  const begin = async (body: Record<string, unknown> = {}): Promise<Connecting> => {
    const answer = await workspace.request<Connecting>('POST', '/v1/connections', {
      provider: 'quickbooks',
      providerAppId: quickbooks,
      ...body,
    })
    expect(answer.status).toBe(201)
    return answer.body
  }
  const shown = async (id: string): Promise<ShownConnection> =>
    (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body

  it('asks with PKCE and a fresh state, and keeps neither in the clear', async () => {
    const one = await begin()
    const url = new URL(one.authorizationUrl)
    expect(one.connection.status).toBe('pending')
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(url.searchParams.get('redirect_uri')).toBe('http://127.0.0.1:8080/oauth/callback/quickbooks')
    const state = url.searchParams.get('state')!
    expect(Buffer.from(state, 'base64url')).toHaveLength(32)
    const { rows } = await hub.pool.query<{ text: string }>(
      'select row_to_json(a)::text || coalesce((select string_agg(row_to_json(c)::text, $2) from credentials c), $2) as text from connect_attempts a where id = $1',
      [one.attemptId, ''],
    )
    expect(rows[0]?.text).not.toContain(state)
  })

  it('connects QuickBooks, keeps the realm, and publishes that', async () => {
    const started = await begin({ metadata: { customer: 'c-1' } })
    const page = await callBack(inject, await approve(started.authorizationUrl))
    expect(page.status).toBe(200)
    expect(page.body).toContain('QuickBooks Online is connected')
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    const connection = await shown(started.connection.id)
    expect(connection).toMatchObject({
      status: 'connected',
      externalAccountId: expect.any(String) as string,
      config: { realmId: expect.stringMatching(/^\d+$/) as string },
      generation: 1,
      metadata: { customer: 'c-1' },
    })
    const attempt = await workspace.request('GET', `/v1/connect-attempts/${started.attemptId}`)
    expect(attempt.body).toMatchObject({ status: 'completed', errorCode: null })
    const event = (await publishedEvents(hub, workspace.workspaceId)).find(
      ({ type }) => type === 'integration.connected',
    )
    expect(event?.data).toMatchObject({ connectionId: connection.id, provider: 'quickbooks', status: 'connected' })
    expect(JSON.stringify(connection)).not.toMatch(/AB11/)
    const { rows } = await hub.pool.query('select 1 from credentials where owner_id = $1', [started.attemptId])
    expect(rows).toHaveLength(0)
  })

  it('connects GitHub, whose token does not expire', async () => {
    const github = await createApp(workspace, sandbox.url, 'github')
    const started = await begin({ provider: 'github', providerAppId: github, scopes: ['read:user', 'repo'] })
    const page = await callBack(inject, await approve(started.authorizationUrl))
    expect(page.status).toBe(200)
    const connection = await shown(started.connection.id)
    expect(connection).toMatchObject({
      status: 'connected',
      externalAccountName: 'octocat',
      accessTokenExpiresAt: null,
    })
    expect(connection.scopes).toEqual(['read:user', 'repo'])
  })

  it('sends the person back to an address on the list, and to no other', async () => {
    const started = await begin({ returnUrl: 'https://app.example.com/done?x=1' })
    const back = await callBack(inject, await approve(started.authorizationUrl))
    expect(back.status).toBe(303)
    const url = new URL(back.location!)
    expect(url.origin + url.pathname).toBe('https://app.example.com/done')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      x: '1',
      status: 'connected',
      attempt: started.attemptId,
      connection: started.connection.id,
    })
    for (const returnUrl of ['https://evil.example.com/', 'https://app.example.com.evil.net/', 'javascript:alert(1)']) {
      const refused = await workspace.request('POST', '/v1/connections', {
        provider: 'quickbooks',
        providerAppId: quickbooks,
        returnUrl,
      })
      expect([refused.status, refused.body.error.code]).toEqual([400, 'INVALID_REDIRECT'])
    }
  })

  it('takes a state once, and shows every later visit what became of it', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    const parallel = [1, 2, 3].map(() => callBack(inject, callback))
    const soon = sleep(50).then(() => callBack(inject, callback))
    const answers = [...(await Promise.all([...parallel, soon])), await callBack(inject, callback)]
    expect(answers.map(({ status, body }) => [status, body.includes('is connected')])).toEqual(
      Array(5).fill([200, true]),
    )
    expect((await shown(started.connection.id)).status).toBe('connected')
    const requests = await sandbox.control.tokenRequests({ grantType: 'authorization_code' })
    expect(requests.filter(request => request.outcome !== 'ok')).toEqual([])
  })

  it('shows what became of it after a failure too, whatever the later visit brings', async () => {
    const started = await begin({ returnUrl: 'https://app.example.com/done' })
    const callback = await approve(started.authorizationUrl, { decision: 'deny' })
    const again = new URL(callback)
    again.search = `?state=${callback.searchParams.get('state')}&code=other&realmId=1`
    for (const url of [callback, callback, again]) {
      const { status, location } = await callBack(inject, url)
      expect([status, new URL(location!).searchParams.get('error')]).toEqual([303, 'ACCESS_DENIED'])
    }
  })

  it('spends nothing when a browser looks ahead', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    const url = callback.pathname + callback.search
    expect((await app.inject({ method: 'HEAD', url })).statusCode).toBe(200)
    for (const headers of [
      { 'sec-purpose': 'prefetch' },
      { 'sec-purpose': 'prefetch;prerender' },
      { purpose: 'prefetch' },
      { 'x-moz': 'prefetch' },
    ]) {
      const ahead = await app.inject({ url, headers })
      expect([ahead.statusCode, ahead.headers['cache-control'], ahead.body.includes('Reload')]).toEqual([
        503,
        'no-store',
        true,
      ])
    }
    const attempt = await workspace.request('GET', `/v1/connect-attempts/${started.attemptId}`)
    expect(attempt.body.status).toBe('awaiting')
    expect((await callBack(inject, callback)).status).toBe(200)
  })

  it("tells the provider's outage from a person's refusal", async () => {
    for (const [error, code, status] of [
      ['server_error', 'PROVIDER_UNREACHABLE', 502],
      ['temporarily_unavailable', 'PROVIDER_UNREACHABLE', 502],
      ['access_denied', 'ACCESS_DENIED', 400],
      ['invalid_scope', 'OAUTH_FAILED', 400],
    ]) {
      const started = await begin()
      const state = new URL(started.authorizationUrl).searchParams.get('state')
      const page = await app.inject({ url: `/oauth/callback/quickbooks?error=${error}&state=${state}` })
      const attempt = await workspace.request('GET', `/v1/connect-attempts/${started.attemptId}`)
      expect([page.statusCode, attempt.body.status, attempt.body.errorCode]).toEqual([status, 'failed', code])
      if (status === 502) expect(page.body).toContain('could not be reached')
    }
  })

  it('refuses a parameter that is there twice, and leaves the attempt for the right visit', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    for (const name of ['state', 'code', 'realmId']) {
      const twice = new URL(callback)
      twice.searchParams.append(name, callback.searchParams.get(name)!)
      const page = await callBack(inject, twice)
      expect([page.status, page.headers['content-type']]).toEqual([400, 'text/html; charset=utf-8'])
    }
    expect((await callBack(inject, callback)).status).toBe(200)
  })

  it('finds the address with a slash at its end, and gives a person a page wherever they come', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    const slash = new URL(callback)
    slash.pathname += '/'
    expect((await callBack(inject, slash)).status).toBe(200)
    for (const [method, url, status] of [
      ['GET', '/oauth/callback', 404],
      ['GET', '/oauth/callback/', 400],
      ['GET', '/oauth/callback/quickbooks/more', 404],
      ['POST', '/oauth/callback/quickbooks', 405],
      ['GET', '/oauth/callback/quickbooks', 400],
    ] as const) {
      const page = await app.inject({ method, url })
      expect([url, page.statusCode, page.headers['content-type']]).toEqual([url, status, 'text/html; charset=utf-8'])
    }
  })

  it('refuses a state that is unknown, expired or of another provider', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    const other = new URL(callback)
    other.pathname = '/oauth/callback/github'
    expect((await callBack(inject, other)).status).toBe(400)
    const unknown = new URL(callback)
    unknown.searchParams.set('state', 'x'.repeat(43))
    expect((await callBack(inject, unknown)).status).toBe(400)
    expect((await app.inject({ url: '/oauth/callback/nobody?state=a&code=b' })).statusCode).toBe(400)
    await hub.pool.query(`update connect_attempts set expires_at = now() - interval '1 second' where id = $1`, [
      started.attemptId,
    ])
    for (const _ of [1, 2]) {
      const late = await callBack(inject, callback)
      expect([late.status, late.body.includes('took too long')]).toEqual([400, true])
    }
    expect(await shown(started.connection.id)).toMatchObject({ status: 'pending', statusReason: 'ATTEMPT_EXPIRED' })
  })

  it('gives a person a page while the database is away', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/none'
    const away = await createTestHub({ beside: hub, environment: { DATABASE_URL: nowhere } })
    const page = await (
      await createTestServer(away)
    ).inject({ url: '/oauth/callback/quickbooks?state=a&code=b&realmId=1' })
    expect([page.statusCode, page.headers['content-type']]).toEqual([503, 'text/html; charset=utf-8'])
    expect(page.body).toContain('reload this page')
  })

  it('tells a person who said no, and the product', async () => {
    const started = await begin({ returnUrl: 'https://app.example.com/done' })
    const back = await callBack(inject, await approve(started.authorizationUrl, { decision: 'deny' }))
    expect(new URL(back.location!).searchParams.get('error')).toBe('ACCESS_DENIED')
    expect(await shown(started.connection.id)).toMatchObject({ status: 'error', statusReason: 'ACCESS_DENIED' })
    const silent = await begin()
    const page = await callBack(inject, await approve(silent.authorizationUrl, { decision: 'deny' }))
    expect(page.status).toBe(400)
    expect(page.body).toContain('You did not allow access')
  })

  it('keeps the attempts and connections of a workspace to itself', async () => {
    const started = await begin()
    const stranger = await createWorkspace(hub)
    const codes = []
    for (const [method, url] of [
      ['GET', `/v1/connections/${started.connection.id}`],
      ['PATCH', `/v1/connections/${started.connection.id}`],
      ['DELETE', `/v1/connections/${started.connection.id}`],
      ['POST', `/v1/connections/${started.connection.id}/reconnect`],
      ['POST', `/v1/connections/${started.connection.id}/refresh`],
      ['POST', `/v1/connections/${started.connection.id}/check`],
      ['GET', `/v1/connections/${started.connection.id}/token`],
      ['GET', `/v1/connect-attempts/${started.attemptId}`],
    ] as const) {
      const body = method === 'PATCH' ? { metadata: {} } : method === 'POST' ? {} : undefined
      const answer = await stranger.request(
        method,
        url,
        url.endsWith('reconnect') ? body : method === 'PATCH' ? body : undefined,
      )
      codes.push([answer.status, answer.body.error.code])
    }
    expect(codes.slice(0, 7)).toEqual(Array(7).fill([404, 'CONNECTION_NOT_FOUND']))
    expect(codes[7]).toEqual([404, 'CONNECT_ATTEMPT_NOT_FOUND'])
    const theirs = await stranger.request('POST', '/v1/connections', {
      provider: 'quickbooks',
      providerAppId: quickbooks,
    })
    expect(theirs.body.error.code).toBe('PROVIDER_APP_NOT_FOUND')
  })

  it('refuses what it does not know', async () => {
    const codes = []
    for (const body of [
      { provider: 'nobody' },
      { provider: 'quickbooks' },
      { provider: 'quickbooks', providerAppId: newId('providerApp') },
      { provider: 'quickbooks', providerAppId: quickbooks, environment: 'mars' },
      { provider: 'quickbooks', providerAppId: quickbooks, surprise: true },
      { provider: 'stripe' },
      { provider: 'sendgrid' },
    ]) {
      const answer = await workspace.request('POST', '/v1/connections', body)
      codes.push([answer.status, answer.body.error.code])
    }
    expect(codes).toEqual([
      [400, 'INVALID_PROVIDER'],
      [400, 'PROVIDER_APP_MISSING'],
      [404, 'PROVIDER_APP_NOT_FOUND'],
      [400, 'INVALID_REQUEST'],
      [400, 'INVALID_REQUEST'],
      [400, 'PROVIDER_APP_MISSING'],
      [400, 'INVALID_REQUEST'],
    ])
  })

  it('connects again, but not another account', async () => {
    const first = await begin()
    await callBack(inject, await approve(first.authorizationUrl, { account: '123456789' }))
    const { id } = first.connection
    const again = await workspace.request<Connecting>('POST', `/v1/connections/${id}/reconnect`, {})
    expect(again.status).toBe(201)
    const wrong = await callBack(inject, await approve(again.body.authorizationUrl, { account: '987654321' }))
    expect(wrong.body).toContain('another account')
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 1 })
    const once = await workspace.request<Connecting>('POST', `/v1/connections/${id}/reconnect`)
    await callBack(inject, await approve(once.body.authorizationUrl, { account: '123456789' }))
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 2 })
  })

  it('finishes when the provider is back in time', async () => {
    const started = await begin()
    const callback = await approve(started.authorizationUrl)
    await sandbox.control.addFault({ platform: 'quickbooks', path: '/oauth2/v1/tokens/bearer', kind: '503', times: 2 })
    const page = await callBack(inject, callback)
    expect(page.body).toContain('is connected')
    await sandbox.control.addFault({ platform: 'quickbooks', path: '/v3/', kind: '500', times: 1 })
    const other = await begin()
    expect((await callBack(inject, await approve(other.authorizationUrl))).status).toBe(200)
    await sandbox.control.clearFaults()
  })

  it('says that the app is wrong, not the person', async () => {
    const bad = await createApp(workspace, sandbox.url, 'quickbooks', { clientSecret: 'wrong' })
    const started = await begin({ providerAppId: bad })
    await callBack(inject, await approve(started.authorizationUrl))
    await eventually('the attempt to fail', async () => (await shown(started.connection.id)).status === 'error')
    expect((await shown(started.connection.id)).statusReason).toBe('CLIENT_REFUSED')
  })
})
