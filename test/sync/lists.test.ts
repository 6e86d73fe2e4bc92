import { createTestHub, createTestServer } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, records, run, type Company } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback, type Answer, type Call, type Item } from './loopback.ts'

const hub = await createTestHub({ environment: { LOG_LEVEL: process.env.SYNC_TEST_LOG ?? 'silent' } })
await createTestServer(hub)
await startTestWorkers(hub)
const platform = await startLoopback(hub)

const many = (count: number, from = 1) => Array.from({ length: count }, (_, n) => customer(from + n))

async function count(company: Company, collection = 'customers'): Promise<number> {
  const { rows } = await hub.pool.query<{ n: number }>(
    'select count(*)::int as n from records where workspace_id = $1 and collection = $2',
    [company.workspace.workspaceId, collection],
  )
  return rows[0]!.n
}

describe('a list by position', () => {
  it.each([
    ['half of what was asked for', 1_200, (start: number, max: number, all: Item[]) => slice(all)(start, max / 2)],
    [
      'pages that a filter has thinned',
      1_500,
      (start: number, max: number, all: Item[]) => slice(all)(start, max).filter(({ Id }) => Number(Id) % 100 !== 50),
    ],
  ])('is read to its end when the platform gives %s', async (_what, size, list) => {
    const company = await platform.account('quickbooks')
    const all = many(size)
    platform.play = playQuickbooks((start, max) => list(start, max, all))
    const shown = new Set(list(1, 4_000, all).map(({ Id }) => Id)).size === size ? size : size - size / 100
    const syncId = await createSync(company)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pulled: shown, created: shown } })
    expect(await count(company)).toBe(shown)
  })

  it('ends with an error when the platform does not look at the position', async () => {
    const company = await platform.account('quickbooks')
    const first = many(1_000)
    platform.play = playQuickbooks(() => first)
    const syncId = await createSync(company)
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'PROVIDER_LIST_ENDLESS' })
  })

  it.each([
    ['one', 1],
    ['more than pages overlap', 30],
  ])('loses nothing when %s of the first page is removed as it is read', async (_what, removed) => {
    const company = await platform.account('quickbooks')
    let all = many(1_205)
    let calls = 0
    platform.play = playQuickbooks((start, max) => {
      const page = slice(all)(start, max)
      if (++calls === 1) all = all.slice(removed)
      return page
    })
    const syncId = await createSync(company)
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { created: 1_205 } })
  })
})

/** Repositories on pages of three, linked as a test says. */
function playGithub(pages: Item[][], link: (page: number) => string | string[] | undefined) {
  return ({ path, query }: Call): Answer | undefined => {
    const page = Number(/\/page\/(\d)$/.exec(path)?.[1] ?? query.get('page') ?? 1)
    if (!path.includes('/user/repos')) return undefined
    const header = link(page)
    return { body: pages[page - 1] ?? [], ...(header === undefined ? {} : { headers: { link: header } }) }
  }
}

const repository = (id: number, name = `r${id}`, day = 1): Item => ({
  id,
  name,
  updated_at: `2026-01-0${day}T00:00:00Z`,
})
const pages = [
  [1, 2, 3],
  [4, 5, 6],
  [7, 8],
].map(ids => ids.map(id => repository(id)))
const upstream = 'https://api.github.com/user/repos'

describe('a list by links', () => {
  const next = (target: (page: number) => string) => (page: number) => (page < 3 ? target(page + 1) : undefined)
  it.each<[string, (page: number) => string | string[] | undefined]>([
    ['several relations in one', next(page => `<${upstream}?page=${page}>; rel="last next"`)],
    ['blanks round the sign', next(page => `<${upstream}?page=${page}>; rel = "next"`)],
    ['capitals', next(page => `<${upstream}?page=${page}>; REL="NEXT"`)],
    ['a comma in a title', next(page => `<${upstream}?page=${page}>; title="a, b"; rel="next"`)],
    [
      'several header lines',
      page =>
        page < 3 ? [`<${upstream}?page=1>; rel="first"`, `<${upstream}?page=${page + 1}>; rel="next"`] : undefined,
    ],
    ['a relative target', next(page => `<?page=${page}>; rel="next"`)],
    ['a target without a query', next(page => `<${upstream}/page/${page}>; rel="next"`)],
    ['a name that is there twice', next(page => `<${upstream}?f=x&f=y&page=${page}>; rel="next"`)],
    [
      'another relation that begins alike',
      page => (page < 3 ? `<${upstream}?page=${page + 1}>; rel="next"` : `<${upstream}?page=1>; rel="nextpage"`),
    ],
  ])('is followed through %s', async (_what, link) => {
    const company = await platform.account('github')
    platform.calls.length = 0
    platform.play = playGithub(pages, link)
    const syncId = await createSync(company, { model: 'repositories' })
    expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { pulled: 8, created: 8 } })
    const lists = platform.calls.filter(({ path }) => path.includes('/user/repos'))
    expect(lists).toHaveLength(3)
    for (const { query } of lists.slice(1)) if (query.has('f')) expect(query.getAll('f')).toEqual(['x', 'y'])
  })

  it.each<[string, (page: number) => string]>([
    ['the page just read', page => `<?page=${page}>; rel="next"`],
    ['a page before', page => `<?page=${page === 1 ? 2 : 1}>; rel="next"`],
    ['ever new pages of the same', page => `<?page=${page}&again=${Math.random()}>; rel="next"`],
  ])('ends with an error when it leads to %s', async (_what, link) => {
    const company = await platform.account('github')
    platform.calls.length = 0
    platform.play = playGithub(pages, link)
    const syncId = await createSync(company, { model: 'repositories' })
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'PROVIDER_LIST_ENDLESS' })
    expect(platform.calls.length).toBeLessThan(12)
  })
})

