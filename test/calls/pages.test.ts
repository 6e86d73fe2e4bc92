import type { ChangeFeed } from '../../src/catalogue/schema/items/feeds.ts'
import type { ListDefinition } from '../../src/catalogue/schema/items/pages.ts'
import type { ModelDefinition } from '../../src/catalogue/schema/models.ts'
import type { ProviderCall, ProviderClient } from '../../src/calls/call.ts'
import { readPages, type ReadPage } from '../../src/calls/pages/read-pages.ts'
import { FeedOverflow } from '../../src/calls/pages/changes/feed-overflow.ts'
import { changesSince, fullPass } from '../../src/calls/pages/model-pages.ts'
import { startPlatform, type PlatformAnswer } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { at, clientOf, definitionOf, modelOf } from './made.ts'

const hub = await createTestHub()
const platform = await startPlatform()
const other = await startPlatform()

interface Asked {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
  headers: Record<string, unknown>
}

function play(answer: (asked: Asked) => unknown): void {
  platform.calls.length = 0
  platform.answerBy(call => {
    const { pathname, searchParams } = new URL(call.path, platform.url)
    // A page that was fetched ahead and is not wanted any more may end before its body.
    if (call.method === 'POST' && call.body === '') return { status: 400 }
    const body = call.body === '' ? {} : (JSON.parse(call.body) as Record<string, unknown>)
    const said = answer({ method: call.method, path: pathname, query: searchParams, body, headers: call.headers })
    return isAnswer(said) ? said : { status: 200, body: said }
  })
}

function isAnswer(said: unknown): said is PlatformAnswer {
  return typeof said === 'object' && said !== null && 'status' in said
}

const items = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => ({ id: from + n, name: `n${from + n}` }))

const definition = definitionOf({
  environments: { production: { api: 'https://api.made.example', files: 'https://files.made.example/v2' } },
})
const baseUrls = { ...at(platform.url), 'https://files.made.example': `${platform.url}/files` }

interface Reading {
  secretInQuery?: boolean
  feed?: ChangeFeed
  gone?: ModelDefinition['gone']
}

/** The pages of a list, as their reader sees them. */
async function pagesOf(list: ListDefinition, { secretInQuery, feed, gone }: Reading = {}): Promise<ReadPage[]> {
  const model = modelOf({ list, ...(feed && { changedSince: feed }), ...(gone && { gone }) })
  const key = { kind: 'api_key' as const, id: 'key', label: 'Key', help: 'Settings' }
  const method = { ...key, placement: { in: 'query' as const, name: 'access_token' } }
  const client = clientOf(hub, definition, baseUrls, secretInQuery ? { method } : {})
  const since = new Date('2026-01-31T00:00:00.500Z')
  const source = changesSince(client, model, { since, token: null }) ?? fullPass(client, model)
  const pages: ReadPage[] = []
  for await (const page of readPages(source, null, AbortSignal.timeout(60_000))) {
    expect(JSON.stringify([page.cursor, page.next])).not.toContain('canary')
    pages.push(page)
    if (platform.calls.length > 100) throw new Error('endless')
  }
  return pages
}

/** The ids of all that a list gives, each once. */
async function idsOf(list: ListDefinition, reading?: Reading): Promise<unknown[]> {
  const pages = await pagesOf(list, reading)
  return pages.flatMap(({ items: all, repeated }) => {
    return all.map(item => (item as { id: unknown }).id).filter(id => !repeated.includes(String(id)))
  })
}

const upTo = (count: number) => items(1, count).map(({ id }) => id)
const endless = { code: 'PROVIDER_LIST_ENDLESS' }
const formless = { code: 'PROVIDER_ERROR' }

