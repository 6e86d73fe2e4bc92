import { knownPrivateKey } from '../../dev/sandbox/known-key.ts'
import {
  appOf,
  codeAt,
  control,
  failure,
  led,
  load,
  loadModule,
  personOf,
  redirectUri,
  sandbox,
  type Untyped,
} from './judged.ts'

// The platforms' own clients, pointed at the sandbox: what they can do there, and what they are refused.

describe('Google’s clients', () => {
  const { clientId, clientSecret } = appOf('gmail')
  const { OAuth2Client, JWT } = load('google-auth-library')
  const transporterOptions = (platform: string) => ({ fetchImplementation: led(platform) })
  const clientOf = (platform: string) =>
    new OAuth2Client({ clientId, clientSecret, redirectUri, transporterOptions: transporterOptions(platform) })

  it('get a token for the code with PKCE, list mail, refresh, revoke, and are refused what is spent', async () => {
    const client = clientOf('gmail')
    const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync()
    const scope = ['openid', 'email', 'https://www.googleapis.com/auth/gmail.readonly']
    const asked = { access_type: 'offline', scope, code_challenge: codeChallenge, code_challenge_method: 'S256' }
    const code = await codeAt('gmail', client.generateAuthUrl({ ...asked, state: 's' }))
    expect((await failure(client.getToken(code))).response.data.error).toBe('invalid_grant')
    const again = await codeAt('gmail', client.generateAuthUrl({ ...asked, prompt: 'consent', state: 's' }))
    const { tokens } = await client.getToken({ code: again, codeVerifier })
    expect(tokens).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) as string })
    client.setCredentials(tokens)
    const mail = load('@googleapis/gmail').gmail({ version: 'v1', auth: client })
    expect((await mail.users.getProfile({ userId: 'me' })).data.emailAddress).toBe('ada@causeway.example')
    expect((await mail.users.messages.list({ userId: 'me', maxResults: 2 })).data.nextPageToken).toBe('2')
    const fresh = await client.refreshAccessToken()
    expect(fresh.credentials.access_token).not.toBe(tokens.access_token)
    expect((await client.getTokenInfo(fresh.credentials.access_token)).aud).toBe(clientId)
    // A later consent that was not asked for again gives no refresh token.
    const third = await codeAt('gmail', client.generateAuthUrl({ access_type: 'offline', scope, state: 's' }))
    expect((await client.getToken(third)).tokens.refresh_token).toBeUndefined()
    await client.revokeToken(tokens.refresh_token)
    expect((await failure(client.refreshAccessToken())).response.data).toMatchObject({ error: 'invalid_grant' })
    expect((await failure(mail.users.labels.list({ userId: 'me' }))).status).toBeGreaterThanOrEqual(400)
  })

  it('sign for a service account, and are refused for one that nobody knows', async () => {
    const scopes = ['https://www.googleapis.com/auth/calendar.readonly', 'openid']
    const { clientEmail } = personOf('google-calendar', 'service-account').credentials!
    const made = (email: string) =>
      new JWT({ email, key: knownPrivateKey, scopes, transporterOptions: transporterOptions('google-calendar') })
    const calendar = load('@googleapis/calendar').calendar({ version: 'v3', auth: made(clientEmail!) })
    expect((await calendar.calendarList.list()).data.items).toHaveLength(1)
    expect((await calendar.events.list({ calendarId: 'primary' })).data.nextSyncToken).toEqual(expect.any(String))
    expect((await failure(made('nobody@example.iam.gserviceaccount.com').authorize())).message).toMatch(/invalid_grant/)
  })

  it('see the channel that the person picked', async () => {
    const client = clientOf('youtube')
    const scope = 'https://www.googleapis.com/auth/youtube.readonly'
    client.setCredentials((await client.getToken(await codeAt('youtube', client.generateAuthUrl({ scope })))).tokens)
    const youtube = load('@googleapis/youtube').youtube({ version: 'v3', auth: client })
    const { data } = await youtube.channels.list({ part: ['id', 'snippet'], mine: true })
    expect(data.items[0].snippet.title).toBe('Causeway')
  })

  it('list comments of a channel page by page, and one by its id, and are refused without the scope', async () => {
    const account = 'UCcausewaySandbox0000001A'
    for (const n of [1, 2, 3]) {
      const thing = { id: `t${n}`, videoId: 'v', textOriginal: `Hello <${n}>`, publishedAt: `2026-03-0${n}T00:00:00Z` }
      await control.putThings({ platform: 'youtube', kind: 'threads', account, id: `t${n}`, thing })
    }
    const client = clientOf('youtube')
    const grant = async (name: string) => {
      const url = client.generateAuthUrl({ scope: `https://www.googleapis.com/auth/${name}` })
      client.setCredentials((await client.getToken(await codeAt('youtube', url))).tokens)
    }
    const { commentThreads } = load('@googleapis/youtube').youtube({ version: 'v3', auth: client })
    const asked = { part: ['snippet'], textFormat: 'plainText' }
    const listed = { ...asked, allThreadsRelatedToChannelId: account, maxResults: 2 }
    await grant('youtube.force-ssl')
    const { data } = await commentThreads.list(listed)
    expect(data.items.map(({ id }: { id: string }) => id)).toEqual(['t3', 't2'])
    const last = (await commentThreads.list({ ...listed, pageToken: data.nextPageToken })).data
    expect([last.items.length, last.nextPageToken]).toEqual([1, undefined])
    expect(last.items[0].snippet.topLevelComment.snippet.textDisplay).toBe('Hello <1>')
    expect((await commentThreads.list({ ...asked, id: ['none'] })).data.items).toEqual([])
    expect((await failure(commentThreads.list({ ...listed, id: ['t1'] }))).status).toBe(400)
    await grant('youtube.readonly')
    expect((await failure(commentThreads.list(listed))).status).toBe(403)
  })
})

