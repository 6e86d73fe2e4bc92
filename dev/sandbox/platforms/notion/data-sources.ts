import { randomUUID } from 'node:crypto'
import type { Tools } from '../../tools.ts'
import { type Column, emptyValue, type Json, taken } from './properties.ts'
import { invalid, notFound } from './refusals.ts'

export interface DataSource {
  id: string
  database: string
  title: string
  columns: Column[]
  /** Queries give no more than this and then end early. */
  limit: number | null
}

export interface Page {
  id: string
  source: string
  properties: Record<string, Json>
  createdMs: number
  editedMs: number
  trashed: boolean
}

/** One workspace's things. */
export interface Shelf {
  tools: Pick<Tools, 'things'>
  account: string
}

/** Ids are taken with their hyphens or without. */
export function plainId(id: string): string {
  const hex = id.replaceAll('-', '').toLowerCase()
  return /^[0-9a-f]{32}$/.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : id
}

export function makeSource(
  { tools, account }: Shelf,
  title: string,
  types: Record<string, string | string[]>,
): DataSource {
  const columns = Object.entries(types).map(([name, type], index): Column => {
    if (Array.isArray(type)) return { id: `s%3A${index}`, name, type: 'status', options: type }
    return { id: type === 'title' ? 'title' : `p%3A${index}`, name, type }
  })
  const source = { id: randomUUID(), database: randomUUID(), title, columns, limit: null }
  tools.things.put('data_source', account, source.id, { ...source })
  return source
}

export function sourceOf({ tools, account }: Shelf, id: string): DataSource {
  const found = tools.things.get('data_source', account, plainId(id)) as DataSource | undefined
  if (!found) throw notFound('data source', id)
  return found
}

export function sources({ tools, account }: Shelf): DataSource[] {
  return tools.things.list('data_source', account) as unknown as DataSource[]
}

export function pagesOf({ tools, account }: Shelf, source: string): Page[] {
  return (tools.things.list('page', account) as unknown as Page[]).filter(page => page.source === source)
}

export function pageOf({ tools, account }: Shelf, id: string): Page {
  const found = tools.things.get('page', account, plainId(id)) as Page | undefined
  if (!found) throw notFound('page', id)
  return found
}

export function makePage(shelf: Shelf, source: DataSource, said: unknown): Page {
  const properties = taken(source.columns, said)
  const now = Date.now()
  return keepPage(shelf, source, {
    id: randomUUID(),
    source: source.id,
    properties,
    createdMs: now,
    editedMs: now,
    trashed: false,
  })
}

/** Changes what is named; `in_trash` throws away or brings back, and `archived` is no word of the newest version. */
export function changePage(shelf: Shelf, page: Page, body: Json, version: string): Page {
  if (body['archived'] !== undefined && version >= '2026-03-11')
    throw invalid('body failed validation: body.archived should be not present.')
  const source = sourceOf(shelf, page.source)
  const trash = body['in_trash'] ?? body['archived']
  const isOut = typeof trash === 'boolean' ? trash : page.trashed
  if (page.trashed && isOut)
    throw invalid("Can't edit block that is archived. You must unarchive the block before editing.")
  const properties = { ...page.properties, ...taken(source.columns, body['properties']) }
  return keepPage(shelf, source, { ...page, properties, trashed: isOut, editedMs: Date.now() })
}

function keepPage({ tools, account }: Shelf, source: DataSource, page: Page): Page {
  tools.things.put('page', account, page.id, { ...page })
  // A select may have got a choice.
  tools.things.put('data_source', account, source.id, { ...source })
  return page
}

/** Times are cut to the minute. */
const minute = (ms: number) => new Date(Math.floor(ms / 60_000) * 60_000).toISOString()

/** https://developers.notion.com/reference/page */
export function shownPage(source: DataSource, page: Page) {
  const [created, edited] = [minute(page.createdMs), minute(page.editedMs)]
  const own: Record<string, unknown> = { created_time: created, last_edited_time: edited }
  const properties = source.columns.map(column => {
    const value = Object.hasOwn(own, column.type)
      ? { id: column.id, type: column.type, [column.type]: own[column.type] }
      : (page.properties[column.name] ?? emptyValue(column))
    return [column.name, value]
  })
  return {
    ...{ object: 'page', id: page.id, created_time: created, last_edited_time: edited },
    parent: { type: 'data_source_id', data_source_id: source.id, database_id: source.database },
    ...{ in_trash: page.trashed, is_locked: false, cover: null, icon: null },
    properties: Object.fromEntries(properties) as Json,
    ...{ url: `https://www.notion.so/${page.id.replaceAll('-', '')}`, public_url: null },
  }
}

/** https://developers.notion.com/reference/data-source */
export function shownSource({ id, database, title, columns }: DataSource) {
  const properties = columns.map(({ id: column, name, type, options }) => {
    const choices =
      options === undefined ? {} : { options: options.map(option => ({ name: option, color: 'default' })) }
    return [name, { id: column, name, type, [type]: choices }]
  })
  const text = { type: 'text', text: { content: title, link: null }, plain_text: title, href: null }
  const parent = { type: 'database_id', database_id: database }
  return {
    object: 'data_source',
    id,
    parent,
    title: [text],
    in_trash: false,
    properties: Object.fromEntries(properties) as Json,
  }
}