describe('cursor pages', () => {
  const list: ListDefinition = {
    ...{ kind: 'cursor', path: '/items', page: 2, limitParam: 'limit', param: 'after', items: 'data' },
    ...{ next: { from: 'path', path: 'next' }, end: 'no-cursor' },
  }
  const behind = (after: string | null) => items(Number(after ?? 0) + 1, Math.min(5, Number(after ?? 0) + 2))

  it.each([
    ['a text', String],
    ['a number', Number],
  ])('go on by %s in the body', async (_what, as) => {
    play(({ query }) => {
      const data = behind(query.get('after'))
      return { data, next: data.at(-1)!.id < 5 ? as(data.at(-1)!.id) : null }
    })
    expect(await idsOf(list)).toEqual(upTo(5))
    expect(platform.calls.map(({ path }) => path)).toEqual([
      ...['/items?limit=2', '/items?limit=2&after=2', '/items?limit=2&after=4'],
    ])
  })

  it('go on by a number that no double holds, with all its digits', async () => {
    play(({ query }) => ({
      status: 200,
      text: query.has('after') ? '{"data":[]}' : '{"data":[{"id":1}],"next":9007199254740993}',
    }))
    expect(await idsOf(list)).toEqual([1])
    expect(platform.calls[1]!.path).toContain('after=9007199254740993')
  })

  it('go on by the last id, and say themselves whether there are more', async () => {
    play(({ query }) => {
      const data = behind(query.get('after'))
      return { data, more: data.at(-1)!.id < 5 }
    })
    expect(await idsOf({ ...list, next: { from: 'last-id' }, end: { more: 'more' } })).toEqual(upTo(5))
  })

  it('go on in a JSON body, as a number where the platform wants one', async () => {
    play(({ method, body }) => {
      if (method !== 'POST') return { status: 405 }
      const { after } = body.paging as { after?: number }
      if (after !== undefined && typeof after !== 'number') return { status: 400 }
      const data = behind(String(after ?? 0))
      return { data, next: data.at(-1)!.id < 5 ? data.at(-1)!.id : undefined }
    })
    const posted = { ...list, body: { filter: 'all', paging: { sort: 'id' } }, numeric: true as const }
    expect(await idsOf({ ...posted, param: 'paging.after', limitParam: 'paging.limit' })).toEqual(upTo(5))
    expect(JSON.parse(platform.calls[1]!.body)).toEqual({ filter: 'all', paging: { sort: 'id', limit: 2, after: 2 } })
  })

  it('go on in the variables of a GraphQL document', async () => {
    play(({ body }) => {
      const { after, first } = body.variables as { after?: string; first: number }
      if (!String(body.query).startsWith('query') || first !== 2) return { status: 400 }
      const found = behind(after ?? null)
      const pageInfo = { hasNextPage: found.at(-1)!.id < 5, endCursor: String(found.at(-1)!.id) }
      return { data: { items: { edges: found.map(node => ({ node })), pageInfo } } }
    })
    const graphql: ListDefinition = {
      ...{ kind: 'cursor', path: '/graphql', page: 2, limitParam: 'variables.first', param: 'variables.after' },
      document: 'query($first: Int, $after: String) { items(first: $first, after: $after) { edges { node { id } } } }',
      items: 'data.items.edges[].node',
      next: { from: 'path', path: 'data.items.pageInfo.endCursor' },
      end: { more: 'data.items.pageInfo.hasNextPage' },
    }
    expect(await idsOf(graphql)).toEqual(upTo(5))
  })

  it('go on from the last value where an answer ends early, and end with an error where that leads no further', async () => {
    const at = (id: number) => `2026-01-0${Math.ceil(id / 2)}`
    const rows = items(1, 9).map(item => ({ ...item, at: at(item.id) }))
    const cut: ListDefinition = {
      ...{ ...list, body: { filter: { from: '2000' } }, page: 2 },
      cut: { path: 'ended', equals: 'early', by: 'at', param: 'filter.from' },
    }
    const told = (most: number) =>
      play(({ body }) => {
        const { filter, after } = body as { filter: { from: string }; after?: number }
        const all = rows.filter(row => row.at >= filter.from)
        const start = after === undefined ? 0 : all.findIndex(({ id }) => id === Number(after)) + 1
        const data = all.slice(0, most).slice(start, start + 2)
        const next = start + 2 < Math.min(most, all.length) ? data.at(-1)!.id : null
        return { data, next, ended: next === null && all.length > most ? 'early' : 'whole' }
      })
    told(5)
    expect(await idsOf(cut)).toEqual([1, 2, 3, 4, 5, 5, 6, 7, 8, 9])
    told(2)
    await expect(idsOf(cut)).rejects.toMatchObject(endless)
  })

  it('end with an error instead of in silence', async () => {
    play(() => ({ data: items(1, 2), next: 'same' }))
    await expect(idsOf(list)).rejects.toMatchObject(endless)
    play(() => ({ data: items(1, 2), next: { not: 'a cursor' } }))
    await expect(idsOf(list)).rejects.toMatchObject(formless)
    play(() => ({ data: items(1, 2), more: true }))
    await expect(idsOf({ ...list, end: { more: 'more' } })).rejects.toMatchObject(formless)
    play(() => ({ items: [] }))
    await expect(idsOf(list)).rejects.toMatchObject(formless)
  })
})

