import { approve } from '../connections/accounts.ts'
import { appOf, at, control, failure, load, personOf, redirectUri, type Untyped } from './judged.ts'

// The platforms' own clients, pointed at the sandbox: what they can do there, and what they are refused.

const withQuery = (url: string, query: Record<string, string>) => `${url}?${new URLSearchParams(query).toString()}`
const codeAt = async (url: string) => (await approve(url)).searchParams.get('code') ?? ''

describe('Slack’s clients', () => {
  const slackApiUrl = `${at('slack', 'slack.com')}/api/`
  const clientOptions = { slackApiUrl, retryConfig: { retries: 0 }, logLevel: 'error' }
  const { InstallProvider } = load('@slack/oauth')
  const { WebClient, ErrorCode } = load('@slack/web-api')
  const installerOf = ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) =>
    new InstallProvider({
      ...{ clientId, clientSecret, clientOptions, stateSecret: 'made for this test', logLevel: 'error' },
      authorizationUrl: `${at('slack', 'slack.com')}/oauth/v2/authorize`,
    })
  /** What the installer stores once the person is back. */
  async function install(installer: Untyped, asked: { scopes: string[]; userScopes?: string[] }): Promise<Untyped> {
    const back = await approve(await installer.generateInstallUrl({ ...asked, redirectUri }))
    const cookie = `slack-app-oauth-state=${back.searchParams.get('state')}`
    const req = { url: back.pathname + back.search, headers: { cookie } }
    return new Promise((success, failed) =>
      installer.handleCallback(req, { setHeader: () => undefined }, { success, failure: failed }),
    )
  }

  it('install an app, replace its tokens, and are refused those that are spent or revoked', async () => {
    const app = appOf('slack')
    const installer = installerOf(app)
    const installed = await install(installer, { scopes: ['channels:read', 'chat:write'] })
    expect(installed).toMatchObject({ team: { id: 'T01CAUSEWAY' }, tokenType: 'bot', isEnterpriseInstall: false })
    expect(installed.bot).toMatchObject({ id: expect.stringMatching(/^B/), userId: expect.stringMatching(/^U/) })
    expect(installed.bot.scopes).toEqual(['channels:read', 'chat:write'])
    const { token, refreshToken } = installed.bot
    const query = { teamId: 'T01CAUSEWAY', isEnterpriseInstall: false }
    expect((await installer.authorize(query)).botToken).toBe(token)
    await control.expireAccessTokens({ platform: 'slack' })
    expect((await failure(new WebClient(token, clientOptions).auth.test())).data.error).toBe('token_expired')
    installed.bot.expiresAt = 0
    const { botToken, botRefreshToken } = await installer.authorize(query)
    expect([botToken === token, botRefreshToken === refreshToken]).toEqual([false, false])
    const spent = new WebClient(undefined, clientOptions).oauth.v2.access({
      ...{ client_id: app.clientId, client_secret: app.clientSecret },
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
    })
    expect((await failure(spent)).data.error).toBe('invalid_refresh_token')
    const web = new WebClient(botToken, clientOptions)
    expect((await web.auth.revoke()).revoked).toBe(true)
    expect((await failure(web.auth.test())).data.error).toBe('token_revoked')
  })

  it('get the person’s token with the bot’s, and replace each by itself', async () => {
    const installer = installerOf(appOf('slack'))
    const installed = await install(installer, { scopes: ['channels:read'], userScopes: ['chat:write'] })
    const { bot, user } = installed
    expect(user).toMatchObject({ id: 'U01CAUSEWAY', scopes: ['chat:write'] })
    expect(user.expiresAt - Date.now() / 1_000).toBeGreaterThan(11 * 3_600)
    const query = { teamId: 'T01CAUSEWAY', userId: user.id, isEnterpriseInstall: false }
    await control.expireAccessTokens({ platform: 'slack' })
    // The installer writes the new ones into what it has stored.
    const former: unknown[] = [bot.token, user.token]
    for (const token of former)
      expect((await failure(new WebClient(token, clientOptions).auth.test())).data.error).toBe('token_expired')
    bot.expiresAt = 0
    user.expiresAt = 0
    const { botToken, userToken } = await installer.authorize(query)
    expect([former.includes(botToken), former.includes(userToken)]).toEqual([false, false])
    const person = new WebClient(userToken, clientOptions)
    expect((await person.auth.test()).user_id).toBe(user.id)
    expect((await person.auth.revoke()).revoked).toBe(true)
    expect((await new WebClient(botToken, clientOptions).auth.test()).ok).toBe(true)
  })

  it('act as the bot and as the person, list page by page, and are told which scope is missing', async () => {
    const app = appOf('slack', 1)
    const { bot, user } = await install(installerOf(app), { scopes: ['channels:read'], userScopes: ['chat:write'] })
    const web = new WebClient(bot.token, clientOptions)
    const names: string[] = []
    for await (const page of web.paginate('conversations.list', { limit: 2 }))
      names.push(...page.channels.map(({ name }: { name: string }) => name))
    expect(names).toEqual(['general', 'random', 'support'])
    expect(await web.auth.test()).toMatchObject({ team_id: 'T01CAUSEWAY', user_id: bot.userId, bot_id: bot.id })
    const lacking = await failure(web.chat.postMessage({ channel: 'C00CHANNEL', text: 'Hello' }))
    expect(lacking).toMatchObject({
      code: ErrorCode.PlatformError,
      data: { error: 'missing_scope', needed: 'chat:write' },
    })
    const person = new WebClient(user.token, clientOptions)
    expect((await person.auth.test()).user_id).toBe(user.id)
    expect((await person.chat.postMessage({ channel: 'C00CHANNEL', text: 'Hello' })).ts).toEqual(expect.any(String))
    const wrong = new WebClient(personOf('slack', 'token').wrongCredentials!.apiKey, clientOptions)
    expect((await failure(wrong.auth.test())).data.error).toBe('invalid_auth')
    const code = await codeAt(
      withQuery(`${at('slack', 'slack.com')}/oauth/v2/authorize`, {
        client_id: app.clientId,
        scope: 'chat:write',
        redirect_uri: redirectUri,
        state: 's',
      }),
    )
    const asked = { client_id: app.clientId, client_secret: 'wrong', code, redirect_uri: redirectUri }
    expect((await failure(new WebClient(undefined, clientOptions).oauth.v2.access(asked))).data.error).toBe(
      'bad_client_secret',
    )
    await control.addFault({ platform: 'slack', kind: '429', retryAfterSeconds: 7, times: 1 })
    const hasty = new WebClient(bot.token, { ...clientOptions, rejectRateLimitedCalls: true })
    expect(await failure(hasty.auth.test())).toMatchObject({ code: ErrorCode.RateLimitedError, retryAfter: 7 })
  })
})

