import { connectionSettings } from '../../src/connections/policy.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { connectionsToTell } from '../../src/connections/trouble/tell-store.ts'
import { tellWorkflows } from '../../src/connections/trouble/tell-workflows.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { ageToken, callBack, createApp, eventually, type Connecting, type ShownConnection } from './accounts.ts'
import { attentionOf, detailsOf, listed, needsPersonQuery } from './attention.ts'
import { startPlatform } from './platform.ts'

const hub = await createTestHub({
  connectionSettings: {
    ...connectionSettings,
    tokenCallTimeoutMs: 1_000,
    leaseMs: 2_000,
    demandPollMs: 20,
    refusalsApartMs: 0,
    checkEveryMs: 3_600_000,
  },
})
const app = await createTestServer(hub)
await startTestWorkers(hub, ['workflows', 'connections'])

/** Whose refresh tokens are dead, and whether the platform refuses the app. */
const dead = new Set<string>()
let refusesApp = false
let refusesTokens = false
let isDown = false
const platform = await startPlatform()
platform.answerBy(({ path, body }) => {
  if (isDown) return { status: 503 }
  if (!path.includes('/tokens/')) {
    return refusesTokens ? { status: 401, body: {} } : { status: 200, body: { CompanyInfo: { CompanyName: 'Co' } } }
  }
  const sent = new URLSearchParams(body).get('refresh_token') ?? ''
  if (refusesApp) return { status: 401, body: { error: 'invalid_client' } }
  if (dead.has(sent)) return { status: 400, body: { error: 'invalid_grant' } }
  return {
    status: 200,
    body: { access_token: 'at', refresh_token: `${sent}+`, token_type: 'bearer', expires_in: 3600 },
  }
})
const refreshCalls = () => platform.calls.filter(({ body }) => body.includes('grant_type=refresh_token')).length

const workspace = await createWorkspace(hub)
const appOf = (owner: TestWorkspace) => createApp(owner, platform.url, 'quickbooks')
const providerAppId = await appOf(workspace)
let realm = 5_000_000

