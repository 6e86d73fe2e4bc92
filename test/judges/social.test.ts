import { once } from 'node:events'
import { createServer, globalAgent } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { approve } from '../connections/accounts.ts'
import {
  adapterTo,
  appOf,
  codeAt,
  control,
  failure,
  ledUrl,
  load,
  loadModule,
  personOf,
  redirectUri,
  type Untyped,
} from './judged.ts'

// The platforms' own clients, and others', pointed at the sandbox: what they can do there, and what they are refused.

/** What an API answers to a token. */
async function told(platform: string, url: string, token: string, init: RequestInit = {}) {
  const headers = { authorization: `Bearer ${token}`, ...init.headers }
  return (await (await fetch(ledUrl(platform, url), { ...init, headers })).json()) as Untyped
}

/** Arctic’s clients know one address only, which is led to the sandbox meanwhile. */
async function led(platform: string, work: (arctic: Untyped) => Promise<void>): Promise<void> {
  const own = globalThis.fetch
  globalThis.fetch = async (asked: string | URL | Request, init?: RequestInit) => {
    if (!(asked instanceof Request)) return own(asked, init)
    const { method, headers } = asked
    return own(ledUrl(platform, asked.url), { method, headers, body: await asked.arrayBuffer() })
  }
  try {
    await work(await loadModule('arctic'))
  } finally {
    globalThis.fetch = own
  }
}

describe('Arctic', () => {
  it('gets a token of TikTok for the code, a profile and videos, refreshes, revokes, and is refused what is spent', () =>
    led('tiktok', async ({ TikTok, OAuth2RequestError, generateCodeVerifier }) => {
      const { clientId, clientSecret } = appOf('tiktok')
      const client = new TikTok(clientId, clientSecret, redirectUri)
      const verifier: string = generateCodeVerifier()
      const url: URL = client.createAuthorizationURL('s', verifier, ['user.info.basic', 'video.list'])
      const code = await codeAt('tiktok', url.href)
      const first = await client.validateAuthorizationCode(code, verifier)
      expect(first.data).toMatchObject({ open_id: expect.any(String) as string, scope: 'user.info.basic,video.list' })
      const me = 'https://open.tiktokapis.com/v2/user/info/?fields=open_id,display_name'
      expect((await told('tiktok', me, first.accessToken())).data.user.open_id).toBe(first.data.open_id)
      const next = await client.refreshAccessToken(first.refreshToken())
      expect(next.refreshToken()).not.toBe(first.refreshToken())
      const list = 'https://open.tiktokapis.com/v2/video/list/?fields=id,title'
      const page = await told('tiktok', list, next.accessToken(), { method: 'POST' })
      expect([page.error.code, page.data.videos.length]).toEqual(['ok', 1])
      const spent = await failure(client.refreshAccessToken(first.refreshToken()))
      expect([spent instanceof OAuth2RequestError, spent.code]).toEqual([true, 'invalid_grant'])
      const wrong = new TikTok(clientId, 'wrong', redirectUri).refreshAccessToken(next.refreshToken())
      expect((await failure(wrong)).code).toBe('invalid_client')
      await client.revokeToken(next.accessToken())
      expect((await told('tiktok', me, next.accessToken())).error.code).toBe('access_token_invalid')
      expect((await failure(client.refreshAccessToken(next.refreshToken()))).code).toBe('invalid_grant')
      expect((await failure(client.validateAuthorizationCode(code, verifier))).code).toBe('invalid_grant')
    }))

  it('gets a token of LinkedIn for the code, which says who it is, and none later for most apps', () =>
    led('linkedin', async ({ LinkedIn, OAuth2RequestError }) => {
      const { clientId, clientSecret } = appOf('linkedin')
      const client = new LinkedIn(clientId, clientSecret, redirectUri)
      const code = await codeAt('linkedin', client.createAuthorizationURL('s', ['openid', 'profile', 'email']).href)
      const wrong = await failure(new LinkedIn(clientId, 'wrong', redirectUri).validateAuthorizationCode(code))
      expect([wrong instanceof OAuth2RequestError, wrong.code]).toEqual([true, 'invalid_client'])
      const tokens = await client.validateAuthorizationCode(code)
      expect([tokens.hasRefreshToken(), tokens.accessTokenExpiresInSeconds()]).toEqual([false, 60 * 86_400])
      const me = 'https://api.linkedin.com/v2/userinfo'
      const { sub, email } = await told('linkedin', me, tokens.accessToken())
      expect([sub, email]).toEqual([personOf('linkedin', 'oauth').externalAccountId, 'member@example.com'])
      expect((await failure(client.refreshAccessToken('AQnone'))).code).toBe('invalid_grant')
      await control.revokeGrants({ platform: 'linkedin' })
      expect((await told('linkedin', me, tokens.accessToken())).serviceErrorCode).toBe(65_601)
      expect((await failure(client.validateAuthorizationCode(code))).code).toBe('invalid_grant')
    }))
})

