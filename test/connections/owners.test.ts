import { ownerBatch } from '../../src/connections/owners/owner-deleted.ts'
import { insertConnection } from '../../src/connections/store.ts'
import { newId } from '../../src/ids.ts'
import { createMadeHub, madeApp } from '../grants/made.ts'
import { createWorkspace, type AnyBody } from '../support/hub.ts'
import { planOf, type Plan } from '../support/plans.ts'
import { startPlatform } from './platform.ts'

const key = { kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } } as const
const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const { hub, workspace } = await createMadeHub({
  keys: { auth: [{ ...key, ask: [field('region', { default: 'eu', pattern: '^(eu|us)$', help: 'Where it is' })] }] },
})
const platform = await startPlatform()
platform.answerBy(() => ({ status: 200, body: { id: 'a-1', name: 'A' } }))
const providerAppId = await madeApp(hub, workspace, platform, 'keys')

const connect = async (body: object) =>
  workspace.request('POST', '/v1/connections', {
    ...{ provider: 'keys', providerAppId, credentials: { apiKey: 'k' }, ...body },
  })
const listed = async (query: string, by = workspace) =>
  (await by.request<{ data: { id: string }[] }>('GET', `/v1/connections?${query}`)).body.data.map(({ id }) => id)

describe('a connection', () => {
  it('is found by its owner, its tags and both, several of one platform and owner', async () => {
    const made = [
      await connect({ ownerId: 'ann', tags: ['eu', 'pilot', 'eu'] }),
      await connect({ ownerId: 'ann', tags: ['us'] }),
      await connect({ ownerId: 'bob', tags: ['eu'] }),
      await connect({}),
    ]
    const ids = made.map(({ body }) => body.id ?? (body.connection as { id: string }).id)
    expect(made[0]!.body.connection).toMatchObject({ ownerId: 'ann', tags: ['eu', 'pilot'], config: { region: 'eu' } })
    expect(made[3]!.body.connection).toMatchObject({ ownerId: null, tags: [] })
    expect(await listed('ownerId=ann')).toEqual([ids[1], ids[0]])
    expect(await listed('tag=eu')).toEqual([ids[2], ids[0]])
    expect(await listed('tag=eu&ownerId=ann&provider=keys&status=connected')).toEqual([ids[0]])
    expect(await listed('tag=eu&limit=1')).toEqual([ids[2]])
    const changed = await workspace.request('PATCH', `/v1/connections/${ids[0]}`, { tags: ['gold'], ownerId: 'cat' })
    expect(changed.body).toMatchObject({ ownerId: 'cat', tags: ['gold'], metadata: {} })
    expect([await listed('tag=eu'), await listed('tag=gold'), await listed('ownerId=ann')]).toEqual([
      [ids[2]],
      [ids[0]],
      [ids[1]],
    ])
    const stranger = await createWorkspace(hub)
    expect([await listed('ownerId=bob', stranger), await listed('tag=eu', stranger)]).toEqual([[], []])
    for (const body of [{ ownerId: '' }, { ownerId: 'a\u0000' }, { tags: [''] }, { tags: Array(21).fill('x') }, {}])
      expect((await workspace.request('PATCH', `/v1/connections/${ids[0]}`, body)).status).toBe(400)
  })

  it('is asked for what its method needs, by path, before anything is tried', async () => {
    const before = platform.calls.length
    const odd = await connect({ config: { region: 'moon', shop: 'x' } })
    const details = (body: AnyBody) => (body.error as unknown as { details: object[] }).details
    expect(details(odd.body)).toContainEqual({ path: 'body.config.region', message: 'Does not look like one of Made' })
    const unnamed = await connect({ credentials: { key: 'k' } })
    expect(details(unnamed.body)).toContainEqual({ path: 'body.credentials.apiKey', message: 'Is missing' })
    expect(platform.calls).toHaveLength(before)
    const { body } = await workspace.request('GET', '/v1/providers/keys')
    const [method] = body.auth as { ask: object[] }[]
    expect(method!.ask).toEqual([
      { name: 'region', label: 'region', help: 'Where it is', pattern: '^(eu|us)$', default: 'eu', secret: false },
    ])
  })
})

describe('a user who is gone', () => {
  it('has everything disconnected in bounded batches, once, and nobody else’s', async () => {
    const { workspaceId } = workspace
    const count = ownerBatch + 3
    for (let at = 0; at < count; at++) {
      await insertConnection(hub.db, {
        ...{ id: newId('connection'), workspaceId, provider: 'keys', providerAppId, environment: 'production' },
        ...{ authKind: 'api_key', method: 'key', ownerId: 'gone/user', tags: [] },
      })
    }
    const gone = async (by = workspace) =>
      (await by.request('POST', `/v1/owners/${encodeURIComponent('gone/user')}/deleted`)).body
    const stranger = await createWorkspace(hub)
    expect(await gone(stranger)).toEqual({ disconnecting: 0, more: false })
    expect(await gone()).toEqual({ disconnecting: ownerBatch, more: true })
    const results = await Promise.all([gone(), gone()])
    expect(results.every(({ more }) => more === (false as unknown))).toBe(true)
    expect(await gone()).toEqual({ disconnecting: 0, more: false })
    const { rows } = await hub.pool.query<{ status: string; n: number }>(
      `select case when status in ('disconnecting', 'disconnected') then 'gone' else status end as status, count(*)::int as n
       from connections where workspace_id = $1 and owner_id = 'gone/user' group by 1`,
      [workspaceId],
    )
    expect(rows).toEqual([{ status: 'gone', n: count }])
    expect((await listed('ownerId=bob')).length).toBe(1)
  })
})

describe('with many connections of others', () => {
  const everyNode = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(everyNode)]

  it('a list by owner or by tag reads what it shows', async () => {
    const { workspaceId } = workspace
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, environment, auth_kind, method, status, config, scopes, metadata, owner_id, tags)
       select 'conn_' || lpad(n::text, 8, '0'), $1, 'keys', 'production', 'api_key', 'key', 'connected', '{}', '{}', '{}',
         'owner-' || n % 500, array['tag-' || n % 500] from generate_series(1, 20000) n`,
      [workspaceId],
    )
    await hub.pool.query(
      `insert into connection_tags select workspace_id, tags[1], id from connections where id like 'conn_000%'`,
    )
    await hub.pool.query('analyze connections, connection_tags')
    const texts = {
      owner: `select * from connections where workspace_id = $1 and owner_id = $2 order by id desc limit 11`,
      tag: `select * from connections where workspace_id = $1 and id in (
        select connection_id from connection_tags where workspace_id = $1 and tag = $2) order by id desc limit 11`,
    }
    for (const [what, text] of Object.entries(texts)) {
      const plan = await planOf(hub.pool, text, [workspaceId, `${what}-7`])
      const read = everyNode(plan).filter(node => node['Relation Name'] !== undefined)
      const rows = read.reduce((sum, node) => {
        return sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops']
      }, 0)
      expect([what, rows < 500]).toEqual([what, true])
    }
  })
})
