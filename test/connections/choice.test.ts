import { settleChoice } from '../../src/connections/attempts/choose.ts'
import { reconcileConnections } from '../../src/connections/reconcile.ts'
import { createMadeHub, endToken, madeApp, tokenOf } from '../grants/made.ts'
import { until } from '../support/delivery.ts'
import { createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { eventually } from './accounts.ts'
import { Browser, sites, startSites, type SitesPlatform } from './choosing.ts'

const { hub, app, workspace } = await createMadeHub({ sites })
await startTestWorkers(hub, ['workflows', 'connections'])
const platform = await startSites()
const providerAppId = await madeApp(hub, workspace, platform, 'sites')

const two = (): SitesPlatform['open'] => [
  { id: 's-1', title: 'Ann’s <b>shop</b>', url: 'https://ann.example', token: 'page-1' },
  { id: 's-2', title: 'Bob\u202e\u0000', token: 'page-2' },
]
beforeEach(() => {
  platform.open = two()
  platform.revoked.length = 0
})

interface Begun {
  connection: { id: string }
  authorizationUrl: string
  connectUrl: string
  attemptId: string
}

let codes = 0

/** Begins in a browser, where there is one, and comes back from the platform; gives the answer and what a browser has then. */
async function comeBack({ browser = new Browser(), bound = true, body = {} } = {}) {
  const created = await workspace.request<Begun>('POST', '/v1/connections', {
    ...{ provider: 'sites', providerAppId, ...body },
  })
  expect(created.status).toBe(201)
  const begun = created.body
  if (bound) {
    const { pathname, search } = new URL(begun.connectUrl)
    const sent = browser.keep(await app.inject({ url: pathname + search, headers: { cookie: browser.cookie } }))
    expect([sent.statusCode, sent.headers.location]).toEqual([303, begun.authorizationUrl])
  }
  const state = new URL(begun.authorizationUrl).searchParams.get('state')!
  const callback = `/oauth/callback/sites?code=${++codes}&state=${state}`
  const visit = async (from: Browser) =>
    from.keep(await app.inject({ url: callback, headers: { cookie: from.cookie } }))
  return { ...begun, browser, callback, visit, id: begun.connection.id, answer: await visit(browser) }
}

const page = (url: string, browser: Browser) => app.inject({ url, headers: { cookie: browser.cookie } })
const choose = async (attemptId: string, choice: string | undefined, browser: Browser) =>
  app.inject({
    method: 'POST',
    url: `/oauth/choice/${attemptId}`,
    headers: { cookie: browser.cookie, 'content-type': 'application/x-www-form-urlencoded' },
    payload: choice === undefined ? '' : new URLSearchParams({ choice }).toString(),
  })
const shown = async (id: string) => (await workspace.request('GET', `/v1/connections/${id}`)).body
const attempt = async (id: string) => (await workspace.request('GET', `/v1/connect-attempts/${id}`)).body
const settle = (id: string, choice: string, by = workspace) =>
  by.request('POST', `/v1/connect-attempts/${id}/choice`, { choice })

async function untilStatus(attemptId: string, status: string) {
  await eventually(`the attempt is ${status}`, async () => (await attempt(attemptId)).status === status)
}

const auditOf = async (id: string) =>
  (
    await hub.pool.query<{ action: string; details: object }>(
      'select action, details from audit_log where subject_id = $1 order by id',
      [id],
    )
  ).rows

describe('a person whose grant opens several accounts', () => {
  it('chooses on the page that they come back to, once, and the secret of that one is kept through a refresh', async () => {
    const visit = await comeBack()
    expect([visit.answer.statusCode, visit.answer.headers.location]).toEqual([303, `/oauth/choice/${visit.attemptId}`])
    const form = await page(`/oauth/choice/${visit.attemptId}`, visit.browser)
    expect(form.statusCode).toBe(200)
    expect(form.body).toContain('Ann’s &lt;b&gt;shop&lt;/b&gt;<small>https://ann.example</small>')
    expect(form.body).toContain('<span>Bob</span>')
    expect([form.body.includes('page-1'), form.headers['cache-control']]).toEqual([false, 'no-store'])
    expect(form.headers['content-security-policy']).toContain("form-action 'self'")
    expect(await attempt(visit.attemptId)).toMatchObject({
      status: 'choosing',
      choices: [
        { id: 's-1', name: 'Ann’s <b>shop</b>', detail: 'https://ann.example' },
        { id: 's-2', name: 'Bob', detail: null },
      ],
    })
    for (const [wrong, says] of [
      [undefined, 'Choose one to go on.'],
      ['s-3', 'Choose one of these.'],
    ] as const) {
      const refused = await choose(visit.attemptId, wrong, visit.browser)
      expect([refused.statusCode, refused.body.includes(says)]).toEqual([400, true])
    }
    const [once, twice] = await Promise.all([
      choose(visit.attemptId, 's-2', visit.browser),
      choose(visit.attemptId, 's-1', visit.browser),
    ])
    for (const answer of [once, twice]) expect(answer.body).toContain('Sites is connected')
    const connection = await shown(visit.id)
    expect(connection.status).toBe('connected')
    const { siteId } = connection.config as { siteId: string }
    expect(connection.externalAccountId).toBe(siteId)
    // Reloaded, or sent once more: what became of it.
    expect((await page(`/oauth/choice/${visit.attemptId}`, visit.browser)).body).toContain('Sites is connected')
    expect((await visit.visit(visit.browser)).body).toContain('Sites is connected')
    expect((await settle(visit.attemptId, 's-1')).body.error.code).toBe('CONFLICT')
    expect((await auditOf(visit.id)).filter(({ action }) => action === 'connection.account_chosen')).toHaveLength(1)
    await endToken(hub, visit.id)
    expect(await tokenOf(workspace, visit.id)).toBe('at-newer')
    expect((await workspace.request('POST', `/v1/connections/${visit.id}/check`)).body.status).toBe('connected')
    expect(platform.calls.at(-1)?.headers['x-site']).toBe(siteId === 's-1' ? 'page-1' : 'page-2')
    expect(JSON.stringify([await shown(visit.id), await attempt(visit.attemptId)])).not.toContain('page-')
  })

  it('is not asked where there is one, or one was named, or was chosen before', async () => {
    platform.open = two().slice(1)
    expect((await comeBack()).answer.body).toContain('Sites is connected')
    platform.open = two()
    const named = await comeBack({ body: { config: { siteId: 's-1' } } })
    expect(await shown(named.id)).toMatchObject({ status: 'connected', externalAccountId: 's-1' })
    const again = await workspace.request<Begun>('POST', `/v1/connections/${named.id}/reconnect`)
    const state = new URL(again.body.authorizationUrl).searchParams.get('state')!
    expect((await app.inject({ url: `/oauth/callback/sites?code=9&state=${state}` })).body).toContain('is connected')
    const missed = await comeBack({ body: { config: { siteId: 's-3' } } })
    expect(await attempt(missed.attemptId)).toMatchObject({ status: 'failed', errorCode: 'ACCOUNT_MISMATCH' })
  })

  it('goes back to the product from the form by a page, as its policy lets no form lead elsewhere', async () => {
    const own = await createWorkspace(hub, { redirectOrigins: ['https://app.example.com'] })
    const theirs = await madeApp(hub, own, platform, 'sites')
    const returnUrl = 'https://app.example.com/settings?a=1&b=2'
    const begun = await own.request<Begun>('POST', '/v1/connections', {
      ...{ provider: 'sites', providerAppId: theirs, returnUrl },
    })
    const browser = new Browser()
    const state = new URL(begun.body.authorizationUrl).searchParams.get('state')!
    browser.keep(await app.inject({ url: `/oauth/callback/sites?code=r&state=${state}` }))
    const answer = await choose(begun.body.attemptId, 's-1', browser)
    expect(answer.statusCode).toBe(200)
    const href = /content="0;url=([^"]*)"/.exec(answer.body)?.[1]?.replaceAll('&amp;', '&')
    expect(Object.fromEntries(new URL(href!).searchParams)).toEqual({
      ...{ a: '1', b: '2', status: 'connected', attempt: begun.body.attemptId, connection: begun.body.connection.id },
    })
  })
})

