import { at, failure, load, personOf, sandbox, type Untyped } from './judged.ts'

// Notion’s client works with the rows of data sources.

const person = async (path: string, method: string, body?: object): Promise<Untyped> => {
  const headers = { 'content-type': 'application/json' }
  const said = body === undefined ? {} : { headers, body: JSON.stringify(body) }
  return (await fetch(`${sandbox.url}/_control${path}`, { method, ...said })).json()
}

describe('Notion’s client', () => {
  const { Client, LogLevel, iteratePaginatedAPI } = load('@notionhq/client')
  const workspace = 'b5a1e2c4-0001-4d6e-9f00-00000000aaaa'
  const { apiKey } = personOf('notion', 'secret').credentials!
  const notion = new Client({
    auth: apiKey,
    baseUrl: at('notion', 'api.notion.com'),
    retry: false,
    logLevel: LogLevel.ERROR,
  })
  const text = (content: string) => [{ text: { content } }]
  const code = async (work: Promise<unknown>) => (await failure(work)).code
  const columns = {
    Name: 'title',
    'E-mail': 'email',
    Notes: 'rich_text',
    Tags: 'multi_select',
    Stage: ['Open', 'Done'],
    Sum: 'number',
    Edited: 'last_edited_time',
  }
  let source: Untyped
  beforeAll(async () => {
    source = await person(`/notion/${workspace}/data-sources`, 'POST', { title: 'Customers', columns })
  })
  const create = (properties: object) => notion.pages.create({ parent: { data_source_id: source.id }, properties })

  it('makes, reads, changes and throws away rows, whose times are cut to the minute', async () => {
    const { data_sources } = await notion.databases.retrieve({ database_id: source.database })
    expect(data_sources).toEqual([{ id: source.id, name: 'Customers' }])
    const shown = await notion.dataSources.retrieve({ data_source_id: source.id })
    expect(shown.properties.Stage.status.options.map(({ name }: Untyped) => name)).toEqual(['Open', 'Done'])
    const page = await create({
      Name: { title: text('Ada') },
      Tags: { multi_select: [{ name: 'new' }] },
      Stage: { status: { name: 'Open' } },
    })
    expect(page.last_edited_time).toMatch(/:00\.000Z$/)
    expect(page.properties.Name.title[0].plain_text).toBe('Ada')
    const changed = await notion.pages.update({
      page_id: page.id,
      properties: { 'E-mail': { email: 'ada@example.com' } },
    })
    expect([changed.properties['E-mail'].email, changed.properties.Stage.status.name]).toEqual([
      'ada@example.com',
      'Open',
    ])
    expect((await notion.pages.update({ page_id: page.id, in_trash: true })).in_trash).toBe(true)
    expect((await notion.pages.retrieve({ page_id: page.id })).in_trash).toBe(true)
    const query = (more: object) => notion.dataSources.query({ data_source_id: source.id, ...more })
    expect((await query({})).results).toHaveLength(0)
    expect((await query({ in_trash: true })).results).toHaveLength(1)
  })

  it('is refused what the platform refuses', async () => {
    expect(await code(create({ Nickname: { title: text('x') } }))).toBe('validation_error')
    expect(await code(create({ Name: { rich_text: text('x') } }))).toBe('validation_error')
    expect(await code(create({ Notes: { rich_text: text('x'.repeat(2_001)) } }))).toBe('validation_error')
    expect(await code(create({ Stage: { status: { name: 'Dreaming' } } }))).toBe('validation_error')
    expect(await code(create({ Edited: { last_edited_time: '2026-01-01T00:00:00Z' } }))).toBe('validation_error')
    expect(await code(notion.pages.retrieve({ page_id: workspace }))).toBe('object_not_found')
    expect(await code(notion.dataSources.query({ data_source_id: source.database }))).toBe('object_not_found')
    const newest = new Client({
      auth: apiKey,
      baseUrl: at('notion', 'api.notion.com'),
      retry: false,
      logLevel: LogLevel.ERROR,
      notionVersion: '2026-03-11',
    })
    const page = await create({ Name: { title: text('Old words') } })
    const archived = newest.request({ method: 'patch', path: `pages/${page.id}`, body: { archived: true } })
    expect(await code(archived)).toBe('validation_error')
  })

  it('queries page by page, by the time of the last change, and is told where a query ends early', async () => {
    const own = await person(`/notion/${workspace}/data-sources`, 'POST', { title: 'Many', columns })
    const many = Array.from({ length: 230 }, (_, n) => ({ Name: { title: text(`Row ${n}`) }, Sum: { number: n } }))
    await person(`/notion/${workspace}/data-sources/${own.id}/pages`, 'POST', { many })
    const rows = []
    for await (const row of iteratePaginatedAPI(notion.dataSources.query, { data_source_id: own.id })) rows.push(row)
    expect(rows).toHaveLength(230)
    const since = (on_or_after: string) => ({ timestamp: 'last_edited_time', last_edited_time: { on_or_after } })
    const query = (more: object) => notion.dataSources.query({ data_source_id: own.id, ...more })
    const minute = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 60_000).toISOString()
    const sorts = [{ timestamp: 'last_edited_time', direction: 'ascending' }]
    expect((await query({ filter: since(minute), sorts })).results).toHaveLength(100)
    expect((await query({ filter: since(new Date(Date.now() + 3_600_000).toISOString()) })).results).toHaveLength(0)
    const both = {
      and: [
        { property: 'Sum', number: { greater_than: 9 } },
        { property: 'Name', title: { equals: 'row 12' } },
      ],
    }
    expect((await query({ filter: both })).results).toHaveLength(1)
    await person(`/notion/${workspace}/data-sources/${own.id}`, 'PATCH', { limit: 120 })
    const first = await query({})
    expect(first).toMatchObject({ has_more: true, request_status: { type: 'complete' } })
    expect(await query({ start_cursor: first.next_cursor })).toMatchObject({
      ...{ has_more: false, request_status: { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' } },
    })
  })
})
