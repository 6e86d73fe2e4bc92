import type { ListOf } from '../../../schema/items/pages.ts'
import type { ModelDefinition } from '../../../schema/models.ts'
import { instant, read } from '../../read-fields.ts'

const path = '/v1/data_sources/{dataSource}/query'
const edited = 'filter.last_edited_time.on_or_after'

/**
 * In the order of the last change: what is edited meanwhile comes again at the end, and where Notion gives no more than so many
 * pages of a data source, the rest is asked for by that time.
 */
const list: ListOf<'cursor'> = {
  kind: 'cursor',
  path,
  body: {
    filter: { timestamp: 'last_edited_time', last_edited_time: { on_or_after: '2000-01-01T00:00:00.000Z' } },
    sorts: [{ timestamp: 'last_edited_time', direction: 'ascending' }],
  },
  page: 100,
  param: 'start_cursor',
  limitParam: 'page_size',
  items: 'results',
  next: { from: 'path', path: 'next_cursor' },
  end: { more: 'has_more' },
  cut: { path: 'request_status.type', equals: 'incomplete', by: 'last_edited_time', param: edited },
}

/** Every data source has a title, by this id; its other properties are a workspace's to map. */
export const pages = {
  collection: 'tasks',
  summary: 'Pages of a data source, which are the rows of a database',
  docs: 'https://developers.notion.com/reference/query-a-data-source',
  asks: [
    {
      name: 'dataSource',
      label: 'Data source',
      help: 'In the settings of the database: Manage data sources, Copy data source ID',
      pattern: '^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$',
    },
  ],
  id: 'id',
  // Cut to the minute.
  updatedAt: { path: 'last_edited_time', format: 'iso' },
  gone: [{ path: 'in_trash', equals: true }],
  list,
  // What is in the trash is told by itself.
  changedSince: {
    kind: 'list',
    list,
    since: { param: edited, format: 'iso' },
    also: { in_trash: true },
    deletions: true,
  },
  read: { path: '/v1/pages/{id}' },
  create: {
    kind: 'call',
    method: 'POST',
    path: '/v1/pages',
    encoding: 'json',
    constant: { parent: { type: 'data_source_id', data_source_id: '{dataSource}' } },
  },
  update: {
    kind: 'call',
    method: 'PATCH',
    path: '/v1/pages/{id}',
    encoding: 'json',
    sparse: 'properties',
    cleared: null,
    emptied: 3,
  },
  delete: { kind: 'mark', body: { in_trash: true }, restore: { in_trash: false } },
  fields: [
    [
      'title',
      'properties.[id=title].title',
      {
        transform: { kind: 'text', pieces: 'plain_text', written: 'text.content', longest: 2000 },
        written: 'properties.title.title',
      },
    ],
    ['url', 'url', read],
    ['createdAt', 'created_time', instant],
    ['updatedAt', 'last_edited_time', instant],
  ],
  columns: 'properties',
} satisfies ModelDefinition
