import { reconcileConnections } from '../../src/connections/reconcile.ts'
import { nextWarningAt, warningDaysLeft } from '../../src/connections/policy.ts'
import { sweepRefreshes } from '../../src/connections/refresh/sweep-refreshes.ts'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { createMadeHub, endToken, madeApp, tokens } from '../grants/made.ts'
import { planOf } from '../support/plans.ts'
import type { AnyBody } from '../support/hub.ts'
import { publishedEvents } from './accounts.ts'
import { startPlatform } from './platform.ts'

const dayMs = 86_400_000
const oauth: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...tokens, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [], pkce: false },
}
const { hub, workspace } = await createMadeHub({
  unrenewed: { auth: [{ ...oauth, lifetime: { access: '60d' } }] },
  // Each refresh begins the refresh token's life anew.
  rolling: { auth: [{ ...oauth, lifetime: { access: '1h', refresh: '31d' } }] },
  fixed: { auth: [{ ...oauth, lifetime: { access: '1h', absolute: '60d' } }] },
  endless: { auth: [{ ...oauth, lifetime: {} }] },
})
const { workspaceId } = workspace
const platform = await startPlatform()
let given = 0
platform.answerBy(call => {
  if (call.path === '/token') return { status: 200, body: { access_token: `at-${++given}`, refresh_token: 'rt' } }
  return { status: 200, body: { id: 7, name: 'Seven' } }
})

async function connect(provider: string, imported: Record<string, unknown>): Promise<string> {
  const providerAppId = await madeApp(hub, workspace, platform, provider)
  const body = { provider, providerAppId, import: { accessToken: 'at-0', ...imported } }
  const answer = await workspace.request<AnyBody>('POST', '/v1/connections', body)
  expect(answer).toMatchObject({ status: 201 })
  return (answer.body.connection as { id: string }).id
}
const inDays = (days: number) => new Date(Date.now() + days * dayMs).toISOString()

/** As if the time until a grant's end were this. */
const leave = (id: string, days: number) =>
  hub.pool.query(
    `update connections set ends_at = now() + $2 * interval '1 day',
       absolute_expires_at = case when absolute_expires_at is not null then now() + $2 * interval '1 day' end, warn_at = warn_at - (ends_at - now() - $2 * interval '1 day')
     where id = $1`,
    [id, days],
  )
const warnAt = async (id: string) => {
  const { rows } = await hub.pool.query<{ days: number | null }>(
    `select extract(epoch from ends_at - warn_at)::float8 / 86400 as days from connections where id = $1`,
    [id],
  )
  return rows[0]!.days
}
const pass = () => reconcileConnections(hub, 100)
const warnings = async (id: string) =>
  (await publishedEvents(hub, workspaceId)).filter(
    ({ type, data }) => type === 'connection.expiring' && data.connectionId === id,
  )

