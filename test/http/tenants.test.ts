import { platforms } from '../../src/catalogue/platforms/index.ts'
import { operationIdOf } from '../../src/http/openapi/operation-id.ts'
import { bodyExamples } from '../../src/http/openapi/openapi-examples.ts'
import type { AnyRoute } from '../../src/http/route.ts'
import { proxyUrl } from '../../src/http/routes/connections/proxy.ts'
import { routesOf } from '../../src/http/routes.ts'
import { insertConnection } from '../../src/connections/store.ts'
import { tokensPlace } from '../../src/connections/tokens/tokens.ts'
import { newId } from '../../src/ids.ts'
import { createAuthority } from '../support/certificates.ts'
import { call, createTestHub, createTestServer, createWorkspace, type AnyBody, type Method } from '../support/hub.ts'

const hub = await createTestHub({ environment: { AUTH_FAILURES_PER_MINUTE: '1000000' } })
const app = await createTestServer(hub)
const mine = await createWorkspace(hub)
const other = await createWorkspace(hub)

/** What is asked of a route, whether it is declared or passes calls on. */
interface Asked {
  method: Method
  url: string
  access: AnyRoute['access']
  body?: unknown
}
const certificate = createAuthority('Tenants').issue('tenant.test')
const declared: Asked[] = routesOf(hub).map(route => {
  const { method, url, access } = route
  const body = url.endsWith('/client-certificate') ? certificate : bodyExamples[operationIdOf(route)]
  return { method, url, access, ...(route.body && { body: body ?? {} }) }
})
const proxied = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).map(method => ({
  ...{ method, url: `${proxyUrl}/users`, access: 'connections:proxy' as const },
}))
const guarded = [...declared, ...proxied].filter(({ access }) => access !== 'public')
const named = (some: Asked[]) => some.map(asked => [`${asked.method} ${asked.url}`, asked] as const)

/** What a workspace has of everything, by the names of parameters. */
const ids: Record<string, string> = {}

async function made(url: string, body?: unknown, method: Method = 'POST'): Promise<AnyBody> {
  const answer = await mine.request(method, url, body)
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

beforeAll(async () => {
  const { workspaceId } = mine
  ids.workspaceId = workspaceId
  ids.apiKeyId = (await made('/v1/api-keys', { name: 'another' })).id
  ids.providerAppId = (await made('/v1/provider-apps', { provider: 'stripe', name: 'Ours' })).id
  const connection = await insertConnection(hub.db, {
    ...{ id: newId('connection'), workspaceId, provider: 'stripe', providerAppId: ids.providerAppId },
    ...{ environment: 'production', authKind: 'api_key' as const, method: 'key' },
  })
  ids.connectionId = connection.id
  await hub.credentials.put(hub.db, tokensPlace(connection), { accessToken: 'made-for-the-test' })
  await hub.pool.query(`update connections set status = 'connected', external_account_id = 'acct' where id = $1`, [
    connection.id,
  ])
  const github = await made('/v1/provider-apps', { provider: 'github', name: 'Ours', clientId: 'c', clientSecret: 's' })
  ids.webhookAddressId = (await made(`/v1/connections/${connection.id}/webhook-addresses`, {})).id
  ids.webhookSubscriptionId = newId('webhookSubscription')
  await hub.pool.query(
    `insert into webhook_subscriptions (id, workspace_id, connection_id, provider, types, about)
     values ($1, $2, $3, 'stripe', '{}', '{}')`,
    [ids.webhookSubscriptionId, workspaceId, connection.id],
  )
  ids.attemptId = (await made('/v1/connections', { provider: 'github', providerAppId: github.id })).attemptId as string
  ids.importId = (await made('/v1/connection-imports', bodyExamples.createConnectionImport)).id
  const [customers] = platforms.flatMap(({ id, models }) => (id === 'stripe' ? Object.keys(models ?? {}) : []))
  ids.syncId = (await made('/v1/syncs', { connectionId: connection.id, model: customers, direction: 'pull' })).id
  ids.runId = (await made(`/v1/syncs/${ids.syncId}/runs`)).id
  ids.ruleId = (await made('/v1/rules', { eventTypes: ['of.nobody'], syncIds: [ids.syncId] })).id
  ids.recordId = (await made('/v1/records', { collection: 'customers', data: { displayName: 'Ada' } })).id
  ids.endpointId = (await made('/v1/endpoints', { url: 'https://example.com/', eventTypes: ['of.mine'] })).id
  ids.type = 'of.mine'
  await made('/v1/event-types/of.mine', { description: 'Ours' }, 'PUT')
  ids.eventId = (await made('/v1/events', { type: 'of.mine', data: {} })).id
  ids.deliveryId = ((await made('/v1/deliveries', undefined, 'GET')).data[0] as { id: string }).id
  const range = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() }
  ids.replayId = (await made('/v1/replays', { endpointId: ids.endpointId, ...range, statuses: ['failed'] })).id
  ids.inboundEventId = newId('inboundEvent')
  await hub.pool.query(
    `insert into inbound_events (id, workspace_id, provider, type, delivery_id, status, headers, body)
     values ($1, $2, 'stripe', 'customer.updated', 'd', 'routed', '{}', '{}')`,
    [ids.inboundEventId, workspaceId],
  )
  ids.inboundSourceId = (await made('/v1/inbound-sources', bodyExamples.createInboundSource)).id
  ids.inboundReplayId = (await made('/v1/inbound-replays', range)).id
  await hub.pool.query(
    `insert into inbound_refusals (id, workspace_id, provider, target_id, reason, count, last_at)
     values ($1, $2, 'source', $3, 'SIGNATURE_INVALID', 1, now())`,
    [newId('inboundRefusal'), workspaceId, ids.inboundSourceId],
  )
  const own = (await made('/v1/providers', bodyExamples.createProvider)) as { id: string }
  ids.provider = own.id
  ids.id = connection.id
  ids.ownerId = 'user-of-mine'
  await hub.pool.query('update connections set owner_id = $2 where id = $1', [connection.id, ids.ownerId])
  before = await rowsOfMine()
  expect(before.length).toBeGreaterThan(15)
})

