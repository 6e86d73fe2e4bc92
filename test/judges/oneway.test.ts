import { globalAgent } from 'node:http'
import { knownPrivateKey } from '../../dev/sandbox/known-key.ts'
import { at, appOf, control, failure, led, ledUrl, load, loadModule, personOf, type Untyped } from './judged.ts'

// What the platforms' own clients read of the things that are only read: page by page, and what has changed since.

const keyOf = (platform: string, method: string) => personOf(platform, method).credentials!
const many = (platform: string, kind: string, account: string, thing: (n: number) => Record<string, unknown>) =>
  control.putThings(
    Array.from({ length: 5 }, (_, at) => ({ platform, kind, account, id: String(at + 1), thing: thing(at + 1) })),
  )
const day = (n: number) => `2026-03-0${n}T00:00:00Z`

/** Everything that goes to a platform by `fetch` is led to the sandbox. */
async function leading(platform: string, work: () => Promise<void>): Promise<void> {
  const [own, lead] = [globalThis.fetch, led(platform)]
  globalThis.fetch = ((url: string, init?: RequestInit) =>
    String(url).startsWith('https:') ? lead(url, init) : own(url, init)) as typeof fetch
  try {
    await work()
  } finally {
    globalThis.fetch = own
  }
}

it('GitHub’s client lists issues by its links, those that changed since, and is told which are deleted', async () => {
  await many('github', 'issues', 'octocat/hello-world', number => ({ number, updated_at: day(number) }))
  const { request } = await loadModule('@octokit/request')
  const headers = { authorization: `token ${keyOf('github', 'token')['apiKey']}` }
  const client = request.defaults({ request: { fetch: led('github') }, headers })
  const repository = { owner: 'octocat', repo: 'hello-world' }
  const listed = await client('GET /repos/{owner}/{repo}/issues', { ...repository, per_page: 2 })
  expect([listed.data.length, listed.headers.link]).toEqual([2, expect.stringContaining('rel="next"') as string])
  const [, next] = /<([^>]+)>/.exec(String(listed.headers.link))!
  expect((await client(`GET ${next}`)).data).toHaveLength(2)
  const since = await client('GET /repos/{owner}/{repo}/issues', { ...repository, since: day(4) })
  expect(since.data.map(({ number }: { number: number }) => number).sort()).toEqual([4, 5])
  await control.deleteThing({ platform: 'github', kind: 'issues', account: 'octocat/hello-world', id: '2' })
  const one = (issue_number: number) =>
    client('GET /repos/{owner}/{repo}/issues/{issue_number}', { ...repository, issue_number })
  expect((await one(1)).data.title).toBe('Issue 1')
  expect([(await failure(one(2))).status, (await failure(one(99))).status]).toEqual([410, 404])
  expect((await failure(client('GET /repos/octocat/none/issues'))).status).toBe(404)
})

it('GitLab’s client lists issues of a project by keyset and by numbers, and those that changed since', async () => {
  await many('gitlab', 'issues', 'ada/p2', iid => ({ iid, updated_at: day(iid), created_at: day(iid) }))
  const { Gitlab } = load('@gitbeaker/rest')
  const client = new Gitlab({ host: at('gitlab', 'gitlab.com'), token: keyOf('gitlab', 'token')['apiKey'] })
  const asked = { projectId: 'ada/p2', perPage: 2, maxPages: 9, orderBy: 'created_at', sort: 'asc' }
  const numbers = async (more: Record<string, unknown>) =>
    (await client.Issues.all({ ...asked, ...more })).map(({ iid }: { iid: number }) => iid)
  expect(await numbers({ updatedAfter: day(4) })).toEqual([4, 5])
  expect(await numbers({ pagination: 'offset' })).toContain(1)
  expect((await client.Issues.show(3, { projectId: 'ada/p2' })).title).toBe('Issue 3')
  expect((await failure(client.Issues.show(99, { projectId: 'ada/p2' }))).message).toMatch(/404|Not found/)
})

it('Jira’s client searches by tokens, is told only ids unless it asks, and is refused an unbounded search', () =>
  leading('jira', async () => {
    await many('jira', 'issues', 'harbour.atlassian.net', n => ({
      ...{ id: String(n), key: `CROSS-${n}` },
      fields: { summary: `Issue ${n}`, description: 'Text', updated: day(n).replace('Z', '.000+0000') },
    }))
    const { createCloudClient } = await loadModule('jira.js')
    const { email, apiToken } = keyOf('jira', 'token')
    const client = createCloudClient({
      host: 'https://harbour.atlassian.net',
      auth: { type: 'basic', email, apiToken },
    })
    const search = (more: Record<string, unknown>) => client.issueSearch.searchAndReconsileIssuesUsingJqlPost(more)
    const jql = 'project = "CROSS" ORDER BY id ASC'
    const first = await search({ jql, maxResults: 3, fields: ['summary', 'description'] })
    expect([first.issues.length, first.issues[0].fields.summary, first.issues[0].fields.description.type]).toEqual([
      3,
      'Issue 1',
      'doc',
    ])
    const last = await search({ jql, maxResults: 3, nextPageToken: first.nextPageToken })
    expect([last.issues.map((issue: Untyped) => issue.id), last.issues[0].fields, last.nextPageToken ?? null]).toEqual([
      ['4', '5'],
      undefined,
      null,
    ])
    const changed = await search({
      jql: `project = CROSS AND updated >= ${Date.parse(day(5)) + 30_000} ORDER BY updated ASC`,
    })
    expect(changed.issues.map((issue: Untyped) => issue.id)).toEqual(['5'])
    expect((await failure(search({ jql: 'ORDER BY id' }))).status).toBe(400)
  }))