describe('Meta’s client', () => {
  /** A client with a token for what a person has agreed to, asked for as Arctic does. */
  async function connected(platform: string, scope: string[]) {
    const { FacebookAdsApi, ...sdk } = load('facebook-nodejs-business-sdk')
    const { clientId, clientSecret } = appOf(platform)
    Object.defineProperty(FacebookAdsApi, 'GRAPH', {
      get: () => ledUrl(platform, 'https://graph.facebook.com'),
      configurable: true,
    })
    let token = ''
    await led(platform, async ({ Facebook, UnexpectedErrorResponseBodyError }) => {
      const client = new Facebook(clientId, clientSecret, redirectUri)
      const code = await codeAt(platform, client.createAuthorizationURL('s', scope).href, '10150000000000002')
      const wrong = await failure(new Facebook(clientId, 'wrong', redirectUri).validateAuthorizationCode(code))
      expect(wrong).toBeInstanceOf(UnexpectedErrorResponseBodyError)
      expect(wrong.data.error).toMatchObject({ type: 'OAuthException', code: 1 })
      token = (await client.validateAuthorizationCode(code)).accessToken()
    })
    const form = { grant_type: 'fb_exchange_token', client_id: clientId, client_secret: clientSecret }
    const longer = new URLSearchParams({ ...form, fb_exchange_token: token })
    const exchange = `https://graph.facebook.com/v24.0/oauth/access_token?${longer.toString()}`
    const { access_token, expires_in } = await told(platform, exchange, token)
    expect([access_token === token, expires_in > 86_400]).toEqual([false, true])
    const apiOf = (shown: string) => new FacebookAdsApi(shown, 'en_US', false)
    return { sdk, apiOf, api: apiOf(access_token) }
  }

  it('says who it is, lists pages with their tokens page by page, and is refused a wrong token', async () => {
    const { sdk, apiOf, api } = await connected('facebook', ['public_profile', 'pages_show_list'])
    const { User, Page } = sdk
    const me = new User('me', {}, undefined, api)
    expect((await me.read(['id', 'name'])).id).toBe('10150000000000002')
    const pages = await me.getAccounts(['id', 'name', 'access_token'], { limit: 1 })
    expect([pages.length, pages[0].name, pages.hasNext()]).toEqual([1, 'Tea house', true])
    const asPage = new Page(pages[0].id, {}, undefined, apiOf(pages[0].access_token))
    expect((await asPage.read(['name'])).name).toBe('Tea house')
    pages.paging.next = ledUrl('facebook', pages.paging.next)
    expect((await pages.next()).map(({ name }: { name: string }) => name)).toEqual(['Book shop'])
    expect(pages.hasNext()).toBe(false)
    const refused = await failure(new User('me', {}, undefined, apiOf('EAAwrong')).read(['id']))
    expect([refused.name, refused.status]).toEqual(['FacebookRequestError', 400])
    expect(refused.response).toMatchObject({ type: 'OAuthException', code: 190 })
    const missing = await failure(new Page('1', {}, undefined, api).read(['id']))
    expect(missing.response).toMatchObject({ code: 100, error_subcode: 33 })
    await control.revokeGrants({ platform: 'facebook' })
    expect((await failure(me.read(['id']))).response.code).toBe(190)
  })

  it('lists comments on a post by pages, ranked or with replies by time, and is refused without the scopes', async () => {
    const scopes = ['pages_show_list', 'pages_read_engagement', 'pages_read_user_content']
    const postsWith = async (scope: string[]): Promise<Untyped[]> => {
      const { sdk, apiOf, api } = await connected('facebook', scope)
      const [page] = await new sdk.User('me', {}, undefined, api).getAccounts(['access_token', 'tasks'])
      expect(page.tasks).toContain('MODERATE')
      return new sdk.Page(page.id, {}, undefined, apiOf(page.access_token)).getPosts(['id'])
    }
    const [post] = await postsWith(scopes)
    const thingOf = (n: number) => ({
      ...{ id: `1_${n}`, message: `Comment ${n}`, like_count: n, created_time: `2026-03-0${n}T00:00:00+0000` },
      ...(n === 3 ? { parent: { id: '1_1' } } : {}),
    })
    await control.putThings(
      [1, 2, 3].map(n => ({
        ...{ platform: 'facebook', kind: 'comments', account: post.id, id: `1_${n}`, thing: thingOf(n) },
      })),
    )
    const idsOf = (listed: Untyped[]) => listed.map(({ id }) => id as string)
    const all = await post.getComments(['message', 'parent'], { filter: 'stream', order: 'chronological', limit: 2 })
    expect([idsOf(all), all[0].message, all[0].created_time]).toEqual([['1_1', '1_2'], 'Comment 1', undefined])
    all.paging.next = ledUrl('facebook', all.paging.next)
    expect(idsOf(await all.next())).toEqual(['1_3'])
    expect(idsOf(await post.getComments([], { order: 'chronological' }))).toEqual(['1_2', '1_1'])
    expect((await failure(post.getComments(['text']))).response.code).toBe(100)
    expect((await failure(post.getComments([], { filter: 'all' }))).response.code).toBe(100)
    const [unread] = await postsWith(scopes.slice(0, 2))
    expect((await failure(unread.getComments([]))).response).toMatchObject({ type: 'OAuthException', code: 10 })
  })

  it('proves that it has the secret of an app of which that is demanded', async () => {
    const { clientId, clientSecret } = appOf('facebook', 1)
    const { EventRequest } = load('facebook-nodejs-business-sdk')
    let token = ''
    await led('facebook', async ({ Facebook }) => {
      const client = new Facebook(clientId, clientSecret, redirectUri)
      const code = await codeAt('facebook', client.createAuthorizationURL('s', ['public_profile']).href)
      token = (await client.validateAuthorizationCode(code)).accessToken()
    })
    /** The proof that the client makes of a secret, which it sends with events. */
    const proofWith = async (secret: string): Promise<string> => {
      let proof = ''
      const executeRequest = async (_url: string, _method: string, _headers: object, params: Untyped) => {
        proof = params.appsecret_proof
      }
      const events = new EventRequest(token, '1').setAppSecret(secret).setHttpService({ executeRequest })
      await events.execute()
      return proof
    }
    const me = (query: string) => told('facebook', `https://graph.facebook.com/v24.0/me${query}`, token)
    const unproven = 'API calls from the server require an appsecret_proof argument'
    expect((await me('')).error).toMatchObject({ code: 100, message: unproven })
    expect((await me(`?appsecret_proof=${await proofWith('another')}`)).error.code).toBe(100)
    expect((await me(`?appsecret_proof=${await proofWith(clientSecret)}`)).id).toBe('10150000000000001')
  })

  it('reads an account of Instagram with a token that is exchanged, and refused where it is dead', async () => {
    const { FacebookAdsApi, IGUser } = load('facebook-nodejs-business-sdk')
    const { clientId, clientSecret } = appOf('instagram')
    Object.defineProperty(FacebookAdsApi, 'GRAPH', {
      get: () => ledUrl('instagram', 'https://graph.instagram.com'),
      configurable: true,
    })
    const scope = 'instagram_business_basic'
    const asked = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope, state: 's' }
    const code = await codeAt(
      'instagram',
      `https://www.instagram.com/oauth/authorize?${String(new URLSearchParams(asked))}`,
    )
    const form = { client_id: clientId, client_secret: clientSecret, redirect_uri: redirectUri, code }
    const body = new URLSearchParams({ ...form, grant_type: 'authorization_code' })
    const given = await told('instagram', 'https://api.instagram.com/oauth/access_token', '', { method: 'POST', body })
    const longer = new URLSearchParams({ grant_type: 'ig_exchange_token', client_secret: clientSecret })
    longer.set('access_token', given.data[0].access_token)
    const { access_token } = await told('instagram', `https://graph.instagram.com/access_token?${String(longer)}`, '')
    const me = new IGUser('me', {}, undefined, new FacebookAdsApi(access_token, 'en_US', false))
    const { user_id, username } = await me.read(['user_id', 'username'])
    expect([user_id, username]).toEqual([personOf('instagram', 'oauth').externalAccountId, 'account01'])
    const media = await me.getMedia(['id'], { limit: 2 })
    expect([media.length, media.hasNext()]).toEqual([2, false])
    expect((await failure(me.read(['nothing']))).response).toMatchObject({ type: 'OAuthException', code: 100 })
    await control.revokeGrants({ platform: 'instagram' })
    expect((await failure(me.read(['user_id']))).response.code).toBe(190)
  })

  it('lists ad accounts and their campaigns, and is refused an account of another', async () => {
    const { sdk, api } = await connected('meta-ads', ['public_profile', 'ads_read'])
    const accounts = await new sdk.User('me', {}, undefined, api).getAdAccounts(['id', 'name', 'currency'])
    expect(accounts.map(({ name }: { name: string }) => name)).toEqual(['Spring', 'Autumn'])
    const campaigns = await accounts[0].getCampaigns(['name', 'status'], { limit: 5 })
    expect([campaigns[0].status, campaigns.hasNext()]).toEqual(['PAUSED', false])
    const other = new sdk.AdAccount('act_1', {}, undefined, api)
    expect((await failure(other.getCampaigns(['name']))).response.code).toBe(100)
  })
})