describe('a list by cursors', () => {
  it('ends with an error when the platform gives the same again', async () => {
    const company = await platform.account('stripe')
    const data = ['cus_1', 'cus_2'].map(id => ({ id, name: id }))
    platform.play = () => ({ body: { has_more: true, data } })
    const syncId = await createSync(company)
    expect(await run(company, syncId)).toMatchObject({ status: 'failed', errorCode: 'PROVIDER_LIST_ENDLESS' })
  })
})

describe('of two versions of an item', () => {
  const name = async (company: Company) =>
    (await records(company)).find(({ data }) => /^(OLD|NEW)/.test(String(data.displayName)))
  const [older, newer] = [customer(7, 'OLD', 5), customer(7, 'NEW', 6)]

  it('the later stays, on one page in either order', async () => {
    for (const both of [
      [newer, older],
      [older, newer],
    ]) {
      const company = await platform.account('quickbooks')
      platform.play = playQuickbooks(slice([...many(6), ...both]))
      await run(company, await createSync(company))
      expect(await name(company)).toMatchObject({ data: { displayName: 'NEW' }, version: 1 })
    }
  })

  it('the later stays, on two pages in either order, and from a stale replica', async () => {
    for (const [first, second] of [
      [newer, older],
      [older, newer],
    ] as const) {
      const company = await platform.account('quickbooks')
      const all = [first, ...many(900, 1_001), second]
      platform.play = playQuickbooks((start, max) => slice(all)(start, max / 2))
      const syncId = await createSync(company)
      expect(await run(company, syncId)).toMatchObject({ status: 'succeeded' })
      expect((await name(company))?.data).toMatchObject({ displayName: 'NEW' })
      const stale = [older, ...many(900, 1_001)]
      platform.play = playQuickbooks(slice(stale), { feed: () => [older] })
      expect((await run(company, syncId)).counts.updated).toBe(0)
      expect((await run(company, syncId, { full: true })).counts.updated).toBe(0)
      expect((await name(company))?.data).toMatchObject({ displayName: 'NEW' })
    }
  })

  it('the one with the later time stays where the platform counts no versions, run after run', async () => {
    const company = await platform.account('github')
    const twice = [
      [repository(1, 'NEW', 2), repository(2)],
      [repository(3), repository(1, 'OLD', 1)],
    ]
    platform.play = playGithub(twice, page => (page === 1 ? '<?page=2>; rel="next"' : undefined))
    const syncId = await createSync(company, { model: 'repositories' })
    for (let turn = 0; turn < 3; turn++) {
      expect(await run(company, syncId)).toMatchObject({ status: 'succeeded', counts: { updated: 0 } })
      const [record] = (await records(company, '', 'repositories')).filter(({ data }) =>
        /OLD|NEW/.test(String(data.name)),
      )
      expect(record).toMatchObject({ data: { name: 'NEW' }, version: 1 })
    }
  })
})

describe('an item without an id', () => {
  it('is listed with its place until it is mended, and never read at its parent’s address', async () => {
    const company = await platform.account('github')
    platform.play = playGithub([[repository(1), { name: 'none' }, { id: '..', name: 'parent' }]], () => undefined)
    const syncId = await createSync(company, { model: 'repositories' })
    const errors = async () =>
      (await company.workspace.request<{ data: Record<string, unknown>[] }>('GET', `/v1/syncs/${syncId}/errors`)).body
        .data
    for (let turn = 0; turn < 2; turn++) {
      expect((await run(company, syncId)).counts).toMatchObject({ pulled: 3, failed: 2 })
      expect((await errors()).map(({ place }) => place).sort()).toEqual([
        'item 2 of the first page',
        'item 3 of the first page',
      ])
      expect(await errors()).toMatchObject([1, 2].map(() => ({ code: 'INVALID_ITEM', externalId: null })))
    }
    platform.play = playGithub([[repository(1), repository(2), repository(3)]], () => undefined)
    expect((await run(company, syncId)).counts).toMatchObject({ created: 2, failed: 0 })
    expect(await errors()).toEqual([])
  })
})