describe('pages whose address the body has', () => {
  const list: ListDefinition = {
    ...{ kind: 'address', path: '/items', page: 2, limitParam: '$top', items: 'value', next: '@odata\\.nextLink' },
  }
  const linked = (address: (page: number) => string | undefined) =>
    play(({ path, query }) => {
      const page = Number(query.get('page') ?? /\d+$/.exec(path)?.[0] ?? 1)
      return { value: items(page * 2 - 1, page * 2), '@odata.nextLink': page < 3 ? address(page + 1) : undefined }
    })

  it.each<[string, (page: number) => string]>([
    ['whole', page => `${platform.url}/items?page=${page}`],
    ['as the platform itself says them', page => `https://api.made.example/items?page=${page}`],
    ['paths alone', page => `/items/page/${page}`],
    ['at another host of the platform', page => `https://files.made.example/v2/items?page=${page}`],
  ])('are followed when they are %s', async (_what, address) => {
    linked(address)
    expect(await idsOf(list)).toEqual(upTo(6))
  })

  it('are followed from the root of a host that the app reaches behind a path of its own', async () => {
    linked(page => `/v2/items?page=${page}`)
    expect(await idsOf({ ...list, host: 'files' })).toEqual(upTo(6))
    expect(platform.calls.map(({ path }) => new URL(path, platform.url).pathname)).toEqual(
      Array.from({ length: 3 }, () => '/files/v2/items'),
    )
    linked(() => '/v2/items?page=2')
    await expect(idsOf({ ...list, host: 'files' })).rejects.toMatchObject(endless)
  })

  it('go to no other host: that would get the credential', async () => {
    other.answerBy(() => ({ status: 200, body: { value: [] } }))
    for (const address of [
      other.url,
      `${platform.url}@evil.example/`,
      `//evil.example/`,
      'https://files.made.example/v1/x',
    ]) {
      linked(() => address)
      await expect(idsOf(list)).rejects.toMatchObject(formless)
    }
    expect(other.calls).toEqual([])
    linked(() => `${platform.url}/items?%24top=2`)
    await expect(idsOf(list)).rejects.toMatchObject(endless)
  })

  it('are kept without the credential that they repeat', async () => {
    linked(page => `${platform.url}/items?page=${page}&access_token=canary-token`)
    expect(await idsOf(list, { secretInQuery: true })).toEqual(upTo(6))
    expect(platform.calls.every(({ path }) => path.split('access_token=canary-token').length === 2)).toBe(true)
  })
})

describe('linked pages', () => {
  it('stay at the called origin, without the credential that a link repeats', async () => {
    play(({ query }) => {
      const page = Number(query.get('page') ?? 1)
      const link = `<https://evil.example/items?page=${page + 1}&access_token=canary-token>; rel="next"`
      return { status: 200, body: items(page * 2 - 1, page * 2), ...(page < 3 && { headers: { link } }) }
    })
    const list: ListDefinition = { kind: 'link', path: '/items', page: 2 }
    expect(await idsOf(list, { secretInQuery: true })).toEqual(upTo(6))
  })
})

describe('a list', () => {
  const list: ListDefinition = {
    ...{ kind: 'page', path: '/items', page: 2, param: 'page', first: 1, items: 'data', end: 'empty-page' },
    query: { field: ['name', 'note'], active: 'false' },
    capitals: true,
  }

  it('is asked for several fields by one name, and its members have small first letters in the hub', async () => {
    play(({ query }) => {
      expect([query.getAll('field'), query.get('active')]).toEqual([['name', 'note'], 'false'])
      return { data: query.get('page') === '1' ? [{ Id: 1, WebURL: 'x', Inner: { Kept: 1 } }] : [] }
    })
    const pages = await pagesOf(list)
    expect(pages.flatMap(page => page.items)).toEqual([{ id: 1, webURL: 'x', inner: { Kept: 1 } }])
  })
})

