import { createHash, randomBytes } from 'node:crypto'
import { visitAsPerson } from '../../../dev/browser.ts'
import { sandboxControl } from '../../../dev/sandbox/control-client.ts'
import { type Sandbox, startSandbox } from '../../../dev/sandbox/server.ts'
import { quickbooksClient } from '../../../dev/sandbox/settings.ts'
import { authorizationUrl, basic, call, callback, connectQuickbooks, quickbooksTokens } from './account.ts'

let sandbox: Sandbox
const control = () => sandboxControl(sandbox.url)
const refresh = (refresh_token: string) => quickbooksTokens(sandbox.url, { grant_type: 'refresh_token', refresh_token })

beforeEach(async () => {
  sandbox = await startSandbox({ settings: { customers: 3 } })
})
afterEach(() => sandbox.stop())

describe('authorization', () => {
  it('gives a code, the state and the realm, and nothing that Intuit does not send', async () => {
    const { callbackUrl } = await visitAsPerson(authorizationUrl(sandbox.url), {
      account: '4620816365000001',
      followCallback: false,
    })
    expect(callbackUrl.searchParams.get('state')).toBe('some-state')
    expect(callbackUrl.searchParams.get('realmId')).toBe('4620816365000001')
    expect([...callbackUrl.searchParams.keys()].sort()).toEqual(['code', 'realmId', 'state'])
  })

  it('asks again on each visit, and tells of a refusal', async () => {
    await connectQuickbooks(sandbox.url)
    const { callbackUrl } = await visitAsPerson(authorizationUrl(sandbox.url), {
      decision: 'deny',
      followCallback: false,
    })
    expect(callbackUrl.searchParams.get('error')).toBe('access_denied')
    expect(callbackUrl.searchParams.has('code')).toBe(false)
  })

  it('refuses a redirect URI that the app did not register', async () => {
    const redirectUris = ['http://127.0.0.1:9/registered']
    await control().registerClient({ platform: 'quickbooks', clientId: 'strict', clientSecret: 'strict', redirectUris })
    await expect(visitAsPerson(authorizationUrl(sandbox.url, { client_id: 'strict' }))).rejects.toThrow('redirect_uri')
    const url = authorizationUrl(sandbox.url, { client_id: 'strict', redirect_uri: redirectUris[0] as string })
    const { callbackUrl } = await visitAsPerson(url, { followCallback: false })
    expect(callbackUrl.searchParams.has('code')).toBe(true)
    const elsewhere = authorizationUrl(sandbox.url, { redirect_uri: 'https://example.com/callback' })
    await expect(visitAsPerson(elsewhere)).rejects.toThrow('redirect_uri')
  })

  it('checks PKCE when a challenge was sent', async () => {
    const verifier = randomBytes(32).toString('base64url')
    const challenge = createHash('sha256').update(verifier).digest('base64url')
    const exchange = async (extra: Record<string, string>) => {
      const url = authorizationUrl(sandbox.url, { code_challenge: challenge, code_challenge_method: 'S256' })
      const { callbackUrl } = await visitAsPerson(url, { followCallback: false })
      const code = callbackUrl.searchParams.get('code') ?? ''
      return quickbooksTokens(sandbox.url, { grant_type: 'authorization_code', code, redirect_uri: callback, ...extra })
    }
    expect((await exchange({})).body).toMatchObject({ error: 'invalid_grant' })
    expect((await exchange({ code_verifier: randomBytes(32).toString('base64url') })).status).toBe(400)
    expect((await exchange({ code_verifier: verifier })).status).toBe(200)
  })
})