describe('Google’s clients of spreadsheets and advertising', () => {
  const { clientId, clientSecret } = appOf('google-sheets')
  const { JWT, OAuth2Client } = load('google-auth-library')
  const robotAt = (platform: string, scope: string) => {
    const email = personOf(platform, 'service-account').credentials!['clientEmail']
    const transporterOptions = { fetchImplementation: led(platform) }
    return new JWT({ email, key: knownPrivateKey, scopes: [scope], transporterOptions })
  }

  it('read a spreadsheet and its values, and are refused another, and a token without the scope', async () => {
    const client = new OAuth2Client({
      ...{ clientId, clientSecret, redirectUri },
      transporterOptions: { fetchImplementation: led('google-sheets') },
    })
    const at = 'https://www.googleapis.com/auth'
    const tokensFor = async (scope: string) =>
      (await client.getToken(await codeAt('google-sheets', client.generateAuthUrl({ scope })))).tokens
    client.setCredentials(await tokensFor(`${at}/spreadsheets.readonly`))
    const { spreadsheets } = load('@googleapis/sheets').sheets({ version: 'v4', auth: client })
    const spreadsheetId = '1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms'
    const { data } = await spreadsheets.get({ spreadsheetId })
    expect([data.spreadsheetId, data.properties.title]).toEqual([spreadsheetId, 'Crossings'])
    const values = await spreadsheets.values.get({ spreadsheetId, range: 'Sheet1!A1:B3' })
    expect([values.data.range, values.data.values[1]]).toEqual(['Sheet1!A1:B3', ['Ada', '3']])
    expect((await failure(spreadsheets.get({ spreadsheetId: 'none' }))).status).toBe(404)
    client.setCredentials(await tokensFor(`${at}/drive.metadata.readonly`))
    expect((await failure(spreadsheets.get({ spreadsheetId }))).status).toBe(403)
  })

  it('list the customers of an advertiser and search, and are refused without the developer’s token', async () => {
    const robot = robotAt('google-ads', 'https://www.googleapis.com/auth/adwords')
    const { developerToken } = personOf('google-ads', 'service-account').appFields!
    const base = 'https://googleads.googleapis.com/v23/customers'
    const headers = { 'developer-token': developerToken }
    const listed = await robot.request({ url: `${base}:listAccessibleCustomers`, headers })
    expect(listed.data.resourceNames).toEqual(['customers/1234567890'])
    const data = { query: 'SELECT customer.id, customer.descriptive_name FROM customer' }
    const search = (customer: string) =>
      robot.request({ url: `${base}/${customer}/googleAds:search`, method: 'POST', headers, data })
    expect((await search('1234567890')).data.results[0].customer.id).toBe('1234567890')
    const faultOf = async (work: Promise<unknown>) => (await failure(work)).response.data.error.details[0].errors[0]
    expect((await faultOf(search('2345678901'))).errorCode.authorizationError).toBe('USER_PERMISSION_DENIED')
    const without = robot.request({ url: `${base}:listAccessibleCustomers` })
    expect((await faultOf(without)).errorCode.requestError).toBe('DEVELOPER_TOKEN_PARAMETER_MISSING')
  })
})