describe('numbered pages', () => {
  const list = {
    kind: 'page' as const,
    path: '/items',
    page: 2,
    limitParam: 'size',
    param: 'page',
    first: 1,
    items: 'data',
  }
  const paged = (rest: (page: number) => object) =>
    play(({ query }) => {
      const page = Number(query.get('page'))
      return { data: items(page * 2 - 1, Math.min(5, page * 2)), ...rest(page) }
    })

  it.each<[string, (ListDefinition & { kind: 'page' })['end'], (page: number) => object, number]>([
    ['the last is short', 'short-page', () => ({}), 3],
    ['one is empty', 'empty-page', () => ({}), 4],
    ['one says there are no more', { more: 'more' }, page => ({ more: page < 3 }), 3],
    ['their number is reached', { last: 'meta.pages' }, () => ({ meta: { pages: 3 } }), 3],
  ])('end when %s', async (_what, end, rest, calls) => {
    paged(rest)
    expect(await idsOf({ ...list, end })).toEqual(upTo(5))
    expect(new Set(platform.calls.map(({ path }) => path)).size).toBeGreaterThanOrEqual(calls)
  })

  it('end with an error when they do not say what they should', async () => {
    paged(() => ({}))
    for (const end of [{ more: 'more' }, { last: 'meta.pages' }]) {
      await expect(idsOf({ ...list, end })).rejects.toMatchObject(formless)
    }
  })

  it('may be empty by their status', async () => {
    play(() => ({ status: 204 }))
    expect(await idsOf({ ...list, end: 'empty-page' })).toEqual([])
  })
})

describe('pages by offset', () => {
  const list: ListDefinition = {
    ...{ kind: 'offset', path: '/items', page: 4, limitParam: 'limit', param: 'offset', first: 0, items: 'data' },
  }

  it.each([0, 1, 3, 4, 5, 25])('are read to their end when there are %d', async count => {
    play(({ query }) => {
      const offset = Number(query.get('offset'))
      return { data: items(offset + 1, Math.min(count, offset + Number(query.get('limit')))) }
    })
    expect(await idsOf(list)).toEqual(upTo(count))
  })

  it('are read to their end when the platform gives less than it was asked for', async () => {
    play(({ query }) => {
      const offset = Number(query.get('offset'))
      return { data: items(offset + 1, Math.min(9, offset + 3)) }
    })
    expect(await idsOf({ ...list, page: 100 })).toEqual(upTo(9))
  })

  it('lose nothing when things before the position are removed meanwhile', async () => {
    let all = items(1, 12)
    play(({ query }) => {
      const offset = Number(query.get('offset'))
      const data = all.slice(offset, offset + 4)
      if (offset === 0) all = all.slice(2)
      return { data }
    })
    expect(new Set(await idsOf(list))).toEqual(new Set(upTo(12)))
  })

  it('are placed in a body, and end with an error where nobody looks at it', async () => {
    play(({ body }) => {
      // A page that the test before fetched ahead may come as late as this.
      const { skip = 0, take = 0 } = (body.page ?? {}) as { skip?: number; take?: number }
      return { data: items(skip + 1, Math.min(9, skip + take)) }
    })
    const posted = { ...list, body: { where: {} }, param: 'page.skip', limitParam: 'page.take' }
    expect(await idsOf(posted)).toEqual(upTo(9))
    play(() => ({ data: items(1, 4) }))
    await expect(idsOf(posted)).rejects.toMatchObject(endless)
  })
})

