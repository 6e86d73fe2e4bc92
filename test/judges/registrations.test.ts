import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  appOf,
  at,
  codeAt,
  failure,
  led,
  ledUrl,
  load,
  personOf,
  redirectUri,
  sandbox,
  type Untyped,
} from './judged.ts'

// The platforms' own clients make a webhook at the sandbox, find it, are refused what the platform refuses, and end it.

/** An address that answers as a hub does: what Asana offers comes back, and a GET is answered. */
const receiver = createServer((req: IncomingMessage, res: ServerResponse) => {
  const offered = req.headers['x-hook-secret']
  res.writeHead(200, offered === undefined ? {} : { 'x-hook-secret': offered }).end()
})
receiver.listen(0, '127.0.0.1')
await once(receiver, 'listening')
const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`
const nowhere = 'http://127.0.0.1:9/'
afterAll(() => receiver.close())

const keyOf = (platform: string, method: string) => personOf(platform, method).credentials!.apiKey!

it('GitLab’s client makes a webhook of a project', async () => {
  const { Gitlab } = load('@gitbeaker/rest')
  const { ProjectHooks } = new Gitlab({ host: `${sandbox.url}/gitlab/gitlab.com`, token: keyOf('gitlab', 'token') })
  const made = await ProjectHooks.add('ada/p1', url, { issuesEvents: true, token: 'secret' })
  expect(made).toMatchObject({ url, issues_events: true, push_events: true, note_events: false, project_id: 1 })
  expect(made.token).toBeUndefined()
  expect(await ProjectHooks.all('ada/p1')).toMatchObject([{ id: made.id }])
  expect((await failure(ProjectHooks.add('ada/p1', 'nowhere'))).message).toMatch(/Invalid url|422|Unprocessable/)
  expect((await failure(ProjectHooks.add('ada/none', url))).message).toMatch(/404|Not Found/)
  await ProjectHooks.remove('ada/p1', made.id)
  expect(await ProjectHooks.all('ada/p1')).toEqual([])
})

it('Typeform’s client makes a webhook of a form, and changes it under the same tag', async () => {
  const { createClient } = load('@typeform/api-client')
  const apiBaseUrl = at('typeform', 'api.typeform.com')
  const { webhooks } = createClient({ token: keyOf('typeform', 'personal-token'), apiBaseUrl })
  const about = { uid: 'fOrder', tag: 'hub' }
  const made = await webhooks.create({ ...about, url, enabled: true, secret: 's', verifySSL: true })
  expect(made).toMatchObject({ url, tag: 'hub', enabled: true, form_id: 'fOrder' })
  expect(await webhooks.update({ ...about, url, enabled: false })).toMatchObject({ enabled: false })
  expect((await webhooks.list({ uid: 'fOrder' })).items).toHaveLength(1)
  expect((await failure(webhooks.create({ uid: 'none', tag: 'hub', url }))).code).toBe('FORM_NOT_FOUND')
  await webhooks.delete(about)
  expect((await failure(webhooks.get(about))).code).toBe('WEBHOOK_NOT_FOUND')
})

it('an app without the scope for it registers nothing at Typeform and GitLab', async () => {
  const tokenFor = async (platform: string, authorize: string, token: string, scope: string) => {
    const { clientId: client_id, clientSecret: client_secret } = appOf(platform)
    const asked = { client_id, redirect_uri: redirectUri, response_type: 'code', scope, state: 's' }
    const code = await codeAt(platform, `${authorize}?${new URLSearchParams(asked).toString()}`)
    const form = { grant_type: 'authorization_code', client_id, client_secret, code, redirect_uri: redirectUri }
    const body = new URLSearchParams(form)
    const answer = await led(platform)(token, { method: 'POST', body })
    return ((await answer.json()) as Untyped).access_token as string
  }
  const own = 'https://api.typeform.com'
  const reading = await tokenFor('typeform', `${own}/oauth/authorize`, `${own}/oauth/token`, 'offline webhooks:read')
  const apiBaseUrl = at('typeform', 'api.typeform.com')
  const { webhooks } = load('@typeform/api-client').createClient({ token: reading, apiBaseUrl })
  expect((await webhooks.list({ uid: 'fOrder' })).items).toEqual([])
  expect((await failure(webhooks.create({ uid: 'fOrder', tag: 'hub', url }))).code).toBe('FORBIDDEN')
  const lab = 'https://gitlab.com/oauth'
  const oauthToken = await tokenFor('gitlab', `${lab}/authorize`, `${lab}/token`, 'read_api')
  const { ProjectHooks } = new (load('@gitbeaker/rest').Gitlab)({ host: at('gitlab', 'gitlab.com'), oauthToken })
  expect(await ProjectHooks.all('ada/p2')).toEqual([])
  expect((await failure(ProjectHooks.add('ada/p2', url))).message).toMatch(/403|Forbidden|insufficient_scope/)
})

it('WooCommerce’s client makes a webhook of a shop, and ends it at once or not at all', async () => {
  const { default: WooCommerceRestApi } = load('@woocommerce/woocommerce-rest-api')
  const http = load('axios').getAdapter('http')
  const adapter = ({ baseURL: _, ...asked }: Untyped) => http({ ...asked, url: ledUrl('woocommerce', asked.url) })
  const client = new WooCommerceRestApi({
    ...{ url: 'https://shop.example.com', version: 'wc/v3', axiosConfig: { adapter } },
    ...personOf('woocommerce', 'keys').credentials,
  })
  const asked = { name: 'Hub', topic: 'order.created', delivery_url: url, secret: 's' }
  const { status, data: made } = await client.post('webhooks', asked)
  expect([status, made]).toEqual([201, expect.objectContaining({ topic: 'order.created', status: 'active' })])
  expect(made.secret).toBeUndefined()
  const refused = async (work: Promise<unknown>) => (await failure(work)).response.data.code as string
  expect(await refused(client.post('webhooks', { ...asked, topic: 'order.shouted' }))).toMatch(/invalid_topic/)
  expect(await refused(client.post('webhooks', { ...asked, delivery_url: 'no' }))).toMatch(/invalid_delivery_url/)
  expect(await refused(client.delete(`webhooks/${made.id}`))).toBe('woocommerce_rest_trash_not_supported')
  expect((await client.delete(`webhooks/${made.id}`, { force: true })).data.id).toBe(made.id)
  expect(await refused(client.get(`webhooks/${made.id}`))).toMatch(/invalid_id/)
})

it('Mailchimp’s client makes a webhook of an audience, whose address answers', async () => {
  const client = new (load('@mailchimp/mailchimp_marketing').constructor)()
  client.basePath = ledUrl('mailchimp', client.basePath)
  client.setConfig({ server: 'us21', apiKey: keyOf('mailchimp', 'key') })
  const list = '57afe96172'
  const made = await client.lists.createListWebhook(list, { url, events: { subscribe: true }, sources: { user: true } })
  expect(made).toMatchObject({ url, list_id: list, events: { subscribe: true, cleaned: false } })
  const refused = async (body: object) =>
    (await failure(client.lists.createListWebhook(list, body))).response.body.title as string
  expect(await refused({ url })).toBe('Invalid Resource')
  expect(await refused({ url: nowhere })).toBe('Invalid Resource')
  expect(await refused({ url: `${url}/2`, events: { shouted: true } })).toBe('Invalid Resource')
  expect((await client.lists.getListWebhooks(list)).webhooks).toHaveLength(1)
  await client.lists.deleteListWebhook(list, made.id)
  expect((await failure(client.lists.getListWebhook(list, made.id))).status).toBe(404)
})

it('Asana’s client makes a webhook whose address takes the secret, and no other', async () => {
  const Asana = load('asana')
  const client = new Asana.ApiClient()
  client.basePath = `${at('asana', 'app.asana.com')}/api/1.0`
  client.authentications.token.accessToken = keyOf('asana', 'personal-token')
  const webhooks = new Asana.WebhooksApi(client)
  const data = { resource: '1198000000000000', target: url, filters: [{ resource_type: 'task', action: 'changed' }] }
  const made = await webhooks.createWebhook({ data }, {})
  expect(made.data).toMatchObject({ target: url, active: true, resource: { name: 'Bridge' } })
  const refused = async (change: object) =>
    (await failure(webhooks.createWebhook({ data: { ...data, ...change } }, {}))).status as number
  expect(await refused({ target: nowhere })).toBe(400)
  expect(await refused({ resource: '1' })).toBe(400)
  expect(await refused({ filters: [{ resource_type: 'task', action: 'shouted' }], target: `${url}/2` })).toBe(400)
  await webhooks.deleteWebhook(made.data.gid)
  expect((await failure(webhooks.getWebhook(made.data.gid, {}))).status).toBe(404)
})

it('Stripe’s client makes an endpoint, whose secret is told this once', async () => {
  const loaded = load('stripe')
  const Stripe = loaded.default ?? loaded
  const httpClient = Stripe.createFetchHttpClient(led('stripe'))
  const { webhookEndpoints } = new Stripe(keyOf('stripe', 'key'), {
    ...{ httpClient, maxNetworkRetries: 0, telemetry: false },
  })
  const made = await webhookEndpoints.create({ url, enabled_events: ['customer.updated', 'invoice.paid'] })
  expect(made).toMatchObject({ url, status: 'enabled', enabled_events: ['customer.updated', 'invoice.paid'] })
  expect(made.secret).toMatch(/^whsec_/)
  expect((await webhookEndpoints.retrieve(made.id)).secret).toBeUndefined()
  expect((await webhookEndpoints.list()).data).toHaveLength(1)
  const refused = async (asked: object) => (await failure(webhookEndpoints.create(asked))).code as string
  expect(await refused({ enabled_events: ['*'] })).toBe('parameter_missing')
  expect(await refused({ url: 'nowhere', enabled_events: ['*'] })).toBe('url_invalid')
  expect(await refused({ url, enabled_events: ['*'], colour: 'red' })).toBe('parameter_unknown')
  expect((await webhookEndpoints.del(made.id)).deleted).toBe(true)
  expect((await failure(webhookEndpoints.retrieve(made.id))).code).toBe('resource_missing')
})

it('Google’s client has a mailbox watched, by one topic of the app’s own project at a time', async () => {
  const { clientId, clientSecret } = appOf('gmail')
  const { OAuth2Client } = load('google-auth-library')
  const transporterOptions = { fetchImplementation: led('gmail') }
  const auth = new OAuth2Client({ clientId, clientSecret, redirectUri, transporterOptions })
  const scope = 'https://www.googleapis.com/auth/gmail.metadata'
  auth.setCredentials((await auth.getToken(await codeAt('gmail', auth.generateAuthUrl({ scope })))).tokens)
  const { users } = load('@googleapis/gmail').gmail({ version: 'v1', auth })
  const watch = (topicName: string, more: object = {}) =>
    users.watch({ userId: 'me', requestBody: { topicName, ...more } }) as Promise<Untyped>
  const topic = 'projects/causeway-sandbox/topics/mail'
  const { data } = await watch(topic, { labelIds: ['INBOX'], labelFilterBehavior: 'include' })
  expect(Number(data.expiration) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
  expect((await watch(topic)).data.historyId).toBe(data.historyId)
  for (const wrong of [`${topic}2`, 'projects/another/topics/mail', 'mail'])
    expect((await failure(watch(wrong))).status).toBe(400)
  expect((await failure(watch(topic, { colour: 'red' }))).status).toBe(400)
  expect((await users.stop({ userId: 'me' })).status).toBe(204)
  expect((await watch(`${topic}2`)).status).toBe(200)
})
