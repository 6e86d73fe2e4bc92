import { associate, link, linksOf, unlink } from './associations.ts'
import { answerBatch, atomically, type Input, written } from './batches.ts'
import { archive, create, findRow, listRows, merge, rowOf, type Shelf, shown, update } from './objects.ts'
import { type ObjectType, shapes } from './properties.ts'
import { invalid, notFound } from './refusals.ts'
import { search } from './search.ts'

export interface CrmCall {
  method: string
  type: ObjectType
  /** What follows the type. */
  rest: readonly string[]
  query: URLSearchParams
  body: unknown
}

export interface CrmAnswer {
  status: number
  body?: unknown
}

export const isObjectType = (text: string | undefined): text is ObjectType =>
  text !== undefined && Object.hasOwn(shapes, text)

/** The API of objects, version 3. https://developers.hubspot.com/docs/api-reference/crm-contacts-v3/guide */
export function answerObjects(shelf: Shelf, { method, rest, query, body }: CrmCall): CrmAnswer {
  const [id, operation] = rest
  if (id === undefined) {
    if (method === 'GET') return { status: 200, body: list(shelf, query) }
    if (method === 'POST') return { status: 201, body: atomically(shelf, () => make(shelf, body as Input)) }
    throw notFound()
  }
  if (id === 'search' && method === 'POST') return { status: 200, body: search(shelf, body) }
  if (id === 'batch' && operation && method === 'POST') return answerBatch(shelf, operation, body)
  if (id === 'merge' && method === 'POST') {
    const { primaryObjectId, objectIdToMerge } = (body ?? {}) as Record<string, string>
    const row = atomically(shelf, () => merge(shelf, String(primaryObjectId), String(objectIdToMerge)))
    return { status: 200, body: shown(shelf.type, row, []) }
  }
  const row = findRow(shelf, id, query.get('idProperty'))
  const isArchived = query.get('archived') === 'true'
  if (method === 'GET') {
    if (!row || (row.archived === 1) !== isArchived) throw notFound()
    return { status: 200, body: { ...shown(shelf.type, row, namesIn(query)), ...joined(shelf, row, query) } }
  }
  if (method === 'DELETE') {
    if (row) archive(shelf, row)
    return { status: 204 }
  }
  if (method !== 'PATCH' || !row) throw notFound()
  const { properties } = (body ?? {}) as Input
  return {
    status: 200,
    body: written(
      shelf,
      { properties },
      atomically(shelf, () => update(shelf, row, properties)),
    ),
  }
}

function make(shelf: Shelf, input: Input | undefined): unknown {
  if (typeof input?.properties !== 'object' || input.properties === null) throw invalid('properties is missing')
  const row = create(shelf, input.properties)
  associate(shelf, row, input)
  return written(shelf, { properties: input.properties }, row)
}

function list(shelf: Shelf, query: URLSearchParams): unknown {
  const limit = Number(query.get('limit') ?? 10)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) throw invalid('limit must be between 1 and 100')
  const after = query.get('after') ?? '0'
  if (!/^\d{1,15}$/.test(after)) throw invalid('after is no cursor of this list')
  const rows = listRows(shelf, query.get('archived') === 'true', Number(after), limit + 1)
  const results = rows.slice(0, limit)
  const last = results.at(-1)
  const paging = rows.length > limit && last ? { paging: { next: { after: String(last.id), link: '?after=' } } } : {}
  const names = namesIn(query)
  return {
    results: results.map(row => ({ ...shown(shelf.type, row, names), ...joined(shelf, row, query) })),
    ...paging,
  }
}

const namesIn = (query: URLSearchParams) => listed(query, 'properties')

function listed(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap(text => text.split(',').filter(Boolean))
}

function joined(shelf: Shelf, row: { id: number }, query: URLSearchParams): object {
  const wanted = listed(query, 'associations').filter(isObjectType)
  const full = rowOf(shelf, String(row.id))
  if (wanted.length === 0 || !full) return {}
  const entries = wanted.map(type => {
    const results = linksOf(shelf, full, type).map(({ toObjectId }) => ({ id: String(toObjectId), type: `to_${type}` }))
    return [type, { results }] as const
  })
  return { associations: Object.fromEntries(entries.filter(([, { results }]) => results.length > 0)) }
}

/**
 * Associations, version 4: `objects/{type}/{id}/associations[/default]/{toType}[/{toId}]`.
 * https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide
 */
export function answerAssociations(shelf: Shelf, { method, rest }: CrmCall): CrmAnswer {
  const [id = '', word, ...more] = rest
  const isDefault = more[0] === 'default'
  const [toType, toId] = isDefault ? more.slice(1) : more
  const row = rowOf(shelf, id)
  if (word !== 'associations' || !isObjectType(toType) || !row) throw notFound()
  if (method === 'GET' && toId === undefined) return { status: 200, body: { results: linksOf(shelf, row, toType) } }
  if (method === 'PUT' && isDefault && toId !== undefined) {
    const [typeId] = atomically(shelf, () => link(shelf, row, toType, toId))
    const associationSpec = { associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }
    return { status: 200, body: { status: 'COMPLETE', results: [{ from: { id }, to: { id: toId }, associationSpec }] } }
  }
  if (method === 'DELETE' && toId !== undefined) {
    atomically(shelf, () => unlink(shelf, row, toType, toId))
    return { status: 204 }
  }
  throw notFound()
}