describe('keyset pages', () => {
  const list = { kind: 'keyset' as const, path: '/items', page: 2, limitParam: 'limit', items: 'data' }
  const dated = (days: number[]) => days.map((day, n) => ({ id: n + 1, at: `2026-01-0${day}T00:00:00Z` }))
  const byTime = (all: ReturnType<typeof dated>) =>
    play(({ query }) => {
      const from = query.get('from') ?? ''
      return { data: all.filter(({ at: time }) => time >= from).slice(0, Number(query.get('limit'))) }
    })
  const inclusive: ListDefinition = { ...list, by: 'at', param: 'from', inclusive: true, end: 'empty-page' }

  it('go on behind the last id, in the words of the platform', async () => {
    play(({ query }) => {
      const after = Number(/^Id > (\d+)$/.exec(query.get('where') ?? 'Id > 0')?.[1])
      return { data: items(after + 1, Math.min(5, after + 2)) }
    })
    const byId: ListDefinition = { ...list, by: 'id', param: 'where', after: 'Id > {after}', end: 'short-page' }
    expect(await idsOf(byId)).toEqual(upTo(5))
    expect(await idsOf({ ...byId, end: 'empty-page' })).toEqual(upTo(5))
  })

  it('show what has the last value again, and nothing twice', async () => {
    byTime(dated([1, 2, 2, 3, 4]))
    expect(await idsOf({ ...inclusive, page: 3 })).toEqual(upTo(5))
  })

  it('end with an error when nothing leads past things of one value, or the order is not kept', async () => {
    byTime(dated([1, 2, 2, 2, 3]))
    await expect(idsOf(inclusive)).rejects.toMatchObject(endless)
    play(() => ({ data: items(1, 2) }))
    await expect(idsOf({ ...list, by: 'id', param: 'after', end: 'empty-page' })).rejects.toMatchObject(endless)
  })

  it('put nothing into a statement that would end a text', async () => {
    play(() => ({ data: [{ id: 1, name: "x' or '1'='1" }] }))
    const named: ListDefinition = { ...list, by: 'name', param: 'where', after: "name > '{after}'", end: 'empty-page' }
    await expect(idsOf(named)).rejects.toMatchObject(formless)
  })
})

