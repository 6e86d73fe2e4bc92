import { entityOf, fieldName, type Values } from './entities.ts'
import { upsert } from './composite.ts'
import { noColumn, notFound, Refusal } from './refusals.ts'
import { create, liveRow, type Org, remove, rowsWith, shown, update, written } from './rows.ts'

export interface RecordCall {
  method: string
  /** What follows `sobjects`. */
  rest: readonly string[]
  query: URLSearchParams
  body: unknown
  version: string
  allowDuplicate: boolean
  unmodifiedSince?: number
}

export interface Answered {
  status: number
  body?: unknown
}

const day = 86_400_000

/** One row by its id or an external id, and what was changed or deleted in a time. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_retrieve.htm */
export function answerRecords(org: Org, call: RecordCall): Answered {
  const { method, rest, query, body, version } = call
  const [type = '', id, value] = rest
  const entity = entityOf(type, 404)
  const said = (typeof body === 'object' && body !== null ? body : {}) as Values
  if (id === undefined) {
    if (method !== 'POST') throw notFound()
    const made = create(org, entity, said, call.allowDuplicate)
    return { status: 201, body: { id: made.id, success: true, errors: [] } }
  }
  if (id === 'deleted' || id === 'updated') return { status: 200, body: replicated(org, entity.name, id, query) }
  if (value !== undefined) {
    const field = fieldName(entity, id)
    if (method === 'GET' && field !== undefined) {
      const found = rowsWith(org, entity, field, value)
      if (found.length === 0) throw notFound()
      return { status: 200, body: shown(entity, found[0]!, Object.keys(entity.fields), version) }
    }
    if (method !== 'PATCH') throw notFound()
    if (Object.hasOwn(said, id))
      throw new Refusal(400, 'INVALID_FIELD', 'The external id may not be in the body as well')
    const { created, ...done } = upsert(org, entity, id, { ...said, [id]: value }, call.allowDuplicate)
    return { status: created ? 201 : 200, body: { ...done, success: true, errors: [], created } }
  }
  const row = liveRow(org, entity, id)
  if (method === 'GET') {
    const names =
      query
        .get('fields')
        ?.split(',')
        .map(name => name.trim()) ?? Object.keys(entity.fields)
    const known = names.map(name => {
      const own = fieldName(entity, name)
      if (own === undefined) throw noColumn(name, entity.name)
      return own
    })
    return { status: 200, body: shown(entity, row, [...new Set([...known, 'Id'])], version) }
  }
  if (call.unmodifiedSince !== undefined && row.stamp_ms > call.unmodifiedSince)
    throw new Refusal(412, 'PRECONDITION_FAILED', 'One or more conditional headers evaluated false')
  if (method === 'PATCH') update(org, entity, row, said)
  else if (method === 'DELETE') remove(org, entity, row)
  else throw notFound()
  return { status: 204 }
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_getdeleted.htm */
function replicated(
  { storage, id: org }: Org,
  type: string,
  kind: 'deleted' | 'updated',
  query: URLSearchParams,
): unknown {
  const [start, end] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')]
  const oldest = Date.now() - (kind === 'deleted' ? 15 : 30) * day
  if (Number.isNaN(start) || Number.isNaN(end) || end - start < 60_000 || start < oldest)
    throw new Refusal(
      400,
      'INVALID_REPLICATION_DATE',
      'startDate must be at least one minute before endDate, and not too long ago',
    )
  const rows = storage.all<{ id: string; stamp_ms: number }>(
    `SELECT id, stamp_ms FROM salesforce_rows WHERE org = ? AND type = ? AND deleted = ? AND stamp_ms >= ? AND stamp_ms < ?`,
    ...[org, type, kind === 'deleted' ? 1 : 0, start, end],
  )
  const latestDateCovered = written(Math.min(end, Date.now()))
  if (kind === 'updated') return { ids: rows.map(({ id }) => id), latestDateCovered }
  const deletedRecords = rows.map(({ id, stamp_ms }) => ({ deletedDate: written(stamp_ms), id }))
  return { deletedRecords, earliestDateAvailable: written(oldest), latestDateCovered }
}