const connect = async (owner = workspace, appId = providerAppId): Promise<string> => {
  const config = { realmId: String(++realm) }
  const expiresAt = new Date(Date.now() + 3_000_000).toISOString()
  const { body } = await owner.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'quickbooks', providerAppId: appId },
    import: { accessToken: 'at', refreshToken: `canary-${realm}`, expiresAt, config },
  })
  return body.connection.id
}
const tokenOf = (n = realm) => `canary-${n}`
const sweep = () => sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })
/** A connection whose grant the batch finds dead, and whose workflow says so. */
const connectDead = async (owner = workspace, appId = providerAppId): Promise<string> => {
  const id = await connect(owner, appId)
  dead.add(tokenOf())
  await ageToken(hub, id)
  await sweep()
  return id
}
const shown = async (id: string): Promise<ShownConnection> =>
  (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body
/** Looks as the sweep does until it is listed. */
const isListed = (id: string) =>
  eventually(`${id} to be listed`, async () => {
    if ((await listed(hub, needsPersonQuery)).includes(`refresh/${id}`)) return true
    await tellWorkflows(hub)
    return false
  })
/** Looks as the sweep does until the workflow is over, and gives what it is then. */
const over = (id: string) =>
  eventually(`${id} to be over`, async () => {
    await tellWorkflows(hub)
    const [status, attention] = await attentionOf(hub, `refresh/${id}`)
    return status === 'RUNNING' ? undefined : [status, attention]
  })
const reconnect = async (id: string): Promise<void> => {
  const { body } = await workspace.request<Connecting>('POST', `/v1/connections/${id}/reconnect`)
  const url = new URL('http://hub/oauth/callback/quickbooks')
  url.searchParams.set('state', new URL(body.authorizationUrl).searchParams.get('state')!)
  url.searchParams.set('code', 'code')
  url.searchParams.set('realmId', body.connection.config.realmId!)
  const { status } = await callBack(url => app.inject({ url }), url)
  expect(status).toBeLessThan(400)
}

afterEach(() => void (refusesApp = refusesTokens = isDown = false))

describe('a grant that is dead', () => {
  it.each([
    ['the batch', async (id: string) => (await ageToken(hub, id), sweep())],
    ['a refresh by hand', (id: string) => workspace.request('POST', `/v1/connections/${id}/refresh`)],
    [
      'a call on demand',
      async (id: string) => (await ageToken(hub, id), workspace.request('GET', `/v1/connections/${id}/token`)),
    ],
  ])('found by %s, is an open workflow that says what its person can do', async (_by, find) => {
    const id = await connect()
    dead.add(tokenOf())
    await find(id)
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth' })
    await isListed(id)
    const details = await eventually('its details', async () => {
      const text = await detailsOf(hub, `refresh/${id}`)
      return text.includes('TOKEN_EXPIRED') && text
    })
    expect(details).toMatch(/since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(TOKEN_EXPIRED\)/)
    expect(details).toContain(`POST /v1/connections/${id}/reconnect`)
    const history = await hub.temporal.workflow.getHandle(`refresh/${id}`).fetchHistory()
    expect(JSON.stringify(history)).not.toContain('canary')
    await reconnect(id)
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
    expect(await listed(hub, needsPersonQuery)).not.toContain(`refresh/${id}`)
  })

  it('found by a check that the platform refuses twice, is told likewise', async () => {
    const id = await connect()
    dead.add(tokenOf())
    refusesTokens = true
    for (let tries = 0; tries < 2; tries += 1) await workspace.request('POST', `/v1/connections/${id}/check`)
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth' })
    await isListed(id)
    await workspace.request('DELETE', `/v1/connections/${id}`)
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('tells how many syncs wait for it', async () => {
    const id = await connect()
    const collection = `customers-${id}`
    await workspace.request('POST', '/v1/syncs', { connectionId: id, model: 'customers', collection })
    dead.add(tokenOf())
    await ageToken(hub, id)
    await sweep()
    await isListed(id)
    await eventually('its details', async () => (await detailsOf(hub, `refresh/${id}`)).includes('1 sync of it rests'))
  })

  it('is found open again after it died once more, and told of once', async () => {
    const id = await connectDead()
    await isListed(id)
    await reconnect(id)
    // Nobody has told the workflow yet.
    await hub.pool.query(`update connections set tell_at = now() + interval '1 hour' where id = $1`, [id])
    dead.add('+')
    await ageToken(hub, id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'needs_reauth' })
    await tellWorkflows(hub)
    expect(await attentionOf(hub, `refresh/${id}`)).toEqual(['RUNNING', 'needs_person'])
    dead.delete('+')
    await reconnect(id)
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('is refreshed by hand once it is connected again, though its workflow has not been told', async () => {
    const id = await connectDead()
    await isListed(id)
    await reconnect(id)
    const before = refreshCalls()
    const { status, body } = await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh`)
    expect([status, body.outcome]).toEqual([202, 'refreshed'])
    expect(refreshCalls() - before).toBe(1)
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('cannot be refreshed by hand while it needs its person', async () => {
    const id = await connectDead()
    await isListed(id)
    const before = refreshCalls()
    const { body } = await workspace.request('POST', `/v1/connections/${id}/refresh`)
    expect(body.error.code).toBe('TOKEN_EXPIRED')
    expect(refreshCalls()).toBe(before)
  })
})

describe('its workflow', () => {
  it('is told after Temporal was away while the person came back', async () => {
    const id = await connectDead()
    await isListed(id)
    const away = Object.assign(Object.create(hub.temporal) as typeof hub.temporal, {
      withDeadline: () => Promise.reject(Object.assign(new Error('away'), { code: 14, details: '', metadata: {} })),
    })
    await reconnect(id)
    expect(await tellWorkflows({ ...hub, temporal: away })).toBe(0)
    expect(await attentionOf(hub, `refresh/${id}`)).toEqual(['RUNNING', 'needs_person'])
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('is started again when somebody has terminated it', async () => {
    const id = await connectDead()
    await isListed(id)
    await hub.temporal.workflow.getHandle(`refresh/${id}`).terminate('by mistake')
    // The hour has passed.
    await hub.pool.query(`update connections set tell_at = now() - interval '1 second' where id = $1`, [id])
    await isListed(id)
  })

  it('costs nothing while it waits', async () => {
    const id = await connectDead()
    await isListed(id)
    const lengthOf = async () => (await hub.temporal.workflow.getHandle(`refresh/${id}`).describe()).historyLength
    await eventually('its look', async () => (await detailsOf(hub, `refresh/${id}`)).includes('TOKEN_EXPIRED'))
    const before = await lengthOf()
    for (let hours = 0; hours < 3; hours += 1) {
      await hub.pool.query(`update connections set tell_at = now() - interval '1 second' where id = $1`, [id])
      await tellWorkflows(hub)
    }
    expect(await lengthOf()).toBe(before)
  })

  it('ends when the row is gone', async () => {
    const id = await connectDead()
    await isListed(id)
    await hub.pool.query('delete from credentials where owner_id = $1', [id])
    await hub.pool.query('delete from connections where id = $1', [id])
    // As its own look would, a day later.
    await hub.temporal.workflow.getHandle(`refresh/${id}`).signal('connectionChanged')
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('is started for a few at a time, of each workspace in turn', async () => {
    const [many, few] = [await createWorkspace(hub), await createWorkspace(hub)]
    const ids: string[] = []
    const [appOfMany, appOfFew] = [await appOf(many), await appOf(few)]
    for (let n = 0; n < 12; n += 1) ids.push(await connect(many, appOfMany))
    const other = await connect(few, appOfFew)
    await hub.pool.query(
      `update connections set status = 'needs_reauth', tell_at = to_timestamp(0),
         status_changed_at = now() + (case when id = $2 then interval '1 minute' else interval '0' end)
       where id = any($1)`,
      [[...ids, other], other],
    )
    const next = await connectionsToTell(hub, 10)
    expect(next.map(({ connectionId }) => connectionId)).toContain(other)
    expect(await tellWorkflows(hub)).toBeLessThanOrEqual(10)
    for (const id of [...ids, other]) await isListed(id)
  })
})

describe('an app that the platform refuses', () => {
  it('is for an operator to mend, and over when it is mended', async () => {
    const id = await connect()
    refusesApp = true
    await ageToken(hub, id)
    await sweep()
    expect(await shown(id)).toMatchObject({ status: 'error', statusReason: 'CLIENT_REFUSED' })
    await isListed(id)
    await eventually('its details', async () =>
      (await detailsOf(hub, `refresh/${id}`)).includes(`PATCH /v1/provider-apps/${providerAppId}`),
    )
    const before = refreshCalls()
    const failed = await workspace.request<{ outcome: string }>('POST', `/v1/connections/${id}/refresh`)
    expect(failed.body.outcome).toBe('failed')
    await eventually('it to wait again', async () =>
      (await detailsOf(hub, `refresh/${id}`)).includes('/v1/provider-apps/'),
    )
    expect(refreshCalls() - before).toBe(1)
    refusesApp = false
    await ageToken(hub, id)
    await sweep()
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
    expect(await shown(id)).toMatchObject({ status: 'connected' })
  })

  it('is nobody’s to mend where nothing was ever connected', async () => {
    const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ provider: 'quickbooks', providerAppId },
    })
    refusesApp = true
    const url = new URL('http://hub/oauth/callback/quickbooks')
    url.searchParams.set('state', new URL(body.authorizationUrl).searchParams.get('state')!)
    url.searchParams.set('code', 'code')
    url.searchParams.set('realmId', '1')
    await callBack(url => app.inject({ url }), url)
    await eventually('the attempt to fail', async () => (await shown(body.connection.id)).status === 'error')
    await tellWorkflows(hub)
    const workflow = `connect/${body.attemptId}`
    await eventually('its end', async () => (await attentionOf(hub, workflow))[0] !== 'RUNNING')
    expect(await attentionOf(hub, workflow)).toEqual(['COMPLETED', 'none'])
    expect(await listed(hub, needsPersonQuery)).not.toContain(`refresh/${body.connection.id}`)
  })
})

describe('what is tried again', () => {
  it('is over when its connection is disconnected meanwhile', async () => {
    const id = await connect()
    await ageToken(hub, id)
    isDown = true
    await workspace.request('POST', `/v1/connections/${id}/refresh`)
    const workflow = `refresh/${id}`
    await eventually('its attention', async () => (await attentionOf(hub, workflow)).join() === 'RUNNING,retrying')
    expect(await detailsOf(hub, workflow)).toMatch(
      /PROVIDER_ERROR at quickbooks since 20.* Tries again at 20.*given up at 20/,
    )
    isDown = false
    await workspace.request('DELETE', `/v1/connections/${id}`)
    expect(await over(id)).toEqual(['COMPLETED', 'none'])
  })

  it('is told of an attempt whose platform does not take the code yet, until it does', async () => {
    const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
      ...{ provider: 'quickbooks', providerAppId },
    })
    isDown = true
    const url = new URL('http://hub/oauth/callback/quickbooks?code=code&realmId=77')
    url.searchParams.set('state', new URL(body.authorizationUrl).searchParams.get('state')!)
    const answer = callBack(url => app.inject({ url }), url)
    const workflow = `connect/${body.attemptId}`
    await eventually('its attention', async () => (await attentionOf(hub, workflow))[1] === 'retrying')
    expect(await detailsOf(hub, workflow)).toMatch(/quickbooks does not take the code since 20.* until 20/)
    isDown = false
    await answer
    await eventually('its end', async () => (await attentionOf(hub, workflow))[0] !== 'RUNNING', 40_000)
    expect(await attentionOf(hub, workflow)).toEqual(['COMPLETED', 'none'])
    expect(await shown(body.connection.id)).toMatchObject({ status: 'connected' })
  })
})