describe('a change feed', () => {
  const list: ListDefinition = { kind: 'page', path: '/items', page: 5, param: 'page', first: 1, end: 'short-page' }
  const search: ListDefinition = {
    ...{ kind: 'cursor', path: '/search', page: 2, param: 'after', items: 'results', body: { sorts: ['id'] } },
    ...{ next: { from: 'path', path: 'paging.next.after' }, end: 'no-cursor' },
  }
  const feed: ChangeFeed = {
    ...{ kind: 'list', deletions: false, list: search },
    since: { param: 'filters.0.value', format: 'unix-milliseconds' },
    overflow: { total: 'total', most: 10_000 },
  }

  it('is a header of the list', async () => {
    play(({ headers }) => (headers['if-modified-since'] ? items(1, 2) : items(1, 4)))
    const header: ChangeFeed = { kind: 'header', deletions: false, name: 'if-modified-since', format: 'http-date' }
    expect(await idsOf(list, { feed: header })).toEqual(upTo(2))
    expect(platform.calls[0]!.headers['if-modified-since']).toBe('Sat, 31 Jan 2026 00:00:00 GMT')
  })

  it('is a parameter of the list, in each form of a time', async () => {
    play(() => items(1, 1))
    for (const [format, expected] of [
      ['iso', '2026-01-31T00:00:00.500Z'],
      ['iso-without-zone', '2026-01-31T00:00:00'],
      ['unix-seconds', '1769817600'],
      ['unix-milliseconds', '1769817600500'],
    ] as const) {
      await idsOf(list, { feed: { kind: 'param', deletions: false, param: 'since', format } })
      expect(new URL(platform.calls.at(-1)!.path, platform.url).searchParams.get('since')).toBe(expected)
    }
  })

  it('is a search with a body, page by page', async () => {
    play(({ body }) => {
      const after = Number(body.after ?? 0)
      const next = after < 2 ? { next: { after: String(after + 2) } } : undefined
      return { total: 4, results: items(after + 1, after + 2), paging: next }
    })
    expect(await idsOf(list, { feed })).toEqual(upTo(4))
    expect(JSON.parse(platform.calls[1]!.body)).toEqual({
      ...{ sorts: ['id'], filters: [{ value: 1_769_817_600_500 }], after: '2' },
    })
  })

  it('says that it cannot tell all', async () => {
    play(() => ({ total: 10_001, results: items(1, 2) }))
    await expect(idsOf(list, { feed })).rejects.toThrow(FeedOverflow)
    play(() => ({ results: items(1, 2) }))
    await expect(idsOf(list, { feed })).rejects.toMatchObject(formless)
  })

  it('is a list of events that hold the things', async () => {
    play(({ query }) => {
      const from = Number(query.get('starting_after')?.slice(1) ?? 0)
      const data = items(from + 1, from + 2).map(object => ({ id: `e${object.id}`, data: { object } }))
      return { data, more: from < 2, ...(query.get('created') === '> 1769817600' ? {} : { data: 'bad' }) }
    })
    const events: ChangeFeed = {
      ...{ kind: 'list', deletions: true, thing: 'data.object' },
      list: {
        ...{ kind: 'cursor', path: '/events', page: 2, param: 'starting_after', items: 'data' },
        ...{ next: { from: 'last-id' }, end: { more: 'more' } },
      },
      since: { param: 'created', format: 'unix-seconds', template: '> {since}' },
    }
    expect(await idsOf(list, { feed: events })).toEqual(upTo(4))
  })

  it('is a list that is read once more for what else it is asked for, such as what is in the trash', async () => {
    play(({ body }) => {
      const { trash, after, filters } = body as { trash?: boolean; after?: number; filters: [{ value: number }] }
      expect(filters[0].value).toBe(1_769_817_600_500)
      const from = Number(after ?? 0)
      const results = items(from + 1, from + 2).map(item => ({ ...item, id: item.id + (trash ? 100 : 0) }))
      return { total: 4, results, ...(from === 0 ? { paging: { next: { after: 2 } } } : {}) }
    })
    const twice = { ...feed, also: { trash: true }, deletions: true } as ChangeFeed
    expect(await idsOf(list, { feed: twice })).toEqual([1, 2, 3, 4, 101, 102, 103, 104])
  })

  it('is a list of events that name the things, each of which is read once, as it is now', async () => {
    const events: ChangeFeed = {
      ...{ kind: 'list', deletions: true, named: 'about.id' },
      list: {
        ...{ kind: 'cursor', path: '/events', page: 2, param: 'after', items: 'data' },
        ...{ next: { from: 'last-id' }, end: { more: 'more' } },
      },
      since: { param: 'created', format: 'unix-seconds' },
    }
    const named = [3, 1, 1, 3, 2, 9]
    play(({ path, query }) => {
      const id = Number(path.split('/')[2])
      if (path.startsWith('/items/')) return id === 9 ? { status: 404, body: '{}' } : { id, name: 'as it is now' }
      const from = Number(query.get('after') ?? 0)
      const data = named
        .slice(from, from + 2)
        .map((about, n) => ({ id: from + n + 1, about: { id: about, name: 'old' } }))
      return { data, more: from + 2 < named.length }
    })
    const gone = [{ path: 'deleted', equals: true }]
    const pages = await pagesOf(list, { feed: events, gone })
    expect(pages.flatMap(page => page.items)).toEqual([
      ...[3, 1, 2].map(id => ({ id, name: 'as it is now' })),
      { id: '9', deleted: true },
    ])
    // Two pages that name the same things are not the same page.
    expect(pages.map(({ names }) => names)).toEqual([
      ['1', '2'],
      ['3', '4'],
      ['5', '6'],
    ])
    expect(platform.calls.filter(({ path }) => path.startsWith('/items/'))).toHaveLength(4)
    // Without a mark for it nothing is said of what is not there.
    expect((await pagesOf(list, { feed: events })).flatMap(page => page.items)).toHaveLength(3)
    play(() => ({ data: [{ id: 1, about: {} }], more: false }))
    await expect(idsOf(list, { feed: events })).rejects.toMatchObject(formless)
  })
})

describe('a list', () => {
  it('is read at its own host and for its cost, to its last page', async () => {
    const asked: ProviderCall[] = []
    const link = '<https://api.made.example/items?page=2>; rel="next"'
    const answer = {
      status: 200,
      body: items(1, 2),
      calledAt: { base: 'https://files.made.example', url: 'https://files.made.example/items', hosts: [], unsaid: [] },
    }
    const client: ProviderClient = {
      call: async call => ({ ...answer, headers: asked.push(call) === 1 ? { link } : {} }),
    }
    const list: ListDefinition = { kind: 'link', path: '/items', page: 2, host: 'files', cost: 7, headers: { a: 'b' } }
    const pages = readPages(fullPass(client, modelOf({ list })), null, AbortSignal.timeout(10_000))
    for await (const page of pages) expect(page.items.length).toBe(2)
    expect(asked.map(({ host, cost, headers, path }) => [host, cost, headers, path])).toEqual([
      ['files', 7, { a: 'b' }, '/items'],
      ['files', 7, { a: 'b' }, '/items?page=2'],
    ])
  })
})