describe('SendGrid’s client', () => {
  it('says what the key may do, lists templates, sends, and is refused a wrong key', async () => {
    const Client = load('@sendgrid/client/src/classes/client')
    const clientOf = (apiKey: string) => {
      const client = new Client()
      client.setApiKey(apiKey)
      client.setDefaultRequest('baseUrl', ledUrl('sendgrid', 'https://api.sendgrid.com/'))
      return client
    }
    const { credentials, wrongCredentials } = personOf('sendgrid', 'key')
    const client = clientOf(credentials!.apiKey!)
    expect((await client.request({ method: 'GET', url: '/v3/scopes' }))[1].scopes).toContain('mail.send')
    const [, page] = await client.request({
      method: 'GET',
      url: '/v3/templates',
      qs: { generations: 'dynamic', page_size: 2 },
    })
    expect(page.result).toHaveLength(1)
    const mail = {
      personalizations: [{ to: [{ email: 'ada@causeway.example' }] }],
      from: { email: 'shop@causeway.example' },
      subject: 'Hello',
      content: [{ type: 'text/plain', value: 'Hello' }],
    }
    const [sent] = await client.request({ method: 'POST', url: '/v3/mail/send', body: mail })
    expect([sent.statusCode, sent.headers['x-message-id']]).toEqual([202, expect.any(String)])
    const bad = await failure(client.request({ method: 'POST', url: '/v3/mail/send', body: { ...mail, from: null } }))
    expect([bad.code, bad.response.body.errors[0].field]).toEqual([400, 'from.email'])
    const wrong = await failure(clientOf(wrongCredentials!['apiKey']!).request({ method: 'GET', url: '/v3/scopes' }))
    const { ResponseError } = load('@sendgrid/helpers').classes
    expect([wrong instanceof ResponseError, wrong.code]).toEqual([true, 401])
    expect(wrong.response.body.errors[0].message).toMatch(/invalid, expired, or revoked/)
  })
})