describe('a grant that nothing renews', () => {
  it('is told of 30, 7 and 1 days before its end, each once, with how to connect again', async () => {
    const id = await connect('unrenewed', { expiresAt: inDays(60) })
    await pass()
    expect(await warnings(id)).toEqual([])
    for (const [left, told] of [
      [29.9, [30]],
      [29.8, [30]],
      [6.9, [30, 7]],
      [0.9, [30, 7, 1]],
      [0.8, [30, 7, 1]],
    ] as const) {
      await leave(id, left)
      await Promise.all([pass(), pass()])
      expect((await warnings(id)).map(({ data }) => data.daysLeft)).toEqual(told)
    }
    const [first] = await warnings(id)
    expect(first!.data).toMatchObject({ status: 'connected', provider: 'unrenewed' })
    expect(new Date(first!.data.expiresAt as string).getTime()).toBeGreaterThan(Date.now())
    expect(first!.data.reconnectUrl).toMatch(new RegExp(`/v1/connections/${id}/reconnect$`))
    expect(JSON.stringify(first)).not.toContain('at-0')
  })

  it('whose life is shorter begins at the next of them', async () => {
    const [ten, one, hours] = [10, 1.5, 0.1].map(days => inDays(days))
    expect(await warnAt(await connect('unrenewed', { expiresAt: ten }))).toBeCloseTo(7)
    expect(await warnAt(await connect('unrenewed', { expiresAt: one }))).toBeCloseTo(1)
    expect(await warnAt(await connect('unrenewed', { expiresAt: hours }))).toBeNull()
  })

  it('is told of once for all that passed while the hub was away', async () => {
    const id = await connect('unrenewed', { expiresAt: inDays(60) })
    await leave(id, 5)
    await pass()
    expect((await warnings(id)).map(({ data }) => data.daysLeft)).toEqual([7])
    expect(await warnAt(id)).toBeCloseTo(1)
  })

  it('is told of after a crash, and not twice', async () => {
    const id = await connect('unrenewed', { expiresAt: inDays(60) })
    await leave(id, 29)
    await hub.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin raise 'crash'; end $$`)
    await hub.pool.query('create trigger refuse before insert on events for each row execute function refuse()')
    try {
      await expect(pass()).rejects.toThrow()
    } finally {
      await hub.pool.query('drop trigger refuse on events; drop function refuse')
    }
    expect(await warnings(id)).toEqual([])
    await pass()
    await pass()
    expect(await warnings(id)).toHaveLength(1)
  })
})

describe('a grant that is renewed', () => {
  const refresh = async (id: string) => {
    await endToken(hub, id)
    await sweepRefreshes(hub, { runForMs: 0, pollMs: 20 }, { actor: 'test' })
  }

  it('whose end moves with each refresh is told of only when none succeeds', async () => {
    const id = await connect('rolling', { refreshToken: 'rt', expiresAt: inDays(0.04) })
    expect(await warnAt(id)).toBeCloseTo(30)
    await leave(id, 29)
    await refresh(id)
    await pass()
    expect(await warnings(id)).toEqual([])
    await leave(id, 29)
    await pass()
    expect(await warnings(id)).toHaveLength(1)
  })

  it('whose end is fixed is told of however often it is refreshed', async () => {
    const id = await connect('fixed', { refreshToken: 'rt', expiresAt: inDays(0.04) })
    await hub.pool.query(
      `update connections set absolute_expires_at = now() + interval '30 days 10 minutes', ends_at = now() + interval '30 days 10 minutes',
         warn_at = now() + interval '10 minutes' where id = $1`,
      [id],
    )
    await refresh(id)
    expect(await warnAt(id)).toBeCloseTo(30)
    await leave(id, 29.9)
    await refresh(id)
    await pass()
    await refresh(id)
    await pass()
    expect(await warnings(id)).toHaveLength(1)
  })

  it('and has no end is never told of', async () => {
    const id = await connect('endless', { expiresAt: undefined })
    expect(await warnAt(id)).toBeNull()
  })
})

it('looks only at what is to be told', async () => {
  const plan = await planOf(
    hub.pool,
    `select * from connections where warn_at <= now() and status in ('connected', 'degraded', 'error') order by warn_at limit 1`,
    [],
    'set local enable_seqscan = off',
  )
  expect(JSON.stringify(plan)).toContain('connections_to_warn')
})

it('counts days as people do', () => {
  const at = (days: number) => new Date(days * dayMs)
  expect(nextWarningAt(at(100), at(0))).toEqual(at(70))
  expect(nextWarningAt(at(100), at(70))).toEqual(at(93))
  expect(nextWarningAt(at(100), at(99))).toBeNull()
  expect(nextWarningAt(null, at(0))).toBeNull()
  expect([40, 30, 29, 7, 6, 1, 0.5].map(days => warningDaysLeft(at(days), at(0)))).toEqual([30, 30, 30, 7, 7, 1, 1])
})
