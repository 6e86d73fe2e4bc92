import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../../support/hub.ts'
import type { ShownRecord } from '../company.ts'

interface Listed {
  data: ShownRecord[]
  nextCursor: string | null
  watermark: string | null
}

const hub = await createTestHub()
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stranger = await createWorkspace(hub)

const list = async (query: string, of = workspace) =>
  (await of.request<Listed & AnyBody>('GET', `/v1/records?${query}`)).body
const names = async (query: string) => (await list(`collection=people&${query}`)).data.map(({ data }) => data.name)
const refusal = async (query: string) => (await list(query)).error

const people = [
  {
    name: 'Ada',
    email: 'ada@example.com',
    age: 36,
    total: '100.50',
    city: { name: 'London' },
    labels: ['early', 'maths'],
  },
  {
    name: 'Grace',
    email: 'grace@example.com',
    age: 85,
    total: '9.5',
    city: { name: 'Arlington' },
    since: '2024-02-01',
  },
  { name: 'Ülkü', email: 'ulku@example.org', age: 9, total: '-3.25', city: { name: 'İzmir' }, vip: true },
  { name: 'O\'Hara "\\"', email: null, age: 41.5, note: 'Rechnung INV-0042, 株式会社アクメ', since: '2025-11-30' },
]

beforeAll(async () => {
  for (const data of people) await workspace.request('POST', '/v1/records', { collection: 'people', data })
  await stranger.request('POST', '/v1/records', { collection: 'people', data: people[0] })
})

describe('records are filtered', () => {
  it.each([
    ['filter[email]=ada@example.com', ['Ada']],
    ['filter[name]=ada', []],
    [`filter[name]=${encodeURIComponent('O\'Hara "\\"')}`, ['O\'Hara "\\"']],
    ['filter[age]=36', ['Ada']],
    ['filter[age][eq]=36.0', ['Ada']],
    ['filter[age][gt]=36', ['Grace', 'O\'Hara "\\"']],
    ['filter[age][gte]=36&filter[age][lt]=85', ['Ada', 'O\'Hara "\\"']],
    // Texts that are numbers are compared as numbers: 9.5 is less than 100.5.
    ['filter[total][lt]=10', ['Grace', 'Ülkü']],
    ['filter[total][lte]=-3.25', ['Ülkü']],
    ['filter[since][gte]=2025-01-01', ['O\'Hara "\\"']],
    ['filter[since][exists]=true', ['Grace', 'O\'Hara "\\"']],
    // Null and missing are the same.
    ['filter[email][exists]=false', ['O\'Hara "\\"']],
    ['filter[email][ne]=ada@example.com', ['Grace', 'Ülkü', 'O\'Hara "\\"']],
    ['filter[name][in]=Ada,Grace,Nobody', ['Ada', 'Grace']],
    ['filter[name][in]=Ada&filter[name][in]=Grace', ['Ada', 'Grace']],
    ['filter[name][prefix]=Gr', ['Grace']],
    ['filter[city.name]=London', ['Ada']],
    ['filter[city.name][prefix]=%25', []],
    ['filter[labels]=maths', ['Ada']],
    ['filter[labels.0]=early', ['Ada']],
    ['filter[vip]=true', ['Ülkü']],
    ['filter[name]=%27%20or%20true%20--', []],
  ])('%s', async (query, found) => {
    expect(await names(`${query}&sort=createdAt`)).toEqual(found)
  })

  it('by fields of the collection as what they are', async () => {
    const refused = await refusal('collection=customers&filter[balance][gt]=much')
    expect(refused).toMatchObject({ code: 'INVALID_REQUEST', details: [{ path: 'query.filter.balance' }] })
    for (const query of [
      'filter[a;b]=1',
      'filter[email][like]=x',
      'filter[]=x',
      'filter=x',
      'filter[a][b][c]=x',
      'filter[__proto__]=x',
      'filter[email][exists]=maybe',
      'sort=a;b',
      'sort=-',
    ]) {
      expect([query, (await refusal(`collection=people&${query}`)).code]).toEqual([query, 'INVALID_REQUEST'])
    }
  })

  it('never those of another workspace', async () => {
    expect((await list('collection=people&filter[name]=Ada', stranger)).data).toHaveLength(1)
    expect((await list('collection=people&search=ada', stranger)).data).toHaveLength(1)
    expect((await list('collection=people&search=grace', stranger)).data).toEqual([])
  })
})