describe('Mailchimp’s client', () => {
  it('asks and lists with a token that a certified client got, and with a key, and is refused a wrong one', async () => {
    const { clientId, clientSecret } = appOf('mailchimp')
    const { Issuer } = load('openid-client')
    const login = ledUrl('mailchimp', 'https://login.mailchimp.com/oauth2')
    const issuer = new Issuer({
      issuer: 'https://login.mailchimp.com',
      authorization_endpoint: `${login}/authorize`,
      token_endpoint: `${login}/token`,
    })
    const consumer = new issuer.Client({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'client_secret_post',
    })
    const back = await approve(consumer.authorizationUrl({ scope: '', state: 's' }))
    const shown = { code: back.searchParams.get('code'), state: 's' }
    const tokens = await consumer.oauthCallback(redirectUri, shown, { state: 's' })
    expect(tokens.refresh_token).toBeUndefined()
    const headers = { authorization: `OAuth ${tokens.access_token}` }
    const { dc: server } = (await (await fetch(`${login}/metadata`, { headers })).json()) as Untyped
    const ApiClient = load('@mailchimp/mailchimp_marketing').constructor
    const clientOf = (config: Record<string, unknown>) => {
      const client = new ApiClient()
      client.basePath = ledUrl('mailchimp', client.basePath)
      client.setConfig({ server, ...config })
      return client
    }
    const client = clientOf({ accessToken: tokens.access_token })
    expect((await client.ping.get()).health_status).toBe("Everything's Chimpy!")
    const { credentials, wrongCredentials, externalAccountId } = personOf('mailchimp', 'key')
    expect((await client.root.getRoot()).account_id).toBe(externalAccountId)
    expect((await clientOf(credentials!).lists.getAllLists({ count: 2 })).lists).toHaveLength(1)
    const wrong = await failure(clientOf(wrongCredentials!).ping.get())
    expect([wrong.status, wrong.response.body.title]).toEqual([401, 'API Key Invalid'])
    expect((await failure(clientOf({ ...credentials, server: 'us1' }).ping.get())).status).toBe(401)
    expect((await failure(client.lists.getList('none'))).response.body.title).toBe('Resource Not Found')
    expect((await failure(consumer.oauthCallback(redirectUri, shown, { state: 's' }))).error).toBe('invalid_grant')
    await control.revokeGrants({ platform: 'mailchimp' })
    expect((await failure(client.ping.get())).status).toBe(401)
  })
})