/** The address of a route, with what the one workspace has. */
function addressOf(url: string): string {
  return url.replace(/:(\w+)/g, (_, name: string) => {
    if (ids[name] === undefined) throw new Error(`say which ${name} a workspace has`)
    return ids[name]
  })
}

/** A body that names what the one workspace has wherever it names anything; an `eventId` is its sender's own. */
function withIds(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withIds)
  if (typeof body !== 'object' || body === null) return body
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' && name in ids && name.endsWith('Id') && name !== 'eventId' && name !== 'ownerId'
        ? ids[name]
        : withIds(value),
    ]),
  )
}

/** Every row that is the one workspace's, as text. */
async function rowsOfMine(): Promise<string[]> {
  const { rows: tables } = await hub.pool.query<{ name: string }>(
    `select distinct table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'workspace_id'`,
  )
  const all = tables.map(({ name }) => `select t::text as row from "${name}" t where workspace_id = $1`)
  const { rows } = await hub.pool.query<{ row: string }>(
    ['select w::text as row from workspaces w where id = $1', ...all].join(' union all '),
    [mine.workspaceId],
  )
  return rows.map(({ row }) => row).sort()
}
let before: string[]

/** Names that a workspace chooses: under one of another's it makes its own. */
const chosen = ['PUT /v1/event-types/:type', 'PUT /v1/providers/:provider', 'POST /v1/owners/:ownerId/deleted']

describe('what is one workspace’s', () => {
  const withParams = guarded.filter(({ url, access }) => url.includes(':') && access !== 'admin')

  it.each(named(withParams))('is not there for another: %s', async (name, { method, url, body }) => {
    const answer = await other.request(method, addressOf(url), withIds(body))
    expect(await rowsOfMine()).toEqual(before)
    if (chosen.includes(name)) return void (await other.request('DELETE', addressOf(url)))
    expect([answer.status, answer.body.error.code]).toEqual([404, expect.stringMatching(/_NOT_FOUND$/)])
    expect(JSON.stringify(answer.body)).not.toContain(mine.workspaceId)
  })

  const withoutParams = guarded.filter(({ url, access }) => !url.includes(':') && access !== 'admin')
  it.each(named(withoutParams))('is in no list of another’s, and no body leads to it: %s', async (_name, asked) => {
    const { method, url, body } = asked
    const query = url === '/v1/records' && method === 'GET' ? '?collection=customers' : ''
    const answer = await other.request(method, url + query, withIds(body))
    expect(await rowsOfMine()).toEqual(before)
    const given = JSON.stringify(body) === JSON.stringify(withIds(body))
    if (given) expect(answer.status).toBeLessThan(500)
    else expect([url, answer.status]).toEqual([url, 404])
    for (const [what, id] of Object.entries(ids)) {
      if (what !== 'type' && what !== 'provider') expect(JSON.stringify(answer.body)).not.toContain(id)
    }
  })

  const filters = [
    'connectionId',
    'endpointId',
    'syncId',
    'eventId',
    'deliveryId',
    'subjectId',
    'recordId',
    'sourceId',
    'targetId',
  ]
  const others: Record<string, string> = {
    subjectId: 'connectionId',
    sourceId: 'inboundSourceId',
    targetId: 'inboundSourceId',
  }
  const lists = guarded.filter(
    ({ method, url, access }) => method === 'GET' && !url.includes(':') && access !== 'admin',
  )
  it.each(named(lists))('is not found by a filter of another’s: %s', async (_name, { url }) => {
    for (const filter of filters) {
      const id = ids[others[filter] ?? filter]!
      const answer = await other.request(
        'GET',
        `${url}?${filter}=${id}${url === '/v1/records' ? '&collection=customers' : ''}`,
      )
      if (answer.status === 200) expect(answer.body.data ?? []).toEqual([])
      else expect([400, 404]).toContain(answer.status)
    }
  })
})

describe('a key that is not good', () => {
  const keys: [string, string][] = [
    ['a wrong one', `sk_${'a'.repeat(43)}`],
    ['one cut short', mine.apiKey.slice(0, -1)],
  ]
  beforeAll(async () => {
    for (const [what, change] of [
      ['an expired one', `expires_at = now() - interval '1 second'`],
      ['a revoked one', 'revoked_at = now()'],
    ] as const) {
      const key = await made('/v1/api-keys', { name: what })
      await hub.pool.query(`update api_keys set ${change} where id = $1`, [key.id])
      keys.push([what, key.secret as string])
    }
    before = await rowsOfMine()
  })

  it.each(named(guarded))('opens nothing: %s', async (_name, { method, url, body, access }) => {
    // Without a key, and with one that may do all else, it is refused by test/http/routes.test.ts.
    const tried =
      access === 'admin'
        ? [...keys, ['a workspace’s', mine.apiKey] as const]
        : [...keys, ['the operator’s', hub.config.adminKey] as const]
    expect(tried).toHaveLength(5)
    for (const [what, key] of tried) {
      const answer = await call(app, key, method, addressOf(url), withIds(body))
      expect([what, answer.status, answer.body.error.code]).toEqual([what, 401, 'UNAUTHORIZED'])
    }
  })

  it('has changed nothing', async () => {
    expect(await rowsOfMine()).toEqual(before)
  })
})
