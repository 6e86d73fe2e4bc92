import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { createMadeHub, madeApp, tokens } from '../grants/made.ts'
import { until } from '../support/delivery.ts'
import { startTestWorkers } from '../support/workers.ts'
import { startPlatform } from './platform.ts'

const oauth: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...tokens, authorize: 'https://id.made.example/authorize', pkce: false },
  ...{ clientAuth: 'body', requiredScopes: ['account:read', 'offline_access'], defaultScopes: ['things:write'] },
  issuer: 'https://id.made.example',
}
const { hub, app, workspace } = await createMadeHub({ issued: { auth: [oauth] } })
await startTestWorkers(hub, ['workflows', 'connections'])
const platform = await startPlatform()
let scope: string | undefined
platform.answerBy(call => {
  if (call.path === '/token')
    return { status: 200, body: { access_token: 'at', ...(scope === undefined ? {} : { scope }) } }
  return { status: 200, body: { id: 'a-1', name: 'A' } }
})
const providerAppId = await madeApp(hub, workspace, platform, 'issued')

async function begin() {
  const { body } = await workspace.request<{ connection: { id: string }; authorizationUrl: string; attemptId: string }>(
    'POST',
    '/v1/connections',
    { provider: 'issued', providerAppId },
  )
  const state = new URL(body.authorizationUrl).searchParams.get('state')!
  const back = async (query: string) => app.inject({ url: `/oauth/callback/issued?state=${state}&code=c${query}` })
  return { ...body, back }
}
const iss = `&iss=${encodeURIComponent('https://id.made.example')}`
const shown = async (id: string) => (await workspace.request('GET', `/v1/connections/${id}`)).body

describe('a redirect of a platform that says who it is', () => {
  it('is refused when it says another, nobody or two, and the person’s own still works', async () => {
    scope = undefined
    const { back, connection } = await begin()
    for (const wrong of ['', '&iss=', `${iss}.evil.example`, `${iss}%2F`, `${iss}${iss}`]) {
      expect([wrong, (await back(wrong)).statusCode]).toEqual([wrong, 400])
    }
    expect(platform.calls).toEqual([])
    expect((await back(iss)).body).toContain('is connected')
    expect(await shown(connection.id)).toMatchObject({ status: 'connected', scopesMissing: [] })
  })
})

describe('a person who gives less than was asked for', () => {
  it('is connected without what can be done without, and that is shown', async () => {
    scope = 'https://api.made.example/account:read'
    const { back, connection } = await begin()
    expect((await back(iss)).body).toContain('is connected')
    expect(await shown(connection.id)).toMatchObject({ status: 'connected', scopesMissing: ['things:write'] })
  })

  it('is told what to allow when they try again, where it cannot do without, and the code is not spent on it twice', async () => {
    scope = 'things:write'
    const { back, connection, attemptId } = await begin()
    const answer = await back(iss)
    expect([answer.statusCode, answer.body.includes('allow this too: account:read.')]).toEqual([400, true])
    expect((await back(iss)).body).toBe(answer.body)
    expect((await workspace.request('GET', `/v1/connect-attempts/${attemptId}`)).body).toMatchObject({
      ...{ status: 'failed', errorCode: 'SCOPES_MISSING', scopesMissing: ['account:read'] },
    })
    expect(await shown(connection.id)).toMatchObject({ status: 'error', statusReason: 'SCOPES_MISSING' })
    const kept = 'select 1 from credentials where owner_id in ($1, $2)'
    await until(async () => (await hub.pool.query(kept, [attemptId, connection.id])).rowCount === 0)
  })
})