describe('a client of X', () => {
  it('gets a token for the code with PKCE, posts, lists, refreshes, revokes, and is refused what is spent', async () => {
    const { ApiResponseError, TwitterApi } = load('twitter-api-v2')
    const toSandbox = {
      onBeforeRequest: ({ computedParams, requestOptions }: Untyped) => {
        computedParams.url = new URL(ledUrl('twitter', String(computedParams.url)))
        requestOptions.agent = globalAgent
      },
    }
    const { clientId, clientSecret } = appOf('twitter')
    const client = new TwitterApi({ clientId, clientSecret }, { plugins: [toSandbox] })
    const scope = ['tweet.read', 'tweet.write', 'users.read', 'offline.access']
    const { url } = client.generateOAuth2AuthLink(redirectUri, { scope, state: 's' })
    const code = await codeAt('twitter', url)
    const unproven = await failure(client.loginWithOAuth2({ code, codeVerifier: 'x'.repeat(64), redirectUri }))
    expect([unproven instanceof ApiResponseError, unproven.code, unproven.data.error]).toEqual([
      true,
      400,
      'invalid_request',
    ])
    const again = client.generateOAuth2AuthLink(redirectUri, { scope, state: 's' })
    const login = { code: await codeAt('twitter', again.url), codeVerifier: again.codeVerifier, redirectUri }
    const first = await client.loginWithOAuth2(login)
    expect(first.scope.toSorted()).toEqual(scope.toSorted())
    const me = await first.client.currentUserV2()
    expect(me.data.id).toBe(personOf('twitter', 'oauth').externalAccountId)
    const posted = await first.client.v2.tweet('Hello')
    const next = await client.refreshOAuth2Token(first.refreshToken)
    expect(next.refreshToken).not.toBe(first.refreshToken)
    const timeline = await next.client.v2.userTimeline(me.data.id, { max_results: 5 })
    expect(timeline.tweets.map(({ id }: { id: string }) => id)).toEqual([posted.data.id])
    expect(timeline.rateLimit).toMatchObject({ limit: 900, remaining: 890 })
    expect((await failure(client.refreshOAuth2Token(first.refreshToken))).data.error).toBe('invalid_request')
    const wrong = new TwitterApi({ clientId, clientSecret: 'wrong' }, { plugins: [toSandbox] })
    expect((await failure(wrong.refreshOAuth2Token(next.refreshToken))).code).toBe(401)
    await client.revokeOAuth2Token(next.accessToken)
    const refused = await failure(next.client.v2.me())
    expect([refused.code, refused.isAuthError, refused.data.title]).toEqual([401, true, 'Unauthorized'])
    expect((await failure(client.loginWithOAuth2(login))).data.error).toBe('invalid_request')
  })
})