describe('Discord’s client', () => {
  const { REST, DiscordAPIError } = load('@discordjs/rest')
  const api = `${at('discord', 'discord.com')}/api`
  const { clientId, clientSecret } = appOf('discord')
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization: `Basic ${basic}` }
  const rest = (token: string, authPrefix = 'Bearer') => new REST({ api, authPrefix, retries: 0 }).setToken(token)
  const form = (path: string, fields: Record<string, string>) =>
    rest('none').post(path, { auth: false, passThroughBody: true, headers, body: new URLSearchParams(fields) })

  it('gets a token for the code, refreshes, lists servers, revokes, and is refused in its own class', async () => {
    const asked = { client_id: clientId, response_type: 'code', scope: 'identify guilds', redirect_uri: redirectUri }
    const code = await codeAt(withQuery(`${at('discord', 'discord.com')}/oauth2/authorize`, { ...asked, state: 's' }))
    const exchange = () => form('/oauth2/token', { grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    const first: Untyped = await exchange()
    expect(first).toMatchObject({ token_type: 'Bearer', scope: 'identify guilds', expires_in: 604_800 })
    const refresh = () => form('/oauth2/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token })
    const next: Untyped = await refresh()
    expect((await failure(refresh())).code).toBe('invalid_grant')
    const person = rest(next.access_token)
    expect(await person.get('/users/@me')).toMatchObject({ id: '80351110224678912', username: 'ada' })
    expect(await person.get('/users/@me/guilds')).toMatchObject([{ name: 'Causeway' }])
    const denied = await failure(person.post('/channels/41771983423143937/messages', { body: { content: 'Hello' } }))
    expect([denied instanceof DiscordAPIError, denied.status, denied.code]).toEqual([true, 403, 50_001])
    await form('/oauth2/token/revoke', { token: next.access_token, token_type_hint: 'access_token' })
    const gone = await failure(person.get('/users/@me'))
    expect([gone instanceof DiscordAPIError, gone.status, gone.code]).toEqual([true, 401, 0])
    expect(await failure(exchange())).toMatchObject({ code: 'invalid_grant', status: 400 })
  })

  it('writes as the bot, and is refused an empty message and a wrong token', async () => {
    const { credentials, wrongCredentials } = personOf('discord', 'bot')
    const bot = rest(credentials!.apiKey!, 'Bot')
    expect(await bot.get('/users/@me')).toMatchObject({ username: 'causeway', bot: true })
    const channel = '/channels/41771983423143937/messages'
    expect(await bot.post(channel, { body: { content: 'Hello' } })).toMatchObject({ content: 'Hello' })
    expect((await failure(bot.post(channel, { body: { content: '' } }))).code).toBe(50_006)
    expect((await failure(rest(wrongCredentials!.apiKey!, 'Bot').get('/users/@me'))).status).toBe(401)
    expect((await failure(rest(credentials!.apiKey!).get('/users/@me'))).status).toBe(401)
  })
})

describe('Notion’s client', () => {
  const { Client, APIErrorCode, APIResponseError, isFullPage, iteratePaginatedAPI } = load('@notionhq/client')
  const baseUrl = at('notion', 'api.notion.com')
  const { clientId, clientSecret } = appOf('notion')
  const app = { client_id: clientId, client_secret: clientSecret }
  const clientOf = (auth?: string) => new Client({ auth, baseUrl, retry: false, logLevel: 'error' })

  it('gets a token for the code, refreshes, reads pages, revokes, and is refused in its own class', async () => {
    const { oauth } = clientOf()
    const asked = { client_id: clientId, response_type: 'code', owner: 'user', redirect_uri: redirectUri, state: 's' }
    const code = await codeAt(withQuery(`${baseUrl}/v1/oauth/authorize`, asked))
    const exchange = () => oauth.token({ ...app, grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    const first = await exchange()
    expect(first).toMatchObject({ token_type: 'bearer', workspace_name: 'Causeway', owner: { type: 'user' } })
    const wrong = oauth.token({ ...app, client_secret: 'wrong', grant_type: 'refresh_token', refresh_token: 'x' })
    expect((await failure(wrong)).status).toBe(401)
    const refreshed = { ...app, grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const next = await oauth.token(refreshed)
    expect([next.bot_id, next.access_token === first.access_token]).toEqual([first.bot_id, false])
    expect((await failure(oauth.token(refreshed))).status).toBe(400)
    const notion = clientOf(next.access_token)
    expect(await notion.users.me({})).toMatchObject({ id: first.bot_id, type: 'bot' })
    const titles: string[] = []
    for await (const page of iteratePaginatedAPI(notion.search, { page_size: 1 })) {
      expect(isFullPage(page)).toBe(true)
      titles.push(page.properties.title.title[0].plain_text)
    }
    expect(titles).toEqual(['Plan', 'Notes'])
    expect((await oauth.introspect({ ...app, token: next.access_token })).active).toBe(true)
    await oauth.revoke({ ...app, token: next.access_token })
    expect((await oauth.introspect({ ...app, token: next.access_token })).active).toBe(false)
    const gone = await failure(notion.users.me({}))
    expect([gone instanceof APIResponseError, gone.code]).toEqual([true, APIErrorCode.Unauthorized])
    expect((await failure(exchange())).status).toBe(400)
  })

  it('reads by a secret, and is refused another and what is not there', async () => {
    const { credentials, wrongCredentials } = personOf('notion', 'secret')
    const notion = clientOf(credentials!.apiKey)
    expect((await notion.users.me({})).bot.workspace_name).toBe('Causeway')
    expect((await failure(notion.request({ path: 'nothing', method: 'get' }))).code).toBe(
      APIErrorCode.InvalidRequestURL,
    )
    expect((await failure(clientOf(wrongCredentials!.apiKey).users.me({}))).code).toBe(APIErrorCode.Unauthorized)
  })
})

/** A token by code or refresh token, which the platform's client leaves to others. */
async function tokenOf(url: string, id: string, fields: Record<string, string>): Promise<Untyped> {
  const { clientId, clientSecret } = appOf(id)
  const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...fields })
  return (await fetch(url, { method: 'POST', body })).json()
}

describe('Asana’s client', () => {
  const Asana = load('asana')
  const host = at('asana', 'app.asana.com')
  const clientOf = (accessToken: string) => {
    const client = new Asana.ApiClient()
    client.basePath = `${host}/api/1.0`
    client.authentications.token.accessToken = accessToken
    return client
  }

  it('reads the person and her projects page by page, and is refused once the app has let go', async () => {
    const asked = { client_id: appOf('asana').clientId, response_type: 'code', redirect_uri: redirectUri, state: 's' }
    const code = await codeAt(withQuery(`${host}/-/oauth_authorize`, asked))
    const byCode = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const first = await tokenOf(`${host}/-/oauth_token`, 'asana', byCode)
    const byRefresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const client = clientOf((await tokenOf(`${host}/-/oauth_token`, 'asana', byRefresh)).access_token)
    const { data: me } = await new Asana.UsersApi(client).getUser('me', {})
    expect([me.gid, me.workspaces[0].name]).toEqual([first.data.gid, 'Causeway'])
    expect((await new Asana.WorkspacesApi(client).getWorkspaces({})).data).toHaveLength(1)
    const names: string[] = []
    let page = await new Asana.ProjectsApi(client).getProjects({ workspace: me.workspaces[0].gid, limit: 2 })
    for (; page.data; page = await page.nextPage()) names.push(...page.data.map(({ name }: { name: string }) => name))
    expect(names).toEqual(['Bridge', 'Harbour', 'Tunnel'])
    expect((await failure(new Asana.ProjectsApi(client).getProjects({ workspace: '1', limit: 2 }))).status).toBe(404)
    await tokenOf(`${host}/-/oauth_revoke`, 'asana', { token: first.refresh_token })
    const gone = await failure(new Asana.UsersApi(client).getUser('me', {}))
    expect([gone.status, gone.response.body.errors[0].message]).toEqual([401, 'Not Authorized'])
  })

  it('reads by a personal token, and is refused another', async () => {
    const { credentials, wrongCredentials } = personOf('asana', 'personal-token')
    const { data } = await new Asana.UsersApi(clientOf(credentials!.apiKey!)).getUser('me', {})
    expect(data.gid).toBe('1200000000000001')
    expect((await failure(new Asana.UsersApi(clientOf(wrongCredentials!.apiKey!)).getUser('me', {}))).status).toBe(401)
  })
})

describe('Typeform’s client', () => {
  const { createClient } = load('@typeform/api-client')
  const apiBaseUrl = at('typeform', 'api.typeform.com')
  const clientOf = (accessToken: string) => createClient({ token: accessToken, apiBaseUrl })

  it('lists by a personal token, and is refused another', async () => {
    const { credentials, wrongCredentials } = personOf('typeform', 'personal-token')
    expect((await clientOf(credentials!.apiKey!).forms.list()).total_items).toBe(2)
    const wrong = await failure(clientOf(wrongCredentials!.apiKey!).forms.list())
    expect(wrong.code).toBe('AUTHENTICATION_FAILED')
  })

  it('lists forms page by page with a token that was refreshed, and is refused one that was revoked', async () => {
    const asked = { client_id: appOf('typeform').clientId, scope: 'offline forms:read', redirect_uri: redirectUri }
    const code = await codeAt(withQuery(`${apiBaseUrl}/oauth/authorize`, { ...asked, state: 's' }))
    const byCode = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const first = await tokenOf(`${apiBaseUrl}/oauth/token`, 'typeform', byCode)
    const byRefresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
    const next = await tokenOf(`${apiBaseUrl}/oauth/token`, 'typeform', byRefresh)
    expect((await tokenOf(`${apiBaseUrl}/oauth/token`, 'typeform', byRefresh)).error).toBe('invalid_grant')
    const { forms } = clientOf(next.access_token)
    const page = await forms.list({ page: 2, pageSize: 1 })
    expect([page.total_items, page.page_count, page.items.map((form: Untyped) => form.title)]).toEqual([
      2,
      2,
      ['Feedback'],
    ])
    expect((await forms.list({ page: 'auto' })).items).toHaveLength(2)
    expect((await forms.get({ uid: page.items[0].id })).title).toBe('Feedback')
    expect(await failure(forms.get({ uid: 'nothing' }))).toMatchObject({ code: 'FORM_NOT_FOUND' })
    await control.revokeGrants({ platform: 'typeform' })
    expect((await failure(forms.list())).code).toBe('AUTHENTICATION_FAILED')
  })
})
