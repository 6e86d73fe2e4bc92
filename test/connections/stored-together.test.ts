import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import { createMadeHub, endToken, formOf, madeApp, tokens } from '../grants/made.ts'
import type { AnyBody } from '../support/hub.ts'
import { eventually } from './accounts.ts'
import { secretsOf, tokensOf } from './attempts.ts'
import { startPlatform } from './platform.ts'

const method: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...tokens, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [], rotation: { reuseGrace: '1s' }, captureFromToken: { tenant: 'tenant' } },
}
const { hub, workspace } = await createMadeHub({ made: { auth: [method] } })
const { workspaceId } = workspace
const platform = await startPlatform()
let given = 0
let whenAsked: (refreshToken: string | undefined) => Promise<void> = async () => {}
platform.answerBy(async call => {
  if (call.path !== '/token') return { status: 200, body: { id: 7, name: 'Seven' } }
  await whenAsked(formOf(call).refresh_token)
  const token = { access_token: `at-${++given}`, refresh_token: `${formOf(call).refresh_token}+`, expires_in: 3600 }
  return { status: 200, body: { ...token, scope: 'one two', tenant: `t-${given}` } }
})
const providerAppId = await madeApp(hub, workspace, platform, 'made')

let people = 0
async function connect(): Promise<string> {
  const imported = { accessToken: 'at', refreshToken: `rt-${++people}`, expiresAt: '2100-01-01T00:00:00Z' }
  const body = { provider: 'made', providerAppId, import: imported }
  const answer = await workspace.request<AnyBody>('POST', '/v1/connections', body)
  return (answer.body.connection as { id: string }).id
}
const sweep = () => sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })
const shown = async (id: string) => (await workspace.request<AnyBody>('GET', `/v1/connections/${id}`)).body
const refreshTokenOf = async (id: string) => (await tokensOf(hub, workspaceId, id))?.refreshToken

it('stores what many refreshes have won, each with its own', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, connect))
  const before = new Map(await Promise.all(ids.map(async id => [id, await refreshTokenOf(id)] as const)))
  for (const id of ids) await endToken(hub, id)
  expect(await sweep()).toMatchObject({ refreshed: 30, failed: 0 })
  for (const id of ids) {
    expect(await refreshTokenOf(id)).toBe(`${before.get(id)}+`)
    const { accessToken } = (await tokensOf(hub, workspaceId, id))!
    const config = { tenant: accessToken.replace('at', 't') }
    expect(await shown(id)).toMatchObject({ status: 'connected', generation: 2, scopes: ['one', 'two'], config })
    expect(await secretsOf(hub, workspaceId, id)).toEqual(['tokens'])
  }
})

it.each([
  ['row', 'select 1 from connections where id = $1 for update'],
  ['seal', `select 1 from credentials where owner_id = $1 and field = 'tokens' for update`],
])('keeps no other from it while the %s of one is held by somebody else, and loses none', async (_, statement) => {
  const ids = await Promise.all(Array.from({ length: 5 }, connect))
  const [held, ...others] = ids as [string, ...string[]]
  const before = await refreshTokenOf(held)
  for (const id of ids) await endToken(hub, id)
  const asked = platform.calls.length
  const client = await hub.pool.connect()
  // From when its token is asked for until the others are stored.
  whenAsked = async refreshToken => {
    if (refreshToken !== before) return
    await client.query('begin')
    await client.query(statement, [held])
  }
  const sweeping = sweep()
  await eventually('the others to be stored', async () => {
    const generations = await Promise.all(others.map(async id => (await shown(id)).generation))
    return generations.every(generation => generation === 2)
  })
  expect((await shown(held)).generation).toBe(1)
  await client.query('rollback')
  client.release()
  expect(await sweeping).toMatchObject({ refreshed: 5, failed: 0 })
  expect(await refreshTokenOf(held)).toBe(`${before}+`)
  expect(await secretsOf(hub, workspaceId, held)).toEqual(['tokens'])
  expect(platform.calls.length).toBe(asked + 5)
})

it('looks again before it rests when all that was under way ended while it looked', async () => {
  const [quick, slow, late] = (await Promise.all([1, 2, 3].map(connect))) as [string, string, string]
  const slowToken = await refreshTokenOf(slow)
  const [asked, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  whenAsked = async refreshToken => {
    if (refreshToken === slowToken) {
      asked.resolve()
      await answer.promise
    } else await asked.promise
  }
  const isRefreshed = async (id: string) => (await shown(id)).generation === 2
  // The last look of the round that begins when the quick one is through finds nothing, and comes back when another has become
  // due and nothing is under way any more.
  let stage: 'before' | 'underway' | 'again' | 'over' = 'before'
  const query = async (statement: { name?: string; text: string; values: unknown[] }) => {
    const found = await hub.pool.query(statement)
    if (statement.name !== 'connections-lease-due') return found
    const isLast = (statement.values.at(-1) as number[])[0] === 0
    if (stage === 'before' && !isLast) stage = 'underway'
    else if (stage === 'underway' && !isLast) stage = 'again'
    else if (stage === 'again' && isLast) {
      stage = 'over'
      await endToken(hub, late)
      answer.resolve()
      await eventually('the slow one to be stored', () => isRefreshed(slow))
    }
    return found
  }
  const slowly = new Proxy(hub.pool, {
    get: (pool, name) => (name === 'query' ? query : (Reflect.get(pool, name, pool) as unknown)),
  })
  for (const id of [quick, slow]) await endToken(hub, id)
  const stop = new AbortController()
  const beside = Object.create(hub, { pool: { value: slowly } }) as typeof hub
  const sweeping = sweepRefreshes(beside, { runForMs: 90_000, pollMs: 90_000 }, { actor: 'test', signal: stop.signal })
  await eventually('the late one to be refreshed', () => isRefreshed(late))
  expect(stage).toBe('over')
  stop.abort()
  expect(await sweeping).toMatchObject({ refreshed: 3, failed: 0 })
})
