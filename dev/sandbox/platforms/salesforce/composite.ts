import { type Entity, entityOf, fieldName, type Values } from './entities.ts'
import { Refusal } from './refusals.ts'
import { create, liveRow, type Org, remove, rowOf, rowsWith, shown, update } from './rows.ts'

const most = 200

export interface CollectionCall {
  method: string
  /** What follows `composite/sobjects`. */
  rest: readonly string[]
  query: URLSearchParams
  body: unknown
  version: string
  allowDuplicate: boolean
}

interface RowResult {
  id?: string
  success: boolean
  created?: boolean
  errors: { statusCode: string; message: string; fields: string[] }[]
}

/** Several rows in a call, each answered in its place. https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm */
export function answerCollection(org: Org, call: CollectionCall): unknown {
  const { method, rest, query, body } = call
  const {
    records = [],
    allOrNone = false,
    ids,
    fields,
  } = (body ?? {}) as {
    records?: Values[]
    allOrNone?: boolean
    ids?: string[]
    fields?: string[]
  }
  if (method === 'POST' && rest.length === 1) return read(org, entityOf(rest[0]!, 404), ids, fields, call.version)
  if (method === 'DELETE') {
    const wanted = (query.get('ids') ?? '').split(',').filter(Boolean)
    return inOrder(org, wanted, query.get('allOrNone') === 'true', id => {
      const entity = entityOfId(id)
      remove(org, entity, liveRow(org, entity, id))
      return { id, success: true, errors: [] }
    })
  }
  if (!Array.isArray(records)) throw new Refusal(400, 'JSON_PARSER_ERROR', 'records must be a list')
  return inOrder(org, records, allOrNone, record => writeOne(org, call, record))
}

function writeOne(org: Org, { method, rest, allowDuplicate }: CollectionCall, record: Values): RowResult {
  const { type } = (record['attributes'] ?? {}) as { type?: string }
  if (type === undefined) throw new Refusal(400, 'INVALID_TYPE', 'attributes.type is missing')
  const entity = entityOf(type)
  if (method === 'POST') return { id: create(org, entity, record, allowDuplicate).id, success: true, errors: [] }
  if (rest.length === 2) {
    const { id, created } = upsert(org, entity, rest[1]!, record, allowDuplicate)
    return { id, success: true, errors: [], created }
  }
  const id = record['id'] ?? record['Id']
  if (typeof id !== 'string') throw new Refusal(400, 'MISSING_ARGUMENT', 'Id not specified in an update call')
  update(org, entity, liveRow(org, entity, id), record)
  return { id, success: true, errors: [] }
}

/** Changes the row that has a value of an external id, or makes it. @throws Refusal with status 300 where several have it */
export function upsert(
  org: Org,
  entity: Entity,
  said: string,
  record: Values,
  allowDuplicate = false,
): { id: string; created: boolean } {
  const name = fieldName(entity, said)
  const field = name === undefined ? undefined : entity.fields[name]
  if (name === undefined || field?.kind !== 'text' || !field.unique)
    throw new Refusal(
      400,
      'INVALID_FIELD',
      `Field name provided, ${said} is not an External ID or indexed field for ${entity.name}`,
    )
  const value = record[name]
  if (typeof value !== 'string' || value === '') throw new Refusal(400, 'MISSING_ARGUMENT', `${name} not specified`)
  const found = rowsWith(org, entity, name, value)
  if (found.length > 1) throw new Refusal(300, 'MULTIPLE_CHOICES', 'more than one record found')
  if (found[0]) return { id: update(org, entity, found[0], record).id, created: false }
  return { id: create(org, entity, record, allowDuplicate).id, created: true }
}

/** Each in its place, with what is wrong with it; with `allOrNone` nothing is done where one is wrong. */
function inOrder<One>(org: Org, all: readonly One[], allOrNone: boolean, write: (one: One) => RowResult): RowResult[] {
  if (all.length > most)
    throw new Refusal(
      400,
      'EXCEEDED_ID_LIMIT',
      `record limit reached. cannot submit more than ${most} records into this call`,
    )
  const results: RowResult[] = []
  try {
    org.storage.transaction(() => {
      for (const one of all) results.push(attempted(write, one))
      if (allOrNone && results.some(({ success }) => !success)) throw new RolledBack()
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
    const errors = [
      {
        statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
        message: 'Record rolled back because not all records were valid',
        fields: [],
      },
    ]
    return results.map(result => (result.success ? { success: false, errors } : result))
  }
  return results
}

class RolledBack extends Error {}

function attempted<One>(write: (one: One) => RowResult, one: One): RowResult {
  try {
    return write(one)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const errors = error.mistakes.map(({ errorCode, message, fields = [] }) => ({
      statusCode: errorCode,
      message,
      fields,
    }))
    return { success: false, errors }
  }
}

/** Many rows by their ids, null for those that are not there. */
function read(
  org: Org,
  entity: Entity,
  ids: string[] | undefined,
  fields: string[] | undefined,
  version: string,
): unknown {
  if (!Array.isArray(ids) || !Array.isArray(fields))
    throw new Refusal(400, 'MISSING_ARGUMENT', 'ids and fields are needed')
  if (ids.length > 2000) throw new Refusal(400, 'EXCEEDED_ID_LIMIT', 'at most 2000 ids')
  const names = fields.map(said => {
    const name = fieldName(entity, said)
    if (name === undefined)
      throw new Refusal(400, 'INVALID_FIELD', `No such column '${said}' on entity '${entity.name}'.`)
    return name
  })
  return ids.map(id => {
    const row = rowOf(org, entity, id)
    return row && row.deleted === 0 ? shown(entity, row, [...new Set(['Id', ...names])], version) : null
  })
}

function entityOfId(id: string): Entity {
  const found = ['Account', 'Contact', 'Lead'].map(name => entityOf(name)).find(({ prefix }) => id.startsWith(prefix))
  if (!found) throw new Refusal(400, 'MALFORMED_ID', `malformed id ${id}`, ['id'])
  return found
}