describe('records are searched', () => {
  it.each([
    ['ada', ['Ada']],
    ['EXAMPLE gr', ['Grace']],
    ['ulku', ['Ülkü']],
    ['izmir', ['Ülkü']],
    ['inv-0042', ['O\'Hara "\\"']],
    ['0042', ['O\'Hara "\\"']],
    ['株式会社', ['O\'Hara "\\"']],
    ["o'hara", ['O\'Hara "\\"']],
    ['example', ['Ada', 'Grace', 'Ülkü']],
    // Names of members are no words.
    ['email', []],
  ])('%s', async (search, found) => {
    expect(await names(`search=${encodeURIComponent(search)}&sort=createdAt`)).toEqual(found)
  })

  it('as they are now, whatever has just changed', async () => {
    const { body } = await workspace.request('POST', '/v1/records', { collection: 'fresh', data: { name: 'first' } })
    const found = async (word: string) => (await list(`collection=fresh&search=${word}`)).data.length
    expect(await found('first')).toBe(1)
    await workspace.request('PATCH', `/v1/records/${body.id}`, { data: { name: 'second' } })
    expect([await found('first'), await found('second')]).toEqual([0, 1])
    await workspace.request('DELETE', `/v1/records/${body.id}`)
    expect(await found('second')).toBe(0)
    // A tombstone has no words; a filter finds it where it is asked for.
    expect((await refusal('collection=fresh&search=second&deleted=true')).code).toBe('INVALID_REQUEST')
    expect((await list('collection=fresh&filter[name]=second')).data).toEqual([])
    expect((await list('collection=fresh&filter[name]=second&deleted=true')).data).toHaveLength(1)
  })

  it('by words only', async () => {
    expect(await refusal('collection=people&search=%21%3F')).toMatchObject({ code: 'INVALID_REQUEST' })
    expect(await refusal(`collection=people&search=a+b+c+d+e+f+g+h+i`)).toMatchObject({ code: 'INVALID_REQUEST' })
  })
})

describe('records are sorted', () => {
  it.each([
    ['name', ['Ada', 'Grace', 'O\'Hara "\\"', 'Ülkü']],
    ['-name', ['Ülkü', 'O\'Hara "\\"', 'Grace', 'Ada']],
    ['age', ['Ülkü', 'Ada', 'O\'Hara "\\"', 'Grace']],
    ['since', ['Ada', 'Ülkü', 'Grace', 'O\'Hara "\\"']],
    ['-createdAt', ['O\'Hara "\\"', 'Ülkü', 'Grace', 'Ada']],
    ['updatedAt', ['Ada', 'Grace', 'Ülkü', 'O\'Hara "\\"']],
  ])('by %s, page by page, each once', async (sort, order) => {
    const seen: unknown[] = []
    for (let cursor = ''; ;) {
      const page = await list(`collection=people&sort=${sort}&limit=1${cursor}`)
      seen.push(...page.data.map(({ data }) => data.name))
      if (page.nextCursor === null) break
      cursor = `&cursor=${page.nextCursor}`
    }
    expect(seen).toEqual(order)
  })

  it('and a page stays where it was while records before it go and come', async () => {
    const make = async (n: number) =>
      (await workspace.request('POST', '/v1/records', { collection: 'moving', data: { n } })).body.id
    const ids = [await make(1), await make(2), await make(3), await make(4)]
    const first = await list('collection=moving&sort=n&limit=2')
    await workspace.request('DELETE', `/v1/records/${ids[0]}`)
    await make(0)
    const second = await list(`collection=moving&sort=n&limit=2&cursor=${first.nextCursor}`)
    expect(second.data.map(({ data }) => data.n)).toEqual([3, 4])
    // A cursor is of its filter and order.
    expect(await refusal(`collection=moving&sort=-n&limit=2&cursor=${first.nextCursor}`)).toMatchObject({
      code: 'INVALID_CURSOR',
    })
  })
})