it('Asana’s client reads tasks of a project page by page, with the fields that it names', async () => {
  const account = '1198000000000001'
  await many('asana', 'tasks', account, n => ({ gid: `11970000000000${n}0`, name: `Task ${n}`, modified_at: day(n) }))
  const Asana = load('asana')
  const client = new Asana.ApiClient()
  client.basePath = `${at('asana', 'app.asana.com')}/api/1.0`
  client.authentications.token.accessToken = keyOf('asana', 'personal-token')['apiKey']
  const tasks = new Asana.TasksApi(client)
  const names: string[] = []
  let page = await tasks.getTasks({ project: account, limit: 2 })
  expect(page.data[0].modified_at).toBeUndefined()
  for (; page.data; page = await page.nextPage()) names.push(...page.data.map(({ name }: { name: string }) => name))
  expect(names).toEqual([1, 2, 3, 4, 5].map(n => `Task ${n}`))
  const changed = await tasks.getTasks({
    project: account,
    limit: 9,
    modified_since: day(5),
    opt_fields: 'modified_at',
  })
  expect(changed.data.map((task: Untyped) => task.modified_at)).toEqual([day(5)])
  expect((await failure(tasks.getTasks({ limit: 2 }))).status).toBe(400)
  expect((await failure(tasks.getTask('1197999', {}))).status).toBe(404)
})

it('Google’s client follows pages to a token, is told by it what changed and was deleted, and of its end by 410', async () => {
  const account = 'robot'
  await many('google-calendar', 'events', account, n => ({ id: `ev${n}`, summary: `Event ${n}`, _at: n }))
  const { JWT } = load('google-auth-library')
  const scopes = ['https://www.googleapis.com/auth/calendar.readonly']
  const email = keyOf('google-calendar', 'service-account')['clientEmail']
  const transporterOptions = { fetchImplementation: led('google-calendar') }
  const auth = new JWT({ email, key: knownPrivateKey, scopes, transporterOptions })
  const { events } = load('@googleapis/calendar').calendar({ version: 'v3', auth })
  const calendarId = 'primary'
  const first = (await events.list({ calendarId, maxResults: 3 })).data
  expect([first.items.length < 3, first.nextSyncToken]).toEqual([true, undefined])
  const last = (await events.list({ calendarId, maxResults: 3, pageToken: first.nextPageToken })).data
  const syncToken: string = last.nextSyncToken
  await control.putThings({
    platform: 'google-calendar',
    kind: 'events',
    account,
    id: '2',
    thing: { id: 'ev2', status: 'cancelled', _at: 9 },
  })
  const changed = (await events.list({ calendarId, syncToken })).data
  expect(changed.items).toEqual([expect.objectContaining({ id: 'ev2', status: 'cancelled' })])
  expect((await failure(events.list({ calendarId, syncToken, timeMin: day(1) }))).status).toBe(400)
  await control.putThings({
    platform: 'google-calendar',
    kind: 'expired',
    account,
    id: 'tokens',
    thing: { before: 99 },
  })
  expect((await failure(events.list({ calendarId, syncToken }))).status).toBe(410)
})

it('Typeform’s client reads responses from the newest back, and those since', async () => {
  await many('typeform', 'responses', 'fFeedback', n => ({ token: `t${n}`, submitted_at: day(n) }))
  const { createClient } = load('@typeform/api-client')
  const { responses } = createClient({
    token: keyOf('typeform', 'personal-token')['apiKey'],
    apiBaseUrl: at('typeform', 'api.typeform.com'),
  })
  const tokens = ({ items }: Untyped) => items.map(({ token }: { token: string }) => token)
  expect(tokens(await responses.list({ uid: 'fFeedback', pageSize: 3 }))).toEqual(['t5', 't4', 't3'])
  expect(tokens(await responses.list({ uid: 'fFeedback', pageSize: 3, before: 't3' }))).toEqual(['t2', 't1'])
  expect(tokens(await responses.list({ uid: 'fFeedback', since: day(4) }))).toEqual(['t5', 't4'])
  expect((await failure(responses.list({ uid: 'none' }))).code).toBe('FORM_NOT_FOUND')
})