describe('Microsoft’s client', () => {
  const { clientId, clientSecret } = appOf('microsoft-teams')
  const { ConfidentialClientApplication } = load('@azure/msal-node')
  const send = async (url: string, method: string, { headers, body }: { headers?: Untyped; body?: Untyped } = {}) => {
    const answer = await led('microsoft-teams')(url, { method, headers, ...(body ? { body } : {}) })
    return { headers: Object.fromEntries(answer.headers), body: await answer.json(), status: answer.status }
  }
  const networkClient = {
    sendGetRequestAsync: (url: string, options: Untyped) => send(url, 'GET', options),
    sendPostRequestAsync: (url: string, options: Untyped) => send(url, 'POST', options),
  }
  const clientOf = (tenant: string, secret = clientSecret) =>
    new ConfidentialClientApplication({
      auth: { clientId, clientSecret: secret, authority: `https://login.microsoftonline.com/${tenant}` },
      system: { networkClient },
    })

  it('gets a token for the code, in the name of a person and of the app, and is refused a wrong secret', async () => {
    const client = clientOf('organizations')
    const asked = { scopes: ['User.Read', 'Team.ReadBasic.All'], redirectUri }
    const code = await codeAt('microsoft-teams', await client.getAuthCodeUrl({ ...asked, state: 's' }))
    const person = await client.acquireTokenByCode({ ...asked, code })
    expect(person.account.username).toBe('ada@causeway.example')
    const teams = await led('microsoft-teams')('https://graph.microsoft.com/v1.0/me/joinedTeams', {
      headers: { authorization: `Bearer ${person.accessToken}` },
    })
    expect(await teams.json()).toMatchObject({ value: [{ displayName: 'Crossings' }] })
    const silent = await client.acquireTokenSilent({ ...asked, account: person.account, forceRefresh: true })
    expect(silent.accessToken).not.toBe(person.accessToken)
    expect((await failure(client.acquireTokenByCode({ ...asked, code }))).errorCode).toBe('invalid_grant')
    const scopes = ['https://graph.microsoft.com/.default']
    const ofApp = await clientOf('causeway.example').acquireTokenByClientCredential({ scopes })
    expect(ofApp.accessToken).toEqual(expect.any(String))
    const wrong = clientOf('causeway.example', 'wrong').acquireTokenByClientCredential({ scopes })
    expect((await failure(wrong)).errorCode).toBe('invalid_client')
  })
})

describe('GitHub’s clients', () => {
  it('get tokens of an installation by the app’s key, and a person’s by a code', async () => {
    const { createAppAuth } = await loadModule('@octokit/auth-app')
    const { request } = await loadModule('@octokit/request')
    const { exchangeWebFlowCode } = await loadModule('@octokit/oauth-methods')
    const { clientId, clientSecret } = appOf('github')
    const at = request.defaults({ request: { fetch: led('github') } })
    const auth = createAppAuth({ appId: clientId, privateKey: knownPrivateKey, request: at })
    const { token } = await auth({ type: 'installation', installationId: 41_000_001 })
    const listed = await at('GET /installation/repositories', { headers: { authorization: `token ${token}` } })
    expect(listed.data.total_count).toBe(3)
    expect((await failure(at('GET /user', { headers: { authorization: `token ${token}` } }))).status).toBe(403)
    expect((await failure(auth({ type: 'installation', installationId: 9 }))).status).toBe(404)
    const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, state: 's', scope: 'repo' })
    const code = await codeAt('github', `https://github.com/login/oauth/authorize?${query.toString()}`)
    const asked = { clientType: 'oauth-app', clientId, clientSecret, code, redirectUrl: redirectUri, request: at }
    expect((await exchangeWebFlowCode(asked)).authentication.scopes).toEqual(['repo'])
    expect((await failure(exchangeWebFlowCode(asked))).message).toMatch(/bad_verification_code|incorrect or expired/)
  })
})

describe('GitLab’s and Jira’s clients', () => {
  it('list what a token of GitLab opens, page by page, and are refused a wrong one', async () => {
    const { Gitlab } = load('@gitbeaker/rest')
    const host = `${sandbox.url}/gitlab/gitlab.com`
    const token = personOf('gitlab', 'token').credentials!.apiKey
    const gitlab = new Gitlab({ host, token })
    expect((await gitlab.Users.showCurrentUser()).username).toBe('ada')
    expect((await failure(new Gitlab({ host, token: 'glpat-wrong' }).Users.showCurrentUser())).message).toMatch(
      /401|Unauth/,
    )
  })

  it('get a token of Jira for the code, find the sites, refresh, and are refused with 403', async () => {
    const jira = await loadModule('jira.js/core')
    const { clientId, clientSecret } = appOf('jira')
    const [own, lead] = [globalThis.fetch, led('jira')]
    // Its client knows one address only, which is led to the sandbox meanwhile.
    globalThis.fetch = ((url: string, init?: RequestInit) =>
      String(url).startsWith('https:') ? lead(url, init) : own(url, init)) as typeof fetch
    try {
      const scopes = ['read:jira-user', 'offline_access']
      const url: string = jira.generateAuthorizationUrl({ clientId, scopes, redirectUri, state: 's' })
      const code = await codeAt('jira', url)
      const first = await jira.exchangeAuthorizationCode({ clientId, clientSecret, code, redirectUri })
      expect((await jira.getAccessibleResources(first.accessToken))[0].name).toBe('causeway')
      const { refreshToken } = await jira.refreshOAuth2Token({
        clientId,
        clientSecret,
        refreshToken: first.refreshToken,
      })
      expect(refreshToken).not.toBe(first.refreshToken)
      await control.revokeGrants({ platform: 'jira' })
      expect((await failure(jira.refreshOAuth2Token({ clientId, clientSecret, refreshToken }))).status).toBe(403)
    } finally {
      globalThis.fetch = own
    }
  })
})
