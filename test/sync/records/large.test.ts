import fc from 'fast-check'

import { pageStatement, queryRecords, type RecordQuery } from '../../../src/sync/records/query/query-records.ts'
import { bringUpToDate } from '../../../src/sync/records/query/term-index.ts'
import { candidatesOf } from '../../../src/sync/records/query/term-search.ts'
import { createTestHub, createTestServer, createWorkspace } from '../../support/hub.ts'
import { planOf, readRows, scanned } from '../../support/plans.ts'

// A collection that is large enough to be read by indexes, among others that are as large.

const hub = await createTestHub()
await createTestServer(hub)
const mine = await createWorkspace(hub)
const other = await createWorkspace(hub)
const size = 20_000
const query: RecordQuery = {
  collection: 'big',
  conditions: [],
  sort: { by: 'createdAt', descending: true },
  deleted: false,
  limit: 51,
}

/** Records as a sync writes them, without the time that it takes. */
async function fill(workspaceId: string): Promise<void> {
  await hub.pool.query(
    `insert into records (id, workspace_id, collection, data, hash, change)
     select 'rec_' || substr(md5($1), 1, 6) || lpad(n::text, 20, '0'), $1, 'big', jsonb_build_object(
       'email', 'person' || n || '@example.com', 'status', 'open', 'n', n, 'total', (n % 500)::text || '.50'), '', n
     from generate_series(1, $2::int) n`,
    [workspaceId, size],
  )
  await hub.pool.query(`insert into collections (workspace_id, name, last_change) values ($1, 'big', $2)`, [
    workspaceId,
    size,
  ])
}

beforeAll(async () => {
  await Promise.all([fill(mine.workspaceId), fill(other.workspaceId)])
  await hub.pool.query('analyze records')
  await upToDate(mine)
}, 60_000)

const upToDate = ({ workspaceId }: typeof mine) => bringUpToDate(hub.db, workspaceId, 'big', 60_000)

async function planned(of: RecordQuery) {
  const candidates = await candidatesOf(hub.db, mine.workspaceId, of)
  const { sql, parameters } = pageStatement(mine.workspaceId, of, candidates).compile(hub.db)
  return { candidates, plan: await planOf(hub.pool, sql, parameters) }
}

describe('in a large collection', () => {
  it('a page in the order of making or of changes reads its own rows', async () => {
    for (const by of ['createdAt', 'updatedAt'] as const) {
      const { plan } = await planned({ ...query, sort: { by, descending: true } })
      expect(scanned(plan)).toEqual([])
      expect(readRows(plan)).toBeLessThan(100)
    }
  })

  it('what few records hold is found by terms, and nothing else is read', async () => {
    const conditions = [{ path: ['email'], operator: 'eq', values: ['person777@example.com'] }] as const
    const { candidates, plan } = await planned({ ...query, conditions })
    expect(candidates).toMatchObject({ kind: 'few', ids: [expect.any(String)] })
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeLessThan(10)
    const found = await queryRecords(hub.db, mine.workspaceId, { ...query, search: 'person77', limit: 500 })
    // 77, 770 to 779, 7700 to 7799.
    expect(found).toHaveLength(1 + 10 + 100)
    expect(new Set(found.map(record => record.workspace_id))).toEqual(new Set([mine.workspaceId]))
  })

  it('what most records hold is found in their order', async () => {
    const conditions = [{ path: ['status'], operator: 'eq', values: ['open'] }] as const
    const { candidates, plan } = await planned({ ...query, conditions })
    expect(candidates.kind).toBe('many')
    expect(scanned(plan)).toEqual([])
    expect(readRows(plan)).toBeLessThan(500)
  })

  it('words are searched once they are known: until then the caller is told how far that is', async () => {
    const search = () => other.request('GET', '/v1/records?collection=big&search=person77&limit=200')
    const first = await search()
    if (first.status !== 200) {
      expect([first.status, first.body.error]).toMatchObject([503, { code: 'INDEX_BUILDING', details: { of: size } }])
      expect(first.headers['retry-after']).toBe('1')
    }
    await upToDate(other)
    expect((await search()).body.data).toHaveLength(111)
  })
})

describe('terms', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }).filter(text => !text.includes('\0') && text.isWellFormed()),
    fc.constantFrom('0042', '42', '42.0', '12.50', '-0.50', "a'b", 'a\\b', "\\'", ' ', 'x'.repeat(300)),
    fc.constantFrom(42, 12.5, 1e-7, 1e21),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  )
  const data = fc.dictionary(fc.constantFrom('a', 'b', 'list'), fc.oneof(value, fc.array(value, { maxLength: 3 })), {
    maxKeys: 3,
  })

  it('never hide a record that a filter finds without them', async () => {
    const datas = fc.sample(data, { numRuns: 400, seed: 11 })
    const made = await mine.request('POST', '/v1/records/bulk', {
      collection: 'generated',
      records: datas.map(one => ({ data: one })),
    })
    expect(made.status).toBe(201)
    // As if there were as many changes as make it worth while.
    const raise = `update collections set last_change = $2 where workspace_id = $1 and name = 'generated'`
    const texts = datas.flatMap(one => Object.values(one).flat()).filter(one => one !== null)
    const wanted = [...new Set(texts.map(one => (typeof one === 'string' ? one : JSON.stringify(one))))].slice(0, 60)
    const idsOf = async (text: string, operator: 'eq' | 'prefix') => {
      const conditions = [{ path: ['a'], operator, values: [text] }]
      const found = await queryRecords(hub.db, mine.workspaceId, {
        ...query,
        collection: 'generated',
        conditions,
        limit: 1_000,
      })
      return found.map(({ id }) => id)
    }
    const asked = wanted.flatMap(text => (['eq', 'prefix'] as const).map(operator => [text, operator] as const))
    const without = []
    for (const [text, operator] of asked) without.push(await idsOf(text, operator))
    await hub.pool.query(raise, [mine.workspaceId, 1_000_000])
    const by = []
    for (const [text, operator] of asked) by.push(await idsOf(text, operator))
    expect(by).toEqual(without)
    expect(without.filter(ids => ids.length > 0).length).toBeGreaterThan(20)
  }, 60_000)
})