describe('PayPal’s client', () => {
  it('gets a token for the app, lists plans, and is told in its own errors what is not there or not allowed', async () => {
    const sdk = load('@paypal/paypal-server-sdk')
    const clientOf = (clientId: string, clientSecret: string, environment: string) =>
      new sdk.Client({
        clientCredentialsAuthCredentials: { oAuthClientId: clientId, oAuthClientSecret: clientSecret },
        environment,
        unstable_httpClientOptions: { adapter: adapterTo('paypal') },
      })
    const { clientId, clientSecret } = appOf('paypal')
    for (const environment of [sdk.Environment.Production, sdk.Environment.Sandbox]) {
      const client = clientOf(clientId, clientSecret, environment)
      const first = await client.clientCredentialsAuthManager.fetchToken()
      expect(first).toMatchObject({ tokenType: 'Bearer', expiresIn: 32_400n })
      const next = await client.clientCredentialsAuthManager.fetchToken()
      expect(next.accessToken).not.toBe(first.accessToken)
      const plans = new sdk.SubscriptionsController(client)
      const { result } = await plans.listBillingPlans({ totalRequired: true, pageSize: 2 })
      expect([result.plans.length, result.totalItems]).toEqual([1, 1])
      const missing = await failure(new sdk.OrdersController(client).getOrder({ id: '5O190127TN364715T' }))
      expect([missing instanceof sdk.CustomError, missing.statusCode]).toEqual([true, 404])
      expect(missing.result.name).toBe('RESOURCE_NOT_FOUND')
      expect(missing.result.details[0].issue).toBe('INVALID_RESOURCE_ID')
      const search = { startDate: '2026-01-01T00:00:00Z', endDate: '2026-01-31T00:00:00Z' }
      const denied = await failure(new sdk.TransactionSearchController(client).searchTransactions(search))
      expect([denied instanceof sdk.SearchError, denied.statusCode]).toEqual([true, 403])
      expect(JSON.parse(denied.body).name).toBe('NOT_AUTHORIZED')
      const wrong = await failure(clientOf(clientId, 'wrong', environment).clientCredentialsAuthManager.fetchToken())
      expect([wrong.constructor.name, wrong.statusCode]).toEqual(['OAuthProviderError', 401])
      expect(wrong.result.error).toBe('invalid_client')
    }
  })
})

describe('WooCommerce’s client', () => {
  it('asks with a key that the shop has delivered, makes and lists products page by page, and is refused', async () => {
    const { default: WooCommerceRestApi } = load('@woocommerce/woocommerce-rest-api')
    const clientOf = (consumerKey: string, consumerSecret: string, more: Record<string, unknown> = {}) =>
      new WooCommerceRestApi({
        ...{ url: 'https://shop.example.com', version: 'wc/v3', consumerKey, consumerSecret, ...more },
        axiosConfig: { adapter: adapterTo('woocommerce') },
      })
    /** The key that the shop delivers for what a person has agreed to. */
    async function keyFor(scope: string): Promise<Untyped> {
      const delivered: string[] = []
      const receiver = createServer((req, res) => {
        void text(req).then(body => {
          delivered.push(body)
          res.end()
        })
      }).listen(0, '127.0.0.1')
      await once(receiver, 'listening')
      const callback_url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
      const asked = new URLSearchParams({ app_name: 'A', user_id: '7', return_url: redirectUri, callback_url, scope })
      const url = `https://shop.example.com/wc-auth/v1/authorize?${asked.toString()}`
      const body = new URLSearchParams({ decision: 'approve' })
      const back = await fetch(ledUrl('woocommerce', url), { method: 'POST', body, redirect: 'manual' })
      expect(back.headers.get('location')).toBe(`${redirectUri}?user_id=7&success=1`)
      receiver.close()
      return JSON.parse(delivered[0]!)
    }
    const made = await keyFor('read_write')
    expect(made).toMatchObject({ user_id: '7', key_permissions: 'read_write' })
    const client = clientOf(made.consumer_key, made.consumer_secret)
    expect((await client.get('system_status')).data.environment.home_url).toBe('https://shop.example.com')
    for (const name of ['Tea', 'Cup', 'Pot']) expect((await client.post('products', { name })).status).toBe(201)
    const inQuery = clientOf(made.consumer_key, made.consumer_secret, { queryStringAuth: true })
    const page = await inQuery.get('products', { per_page: 2, page: 2 })
    expect([page.data.length, page.headers['x-wp-total'], page.headers['x-wp-totalpages']]).toEqual([1, '3', '2'])
    expect((await failure(client.get('products/9'))).response.data.code).toBe('woocommerce_rest_product_invalid_id')
    const reader = await keyFor('read')
    const reads = clientOf(reader.consumer_key, reader.consumer_secret)
    expect((await reads.get('products')).data).toHaveLength(3)
    expect((await failure(reads.post('products', { name: 'Jug' }))).response.status).toBe(401)
    const wrong = await failure(clientOf(made.consumer_key, 'cs_wrong').get('products'))
    expect([wrong.isAxiosError, wrong.response.status]).toEqual([true, 401])
    expect(wrong.response.data.code).toBe('woocommerce_rest_authentication_error')
    const elsewhere = clientOf(made.consumer_key, made.consumer_secret, { url: 'https://other.example.com' })
    expect((await failure(elsewhere.get('products'))).response.status).toBe(401)
  })
})