it('Mailchimp’s client lists members by offset, those changed since, and campaigns', async () => {
  await many('mailchimp', 'members', '57afe96172', n => ({ email_address: `a${n}@example.com`, last_changed: day(n) }))
  await many('mailchimp', 'campaigns', '', n => ({ id: `c${n}` }))
  const client = new (load('@mailchimp/mailchimp_marketing').constructor)()
  client.basePath = ledUrl('mailchimp', client.basePath)
  client.setConfig({ server: 'us21', ...keyOf('mailchimp', 'key') })
  const page = await client.lists.getListMembersInfo('57afe96172', { count: 3, offset: 3 })
  expect([page.members.length, page.total_items]).toEqual([2, 5])
  const changed = await client.lists.getListMembersInfo('57afe96172', { sinceLastChanged: day(4), count: 10 })
  expect(changed.members.map((member: Untyped) => member.email_address)).toEqual(['a5@example.com'])
  expect((await client.lists.getListMember('57afe96172', page.members[0].id)).status).toBe('subscribed')
  expect((await client.campaigns.list({ count: 2 })).campaigns).toHaveLength(2)
  expect((await failure(client.lists.getListMember('57afe96172', 'none'))).status).toBe(404)
})

it('Datadog’s client lists monitors by pages, and is told which is not there', async () => {
  await many('datadog', 'monitors', '00000000-0000-4000-8000-00000000dd01', id => ({ id, name: `Monitor ${id}` }))
  const { client, v1 } = load('@datadog/datadog-api-client')
  const { apiKey, applicationKey } = keyOf('datadog', 'keys')
  const baseServer = new client.BaseServerConfiguration(at('datadog', 'api.datadoghq.com'), {})
  const authMethods = { apiKeyAuth: apiKey, appKeyAuth: applicationKey }
  const monitors = new v1.MonitorsApi(client.createConfiguration({ baseServer, authMethods, enableRetry: false }))
  const ids = async (page: number) =>
    (await monitors.listMonitors({ page, pageSize: 3 })).map(({ id }: { id: number }) => id)
  expect([await ids(0), await ids(1), await ids(2)]).toEqual([[1, 2, 3], [4, 5], []])
  expect((await failure(monitors.getMonitor({ monitorId: 99 }))).code).toBe(404)
})

it('PayPal’s client searches transactions page by page, of 31 days at most', async () => {
  const account = personOf('paypal', 'client').externalAccountId!
  await control.putThings({ platform: 'paypal', kind: 'features', account, id: 'transaction-search', thing: {} })
  await many('paypal', 'transactions', account, n => ({
    transaction_info: { transaction_id: `T${n}`, transaction_initiation_date: day(n).replace('Z', '+0000') },
  }))
  const sdk = load('@paypal/paypal-server-sdk')
  const axios = load('axios')
  const { clientId, clientSecret } = appOf('paypal')
  const client = new sdk.Client({
    clientCredentialsAuthCredentials: { oAuthClientId: clientId, oAuthClientSecret: clientSecret },
    environment: sdk.Environment.Production,
    unstable_httpClientOptions: {
      adapter: ({ baseURL: _, ...asked }: Untyped) =>
        axios.getAdapter('http')({ ...asked, httpAgent: globalAgent, url: ledUrl('paypal', String(asked.url)) }),
    },
  })
  const search = new sdk.TransactionSearchController(client)
  const asked = { startDate: '2026-03-01T00:00:00Z', endDate: '2026-03-31T00:00:00Z', fields: 'all', pageSize: 3 }
  const { result } = await search.searchTransactions({ ...asked, page: 2 })
  expect([
    result.totalPages,
    result.transactionDetails.map((one: Untyped) => one.transactionInfo.transactionId),
  ]).toEqual([2, ['T4', 'T5']])
  expect(result.transactionDetails[0].transactionInfo.transactionAmount).toMatchObject({
    currencyCode: 'MYR',
    value: '10.00',
  })
  const wide = await failure(search.searchTransactions({ ...asked, endDate: '2026-04-30T00:00:00Z' }))
  expect(wide.statusCode).toBe(400)
})

it('Meta’s client reads figures of ads by days, page by page', async () => {
  const account = 'act_301500000000000010'
  await many('meta-ads', 'insights', account, n => ({ ad_id: String(n), date_start: day(n).slice(0, 10), clicks: '7' }))
  const { FacebookAdsApi, AdAccount } = load('facebook-nodejs-business-sdk')
  Object.defineProperty(FacebookAdsApi, 'GRAPH', {
    get: () => ledUrl('meta-ads', 'https://graph.facebook.com'),
    configurable: true,
  })
  const api = new FacebookAdsApi(keyOf('meta-ads', 'system-user')['apiKey'], 'en_US', false)
  const asked = { level: 'ad', time_increment: 1, time_range: { since: '2026-03-02', until: '2026-03-31' }, limit: 3 }
  const rows = await new AdAccount(account, {}, undefined, api).getInsights(['ad_id', 'clicks'], asked)
  expect([rows.map((row: Untyped) => row.date_start), rows.hasNext()]).toEqual([
    ['2026-03-02', '2026-03-03', '2026-03-04'],
    true,
  ])
  const wrong = await failure(new AdAccount(account, {}, undefined, api).getInsights(['ad_id'], { level: 'moon' }))
  expect(wrong.response.code).toBe(100)
})