describe('another than the person who began', () => {
  it('does not come back in their place, nor choose, and spends nothing', async () => {
    const visit = await comeBack()
    const other = new Browser()
    expect((await visit.visit(other)).statusCode).toBe(403)
    expect((await page(`/oauth/choice/${visit.attemptId}`, other)).statusCode).toBe(403)
    expect((await choose(visit.attemptId, 's-1', other)).statusCode).toBe(403)
    const { pathname, search } = new URL(visit.connectUrl)
    expect((await app.inject({ url: pathname + search })).statusCode).toBe(403)
    const forged = new Browser()
    forged.keep(await app.inject({ url: '/health' }))
    const cookie = visit.browser.cookie.replace(/=.*/, '=' + 'A'.repeat(43))
    const guessed = await app.inject({ url: `/oauth/choice/${visit.attemptId}`, headers: { cookie } })
    expect(guessed.statusCode).toBe(403)
    expect((await choose(visit.attemptId, 's-1', visit.browser)).body).toContain('Sites is connected')
  })

  it('is who comes with the code first, where it was begun without the hub', async () => {
    const visit = await comeBack({ bound: false })
    expect(visit.answer.cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
    expect((await visit.visit(new Browser())).statusCode).toBe(403)
    expect((await choose(visit.attemptId, 's-2', visit.browser)).body).toContain('Sites is connected')
  })

  it('is another workspace, to which there is no such attempt', async () => {
    const stranger = await createWorkspace(hub)
    const visit = await comeBack()
    expect((await settle(visit.attemptId, 's-1', stranger)).status).toBe(404)
    expect((await settle(visit.attemptId, 's-9')).body.error).toMatchObject({
      code: 'INVALID_REQUEST',
      details: [{ path: 'body.choice' }],
    })
    expect((await settle(visit.attemptId, 's-1')).status).toBe(202)
    await untilStatus(visit.attemptId, 'completed')
    expect((await visit.visit(visit.browser)).body).toContain('Sites is connected')
    expect((await app.inject({ url: '/oauth/choice/catt_none' })).statusCode).toBe(400)
    expect((await settle('catt_none', 's-1')).status).toBe(404)
  })
})

describe('a choice', () => {
  /** By an app with which nothing else is connected: a grant that another may hold is not given back. */
  const alone = async () => ({ body: { providerAppId: await madeApp(hub, workspace, platform, 'sites') } })
  const late = (attemptId: string) =>
    hub.pool.query(`update connect_attempts set expires_at = now() - interval '1 second' where id = $1`, [attemptId])

  it('that comes before the person leaves the attempt as it is', async () => {
    const created = await workspace.request<Begun>('POST', '/v1/connections', { provider: 'sites', providerAppId })
    const { attemptId, connection } = created.body
    expect((await settle(attemptId, 's-1')).body.error.code).toBe('CONFLICT')
    expect(await attempt(attemptId)).toMatchObject({ status: 'awaiting', errorCode: null })
    expect(await shown(connection.id)).toMatchObject({ status: 'pending', statusReason: null })
  })

  it('that comes too late finds the grant given back and nothing connected', async () => {
    const visit = await comeBack(await alone())
    await late(visit.attemptId)
    expect((await choose(visit.attemptId, 's-1', visit.browser)).body).toContain('It took too long')
    expect(await attempt(visit.attemptId)).toMatchObject({
      status: 'expired',
      errorCode: 'ATTEMPT_EXPIRED',
      choices: [],
    })
    await until(() => platform.revoked.length > 0)
    await until(() => platform.revoked.length > 0)
    expect(platform.revoked).toHaveLength(1)
    expect(await shown(visit.id)).toMatchObject({ status: 'pending', statusReason: 'ATTEMPT_EXPIRED' })
    const kept = 'select 1 from credentials where owner_id in ($1, $2)'
    await until(async () => (await hub.pool.query(kept, [visit.attemptId, visit.id])).rowCount === 0)
  })

  it('that is made while Temporal is away is carried out when it is back', async () => {
    const visit = await comeBack()
    await hub.temporal.workflow.getHandle(`connect/${visit.attemptId}`).terminate('as if it had been lost')
    const away = Object.assign(Object.create(hub.temporal) as typeof hub.temporal, {
      withDeadline: () => Promise.reject(new Error('away')),
    })
    const ref = { workspaceId: workspace.workspaceId, attemptId: visit.attemptId }
    const settled = await settleChoice({ ...hub, temporal: away }, ref, 's-2', 'test')
    expect([settled.status, settled.handedAt]).toEqual(['code_received', null])
    await hub.pool.query(`update connect_attempts set updated_at = now() - interval '1 minute' where id = $1`, [
      visit.attemptId,
    ])
    await reconcileConnections(hub, 10)
    await untilStatus(visit.attemptId, 'completed')
    expect((await shown(visit.id)).externalAccountId).toBe('s-2')
  })

  it('that nobody makes ends with its time', async () => {
    const { chooseForMs } = hub.connectionSettings
    hub.connectionSettings.chooseForMs = 1_500
    const visit = await comeBack(await alone())
    hub.connectionSettings.chooseForMs = chooseForMs
    await untilStatus(visit.attemptId, 'expired')
    await eventually('it is given back', async () => platform.revoked.length === 1)
  })

  it('is taken while the sites change: what is gone is not connected', async () => {
    const visit = await comeBack(await alone())
    platform.open = two().slice(1)
    await choose(visit.attemptId, 's-1', visit.browser)
    expect(await attempt(visit.attemptId)).toMatchObject({ status: 'failed', errorCode: 'ACCOUNT_MISMATCH' })
    await eventually('it is given back', async () => platform.revoked.length === 1)
  })
})