describe('tokens', () => {
  it('come in the shape of Intuit, with the configured life', async () => {
    await control().changeSettings({ accessTokenSeconds: 20 })
    const { tokens } = await connectQuickbooks(sandbox.url)
    expect(tokens).toEqual({
      token_type: 'bearer',
      expires_in: 20,
      x_refresh_token_expires_in: 8_726_400,
      access_token: expect.any(String) as string,
      refresh_token: expect.stringMatching(/^AB11/) as string,
    })
  })

  it('refuses a wrong client secret and a code used twice', async () => {
    const { callbackUrl } = await visitAsPerson(authorizationUrl(sandbox.url), { followCallback: false })
    const form = {
      grant_type: 'authorization_code',
      code: callbackUrl.searchParams.get('code') ?? '',
      redirect_uri: callback,
    }
    const wrong = await call(`${sandbox.url}/quickbooks/oauth2/v1/tokens/bearer`, {
      method: 'POST',
      headers: basic(quickbooksClient.id, 'wrong'),
      body: new URLSearchParams(form),
    })
    expect([wrong.status, wrong.body['error']]).toEqual([401, 'invalid_client'])
    expect((await quickbooksTokens(sandbox.url, form)).status).toBe(200)
    expect((await quickbooksTokens(sandbox.url, form)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('rotate: each refresh gives a new pair', async () => {
    const { tokens, get } = await connectQuickbooks(sandbox.url)
    const { body: second } = await refresh(tokens.refresh_token)
    expect(second.refresh_token).not.toBe(tokens.refresh_token)
    expect((await get('companyinfo/1', second.access_token)).status).toBe(200)
    const { body: third } = await refresh(second.refresh_token)
    expect((await get('companyinfo/1', third.access_token)).status).toBe(200)
  })

  it('answer a spent refresh token with a usable pair within the grace', async () => {
    const { tokens, get } = await connectQuickbooks(sandbox.url)
    const first = await refresh(tokens.refresh_token)
    const again = await refresh(tokens.refresh_token)
    expect(again.status).toBe(200)
    expect((await get('companyinfo/1', again.body.access_token)).status).toBe(200)
    expect((await refresh(again.body.refresh_token)).status).toBe(200)
    expect((await refresh(first.body.refresh_token)).status).toBe(200)
  })

  it('revoke the whole grant when one is used again after the grace, counted from its first use', async () => {
    await control().changeSettings({ reuseGraceSeconds: 0.6 })
    const { tokens, get } = await connectQuickbooks(sandbox.url)
    const { body: second } = await refresh(tokens.refresh_token)
    await new Promise(resolve => setTimeout(resolve, 400))
    expect((await refresh(tokens.refresh_token)).status).toBe(200)
    await new Promise(resolve => setTimeout(resolve, 400))
    expect((await refresh(tokens.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await refresh(second.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await get('companyinfo/1', second.access_token)).status).toBe(401)
    const [grant] = await control().grants()
    expect(grant?.revokedBecause).toContain('used again')
  })

  it('let only one of two simultaneous uses through when there is no grace', async () => {
    await control().changeSettings({ reuseGraceSeconds: 0 })
    const { tokens } = await connectQuickbooks(sandbox.url)
    const answers = await Promise.all([refresh(tokens.refresh_token), refresh(tokens.refresh_token)])
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 400])
  })

  it('end by themselves, on demand, and with the grant', async () => {
    await control().changeSettings({ accessTokenSeconds: 1 })
    const { realm, tokens, get } = await connectQuickbooks(sandbox.url)
    expect((await get('companyinfo/1')).status).toBe(200)
    await new Promise(resolve => setTimeout(resolve, 2100))
    expect((await get('companyinfo/1')).status).toBe(401)

    await control().changeSettings({ accessTokenSeconds: 3600 })
    const { body: second } = await refresh(tokens.refresh_token)
    expect((await get('companyinfo/1', second.access_token)).status).toBe(200)
    await control().expireAccessTokens({ platform: 'quickbooks', account: realm })
    expect((await get('companyinfo/1', second.access_token)).status).toBe(401)

    const { body: third } = await refresh(second.refresh_token)
    expect(await control().revokeGrants({ platform: 'quickbooks', account: realm })).toEqual({ revoked: 1 })
    expect((await get('companyinfo/1', third.access_token)).status).toBe(401)
    expect((await refresh(third.refresh_token)).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('are revoked with the grant by the app, with a JSON body as Intuit takes it', async () => {
    const { tokens, get } = await connectQuickbooks(sandbox.url)
    const answer = await fetch(`${sandbox.url}/quickbooks/v2/oauth2/tokens/revoke`, {
      method: 'POST',
      headers: { ...basic(quickbooksClient.id, quickbooksClient.secret), 'content-type': 'application/json' },
      body: JSON.stringify({ token: tokens.refresh_token }),
    })
    expect(answer.status).toBe(200)
    expect((await get('companyinfo/1')).status).toBe(401)
    expect((await refresh(tokens.refresh_token)).status).toBe(400)
  })

  it('are counted, each request with its grant', async () => {
    const { realm, tokens } = await connectQuickbooks(sandbox.url)
    await connectQuickbooks(sandbox.url, { account: '4620816365000002' })
    await control().forgetTokenRequests()
    await refresh(tokens.refresh_token)
    await refresh(tokens.refresh_token)
    await refresh('unknown')
    const requests = await control().tokenRequests({ account: realm })
    expect(requests.map(request => [request.outcome, request.reused])).toEqual([
      ['ok', false],
      ['ok', true],
    ])
    expect(await control().tokenRequests()).toHaveLength(3)
  })
})
