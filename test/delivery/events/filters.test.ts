import { expandFanouts } from '../../../src/delivery/events/fanout.ts'
import { compileFilter, looksPerTest } from '../../../src/delivery/events/filters/filter.ts'
import { createEndpoint, deliveriesOf } from '../../support/delivery.ts'
import { createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const hub = await createTestHub()
await createTestServer(hub)
const url = 'http://127.0.0.1:9/hook'

async function receivers(workspace: TestWorkspace, data: unknown): Promise<string[]> {
  const answer = await workspace.request('POST', '/v1/events', { type: 'a.b', data })
  expect(answer.status).toBe(202)
  return (await deliveriesOf(workspace, `?eventId=${answer.body.id}`)).map(delivery => delivery.endpointId).sort()
}

const meets = (filter: Record<string, unknown>, data: unknown) => compileFilter(filter)(data, { left: 1e9 })

describe('a filter', () => {
  it('lets an endpoint have only the events whose data meets it', async () => {
    const workspace = await createWorkspace(hub)
    const all = await createEndpoint(workspace, url)
    const large = await createEndpoint(workspace, url, { filter: { amount: { $gte: 1_000 }, 'customer.plan': 'pro' } })
    const either = await createEndpoint(workspace, url, { filter: { $or: [{ amount: 5 }, { tags: 'urgent' }] } })
    expect(await receivers(workspace, { amount: 1_000, customer: { plan: 'pro' } })).toEqual([all.id, large.id])
    expect(await receivers(workspace, { amount: 999, customer: { plan: 'pro' } })).toEqual([all.id])
    expect(await receivers(workspace, { amount: 5 })).toEqual([all.id, either.id])
    expect(await receivers(workspace, { tags: ['late', 'urgent'] })).toEqual([all.id, either.id])
    for (const odd of [null, 5, 'text', [], {}]) expect(await receivers(workspace, odd)).toEqual([all.id])
    await workspace.request('PATCH', `/v1/endpoints/${large.id}`, { filter: { amount: { $lt: 10 } } })
    expect(await receivers(workspace, { amount: 6 })).toEqual([all.id, large.id])
  })

  it('knows the operators that it names', () => {
    const data = {
      n: 8,
      list: [1, 2, 3],
      items: [
        { sku: 'a', n: 1 },
        { sku: 'b', n: 5 },
      ],
      none: null,
    }
    const met = [
      { n: { $eq: 8 } },
      { n: { $ne: 9 } },
      { n: { $gt: 7, $lt: 9 } },
      { n: { $gte: 8, $lte: 8 } },
      { n: { $in: [7, 8] } },
      { n: { $nin: [7] } },
      { none: { $exists: true }, gone: { $exists: false } },
      { $and: [{ n: 8 }, { list: 2 }] },
      { $nor: [{ n: 9 }, { list: 4 }] },
      { n: { $not: { $gt: 8 } } },
      { list: { $all: [1, 3] } },
      { list: { $size: 3 } },
      { items: { $elemMatch: { sku: 'b', n: { $gt: 4 } } } },
      { n: { $mod: [4, 0] } },
      {
        items: [
          { sku: 'a', n: 1 },
          { sku: 'b', n: 5 },
        ],
      },
    ]
    for (const filter of met) expect([filter, meets(filter, data)]).toEqual([filter, true])
    const unmet = [
      { n: { $gt: 8 } },
      { items: { $elemMatch: { sku: 'a', n: { $gt: 4 } } } },
      { n: '8' },
      { $not: { n: 8 } },
    ]
    for (const filter of unmet) expect([filter, meets(filter, data)]).toEqual([filter, false])
  })

  it('is refused when it has an unknown operator, naming its place, or is too large', async () => {
    const workspace = await createWorkspace(hub)
    let deep: unknown = { a: 1 }
    for (let n = 0; n < 9; n++) deep = { $and: [deep] }
    const wrong: [string, unknown][] = [
      ['body.filter.$where', { $where: 'process.exit()' }],
      ['body.filter.a.$regex', { a: { $regex: '(a+)+$' } }],
      ['body.filter.$or.1.b.$foo', { $or: [{ a: 1 }, { b: { $foo: 1 } }] }],
      ['body.filter.a.$in', { a: { $in: 5 } }],
      ['body.filter.a.b', { a: { $gt: 1, b: 2 } }],
      ['body.filter.a.$gt', { a: { $gt: {} } }],
      ['body.filter.a.$mod', { a: { $mod: [0, 1] } }],
      ['body.filter.$and', { $and: [] }],
      ['body.filter.a.b.$gt', { a: { b: { $gt: 1 } } }],
      ['body.filter', { a: 'x'.repeat(9_000) }],
      ['body.filter.a', { a: '\u0000' }],
      ['body.filter.a', { a: '\ud800' }],
      ['body.filter.x100', Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`x${n}`, 1]))],
      [`body.filter${'.$and.0'.repeat(9)}`, deep],
    ]
    for (const [path, filter] of wrong) {
      const refused = await workspace.request('POST', '/v1/endpoints', { url, filter })
      const details = refused.body.error.details as { path: string }[]
      expect([refused.status, details[0]!.path]).toEqual([400, path])
    }
    const endpoint = await createEndpoint(workspace, url)
    const change = await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { filter: { $where: '1' } })
    expect(change.status).toBe(400)
    const nested = `{"url":"${url}","filter":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`
    expect((await workspace.request('POST', '/v1/endpoints', nested)).status).toBe(400)
  })

  it('stops looking where there is too much to look at', () => {
    const looks = { left: 1e9 }
    let nested: unknown = Array.from({ length: 100_000 }, (_, n) => n)
    for (let n = 0; n < 2_000; n++) nested = [nested]
    const since = performance.now()
    for (const data of [{ a: Array(400_000).fill(1) }, { a: nested }]) {
      expect(compileFilter({ a: { $in: [-2, -3] } })(data, looks)).toBe(false)
    }
    expect(1e9 - looks.left).toBeLessThanOrEqual(2 * looksPerTest)
    expect(performance.now() - since).toBeLessThan(10_000)
  })

  it('holds for an event that the dispatcher expands, by its channels too', async () => {
    const workspace = await createWorkspace(hub)
    const insert = (from: number, to: number, filter: object | null, channels: string[] | null) =>
      hub.pool.query(
        `insert into endpoints (id, workspace_id, url, filter, channels)
         select 'ep_' || lpad(n::text, 26, '0'), $1, $2, $5::jsonb, $6 from generate_series($3::int, $4::int) n`,
        [workspace.workspaceId, url, from, to, filter, channels],
      )
    await createEndpoint(workspace, url)
    await insert(1, 10_100, null, null)
    await insert(10_101, 10_200, { amount: { $gt: 5 } }, null)
    await insert(10_201, 10_300, { amount: { $gt: 500 } }, null)
    await insert(10_301, 10_400, null, ['x'])
    await insert(10_401, 10_500, { amount: 7 }, ['y', 'z'])
    await hub.pool.query('update delivery_settings set endpoints_version = endpoints_version + 1')
    const later = new Date(Date.now() + 60_000).toISOString()
    const event = { type: 'a.b', data: { amount: 7 }, channels: ['z'], deliverAt: later }
    const id = (await workspace.request('POST', '/v1/events', event)).body.id
    while ((await expandFanouts(hub, hub.pool)) > 0);
    const { rows } = await hub.pool.query<{ endpoint: number; due: boolean }>(
      `select right(endpoint_id, 5)::int as endpoint, due_at = $2::timestamptz as due from delivery_queue
       where event_id = $1 and endpoint_id < 'ep_00000000000000000000099999' order by 1`,
      [id, later],
    )
    const expected = [
      [1, 10_200],
      [10_401, 10_500],
    ].flatMap(([from, to]) => Array.from({ length: to! - from! + 1 }, (_, n) => from! + n))
    expect(rows.map(row => row.endpoint)).toEqual(expected)
    expect(rows.every(row => row.due)).toBe(true)
    expect((await hub.pool.query('select from event_fanouts')).rows).toEqual([])
  })

  it('that is costly is looked at by the dispatcher, in steps, with the same result', async () => {
    const workspace = await createWorkspace(hub)
    const endpoints = await Promise.all(
      Array.from({ length: 16 }, (_, n) => createEndpoint(workspace, url, { filter: { list: { $in: [n % 2, -1] } } })),
    )
    const data = { list: Array(30_000).fill(1) }
    const id = (await workspace.request('POST', '/v1/events', { type: 'a.b', data })).body.id
    expect(await deliveriesOf(workspace, `?eventId=${id}`)).toEqual([])
    while ((await hub.pool.query('select from event_fanouts')).rows.length > 0) await expandFanouts(hub, hub.pool)
    const found = (await deliveriesOf(workspace, `?eventId=${id}`)).map(one => one.endpointId).sort()
    expect(found).toEqual(
      endpoints
        .filter((_, n) => n % 2 === 1)
        .map(one => one.id)
        .sort(),
    )
  })
})
