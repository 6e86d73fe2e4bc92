import { approve } from '../connections/accounts.ts'
import { appOf, at, control, failure, led, load, redirectUri, sandbox, personOf, type Untyped } from './judged.ts'

// The platforms' own clients, pointed at the sandbox: what they can do there, and what they are refused.

const query = (url: URL) => Object.fromEntries(url.searchParams)

describe('Shopify’s client', () => {
  const { clientId, clientSecret } = appOf('shopify')
  const shop = 'causeway.myshopify.com'
  const authorize = (scope: string) =>
    `${at('shopify', shop)}/admin/oauth/authorize?${new URLSearchParams({ client_id: clientId, scope, redirect_uri: redirectUri, state: 's-1' }).toString()}`

  async function client() {
    load('@shopify/shopify-api/adapters/node')
    const { shopifyApi, LogSeverity } = load('@shopify/shopify-api')
    load('@shopify/shopify-api/runtime').setAbstractFetchFunc(led('shopify'))
    const options = { apiKey: clientId, apiSecretKey: clientSecret, scopes: ['read_products'], hostName: '127.0.0.1' }
    const more = {
      apiVersion: '2026-07',
      isEmbeddedApp: false,
      logger: { level: LogSeverity.Error, log: () => undefined },
    }
    return shopifyApi({ ...options, ...more })
  }

  it('takes the signature of the redirect, refreshes, asks for the shop, and is refused another shop’s', async () => {
    const shopify = await client()
    const back = await approve(authorize('read_products'))
    expect(await shopify.utils.validateHmac(query(back))).toBe(true)
    expect(await shopify.utils.validateHmac({ ...query(back), shop: 'evil.myshopify.com' })).toBe(false)
    const answer = await led('shopify')(`https://${shop}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: clientId,
        client_secret: clientSecret,
        code: query(back)['code'],
        expiring: '1',
      }),
    })
    const first = (await answer.json()) as Record<string, string>
    expect(first).toMatchObject({ scope: 'read_products', refresh_token: expect.any(String) as string })
    const { session } = await shopify.auth.refreshToken({ shop, refreshToken: first['refresh_token'] })
    expect(session).toMatchObject({ shop, scope: 'read_products', isOnline: false })
    expect(session.expires.getTime()).toBeGreaterThan(Date.now())
    const graphql = new shopify.clients.Graphql({ session })
    const asked = await graphql.request('{ shop { id name myshopifyDomain } }')
    expect(asked.data.shop.myshopifyDomain).toBe(shop)
    const other = new shopify.clients.Graphql({ session: Object.assign(session, { shop: 'other.myshopify.com' }) })
    expect((await failure(other.request('{ shop { id } }'))).response.code).toBe(401)
    expect((await failure(shopify.auth.refreshToken({ shop, refreshToken: 'shprt_wrong' }))).response.code).toBe(400)
  })
})

describe('jsforce', () => {
  const { clientId, clientSecret } = appOf('salesforce')
  const login = () => at('salesforce', 'login.salesforce.com')

  it('connects, refreshes, asks, revokes, and is refused a spent code', async () => {
    const { Connection, OAuth2 } = load('jsforce')
    const oauth2 = new OAuth2({ loginUrl: login(), clientId, clientSecret, redirectUri })
    const back = await approve(oauth2.getAuthorizationUrl({ scope: 'api id refresh_token' }))
    const connection = new Connection({ oauth2 })
    await connection.authorize(query(back)['code'])
    expect(connection.instanceUrl).toBe('https://causeway.my.salesforce.com')
    expect(connection.userInfo.organizationId).toBe('00D5g000004SbxAEAS')
    connection.instanceUrl = at('salesforce', 'causeway.my.salesforce.com')
    expect((await connection.query('SELECT Id, Name FROM Account')).totalSize).toBe(2)
    expect((await failure(connection.query('SELECT Id FROM Nothing'))).errorCode).toBe('INVALID_TYPE')
    const refreshed = await oauth2.refreshToken(connection.refreshToken)
    expect(refreshed.access_token).not.toBe(connection.accessToken)
    await oauth2.revokeToken(connection.refreshToken)
    expect((await failure(oauth2.refreshToken(connection.refreshToken))).message).toBe('expired access/refresh token')
    expect((await failure(oauth2.requestToken(query(back)['code']))).name).toBe('invalid_grant')
  })
})

describe('HubSpot’s client', () => {
  it('gets a token for the code, refreshes it, lists contacts page by page, and is refused a wrong secret', async () => {
    const { clientId, clientSecret } = appOf('hubspot')
    const { Client } = load('@hubspot/api-client')
    const client = new Client({ basePath: at('hubspot', 'api.hubapi.com'), numberOfApiCallRetries: 0 })
    const asked: string = client.oauth.getAuthorizationUrl(
      clientId,
      redirectUri,
      'oauth crm.objects.contacts.read',
      'automation tickets',
    )
    const back = await approve(asked.replace('https://', `${sandbox.url}/hubspot/`))
    const tokens = client.oauth.tokensApi
    const first = await tokens.create('authorization_code', query(back)['code'], redirectUri, clientId, clientSecret)
    const next = await tokens.create('refresh_token', undefined, undefined, clientId, clientSecret, first.refreshToken)
    expect([next.expiresIn > 0, next.refreshToken]).toEqual([true, first.refreshToken])
    client.setAccessToken(next.accessToken)
    const page = await client.crm.contacts.basicApi.getPage(2)
    expect([page.results.length, page.paging.next.after]).toEqual([2, '2'])
    expect(await client.crm.contacts.getAll(1)).toHaveLength(3)
    const wrong = await failure(
      tokens.create('refresh_token', undefined, undefined, clientId, 'wrong', first.refreshToken),
    )
    expect(wrong.code).toBe(400)
    client.setAccessToken('wrong')
    expect((await failure(client.crm.contacts.basicApi.getPage(2))).code).toBe(401)
  })
})

describe('Xero’s client', () => {
  it('connects, refreshes, lists its organisations, names one in each call, and disconnects', async () => {
    const { clientId, clientSecret } = appOf('xero')
    const { XeroClient } = load('xero-node')
    const { Issuer } = load('openid-client')
    const identity = at('xero', 'identity.xero.com')
    const xero = new XeroClient({
      clientId,
      clientSecret,
      redirectUris: [redirectUri],
      scopes: ['accounting.contacts', 'accounting.settings', 'offline_access'],
      state: 's',
    })
    const issuer = new Issuer({
      issuer: 'https://identity.xero.com',
      authorization_endpoint: `${at('xero', 'login.xero.com')}/identity/connect/authorize`,
      token_endpoint: `${identity}/connect/token`,
      revocation_endpoint: `${identity}/connect/revocation`,
    })
    xero.openIdClient = new issuer.Client({
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
    })
    const ask = xero.queryApi.bind(xero)
    xero.queryApi = (method: string, uri: string) => ask(method, uri.replace('https://', `${sandbox.url}/xero/`))
    xero.accountingApi.basePath = `${at('xero', 'api.xero.com')}/api.xro/2.0`
    const back = await approve(await xero.buildConsentUrl(), { account: 'two' })
    await xero.apiCallback(back.href)
    await xero.refreshToken()
    const tenants = await xero.updateTenants()
    expect(tenants.map((one: Untyped) => one.orgData.name).toSorted()).toEqual([
      'Adam Demo Company (NZ)',
      'Maple Florists Ltd',
    ])
    const { body } = await xero.accountingApi.getContacts(tenants[0].tenantId)
    expect(body.contacts).toHaveLength(2)
    const refused = await failure(xero.accountingApi.getContacts('00000000-0000-0000-0000-000000000000'))
    expect(JSON.stringify(refused)).toContain('403')
    await xero.disconnect(tenants[0].id)
    expect(await xero.updateTenants(false)).toHaveLength(1)
    await xero.revokeToken()
  })
})

describe('Stripe’s client', () => {
  it('connects an account, reads as it, and lets it go; a spent code and another key are refused', async () => {
    const { clientId, clientSecret } = appOf('stripe')
    const loaded = load('stripe')
    const Stripe = loaded.default ?? loaded
    const httpClient = Stripe.createFetchHttpClient(led('stripe'))
    const stripe = new Stripe(clientSecret, { httpClient, maxNetworkRetries: 0, telemetry: false })
    const asked: string = stripe.oauth.authorizeUrl({
      client_id: clientId,
      scope: 'read_write',
      state: 's',
      redirect_uri: redirectUri,
    })
    const back = await approve(asked.replace('https://', `${sandbox.url}/stripe/`))
    const code = query(back)['code']
    const granted = await stripe.oauth.token({ grant_type: 'authorization_code', code })
    expect(granted).toMatchObject({ scope: 'read_write', stripe_user_id: 'acct_1SandboxThree', livemode: false })
    const own = new Stripe(granted.access_token, { httpClient, maxNetworkRetries: 0, telemetry: false })
    await own.customers.create({ name: 'Ada' })
    expect((await own.customers.list({ limit: 3 })).data.map(({ name }: { name: string }) => name)).toContain('Ada')
    const gte = Math.floor(Date.now() / 1_000) - 3_600
    const events = await own.events.list({ created: { gte }, delivery_success: false, limit: 100 })
    expect(events).toMatchObject({ object: 'list', has_more: false, data: [] })
    const other = new Stripe('sk_test_another', { httpClient, maxNetworkRetries: 0, telemetry: false })
    expect((await failure(other.oauth.token({ grant_type: 'authorization_code', code }))).statusCode).toBe(401)
    await stripe.oauth.deauthorize({ client_id: clientId, stripe_user_id: granted.stripe_user_id })
    expect((await failure(own.customers.list())).statusCode).toBe(401)
    expect((await failure(stripe.oauth.token({ grant_type: 'authorization_code', code }))).rawType).toBe(
      'invalid_grant',
    )
  })
})

describe('Intuit’s client', () => {
  it('connects a company, refreshes, reads it, revokes, and is refused a token that is gone', async () => {
    const { clientId, clientSecret } = appOf('quickbooks')
    const OAuthClient = load('intuit-oauth')
    const client = new OAuthClient({ clientId, clientSecret, environment: 'sandbox', redirectUri })
    client.setAuthorizeURLs({
      authorizeEndpoint: `${at('quickbooks', 'appcenter.intuit.com')}/connect/oauth2`,
      tokenEndpoint: `${at('quickbooks', 'oauth.platform.intuit.com')}/oauth2/v1/tokens/bearer`,
      revokeEndpoint: `${at('quickbooks', 'developer.api.intuit.com')}/v2/oauth2/tokens/revoke`,
      userInfoEndpoint: 'https://unused.example',
    })
    const back = await approve(client.authorizeUri({ scope: [OAuthClient.scopes.Accounting], state: 's' }))
    await client.createToken(back.href)
    const realm = client.getToken().realmId
    expect(realm).toBe('9130357992221046')
    const first = client.getToken().refresh_token
    await client.refresh()
    expect(client.getToken().refresh_token).not.toBe(first)
    const url = `${at('quickbooks', 'sandbox-quickbooks.api.intuit.com')}/v3/company/${realm}/companyinfo/${realm}`
    expect((await client.makeApiCall({ url })).json.CompanyInfo.CompanyName).toEqual(expect.any(String))
    const last = client.getToken().refresh_token
    await client.revoke({ refresh_token: last })
    expect((await failure(client.refreshUsingToken(last))).error).toBe('invalid_grant')
  })
})

describe('Datadog’s client', () => {
  const { client, v1, v2 } = load('@datadog/datadog-api-client')
  const clientOf = ({ apiKey, applicationKey }: Record<string, string>) =>
    client.createConfiguration({
      baseServer: new client.BaseServerConfiguration(at('datadog', 'api.datadoghq.com'), {}),
      authMethods: { apiKeyAuth: apiKey, appKeyAuth: applicationKey },
      enableRetry: false,
    })

  it('proves its key, lists monitors, and is refused a wrong application key and one that is gone', async () => {
    const { credentials, wrongCredentials, externalAccountId } = personOf('datadog', 'keys')
    const good = clientOf(credentials!)
    const { data } = await new v2.UsersApi(good).getCurrentUser()
    expect([data.attributes.name, data.relationships.org.data.id]).toEqual(['Ada', externalAccountId])
    expect((await new v1.AuthenticationApi(good).validate()).valid).toBe(true)
    expect((await new v1.MonitorsApi(good).listMonitors()).map(({ name }: { name: string }) => name)).toEqual([
      'Crossing',
    ])
    const wrong = clientOf(wrongCredentials!)
    expect((await new v1.AuthenticationApi(wrong).validate()).valid).toBe(true)
    const refused = await failure(new v1.MonitorsApi(wrong).listMonitors())
    expect([refused instanceof client.ApiException, refused.code, refused.body.errors]).toEqual([
      ...[true, 403, ['Forbidden']],
    ])
    await control.addFault({ platform: 'datadog', kind: '429', times: 1 })
    expect((await failure(new v1.MonitorsApi(good).listMonitors())).code).toBe(429)
    await control.revokeGrants({ platform: 'datadog' })
    expect((await failure(new v2.UsersApi(good).getCurrentUser())).code).toBe(403)
  })
})

describe('another’s AWS signer', () => {
  const sign = (path: string, key: { accessKeyId: string; secretAccessKey: string }, service = 'sqlaccount') => {
    const base = new URL(`${at('sql-accounting', 'books.example')}${path}`)
    const request = { host: base.host, path: base.pathname + base.search, service, region: 'ap-southeast-1' }
    return fetch(base, { headers: load('aws4').sign(request, key).headers })
  }

  it('is let in with its key, and not with another, for another service, or with another query', async () => {
    const { accessKey, secretKey } = personOf('sql-accounting', 'key').credentials!
    const key = { accessKeyId: accessKey!, secretAccessKey: secretKey! }
    const good = await sign('/agent?limit=2&offset=1', key)
    expect([good.status, ((await good.json()) as { data: unknown[] }).data.length]).toEqual([200, 2])
    expect((await sign('/agent', { ...key, secretAccessKey: 'wrong' })).status).toBe(401)
    expect((await sign('/agent', { ...key, accessKeyId: 'WRONG' })).status).toBe(401)
    expect((await sign('/agent', key, 's3')).status).toBe(401)
    await control.revokeGrants({ platform: 'sql-accounting' })
    expect((await sign('/agent', key)).status).toBe(401)
  })
})
