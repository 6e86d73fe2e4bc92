import { randomBytes } from 'node:crypto'
import { entityOf } from './entities.ts'
import { Refusal } from './refusals.ts'
import { type Org, orgSettings, type Row, rowsByIds, shown } from './rows.ts'
import { parseSoql } from './soql.ts'

/** The size of a page that `Sforce-Query-Options` asks for; rows may come in smaller ones all the same. */
export function pageOf(org: Org, header: string | undefined): number {
  const { page } = orgSettings(org)
  const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(header ?? '')?.[1] ?? page)
  return Math.min(Math.max(asked, Math.min(200, page)), page)
}

/**
 * Answers a query; what does not fit on its page is kept under a locator, with which the next page is asked for.
 * https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm
 * @param all with what is in the recycle bin, as `queryAll` gives it
 */
export function answerQuery(
  org: Org,
  soql: string,
  { version, page, all }: { version: string; page: number; all: boolean },
) {
  const { entity, fields, isCount, where, values, order, limit, offset } = parseSoql(soql)
  const rows = org.storage.all<{ id: string }>(
    `SELECT id FROM salesforce_rows WHERE org = ? AND type = ? AND ${all ? '' : 'deleted = 0 AND '}${where} ORDER BY ${order}, id LIMIT ? OFFSET ?`,
    ...[org.id, entity.name, ...values, limit ?? -1, offset],
  )
  if (isCount) return { totalSize: rows.length, done: true, records: [] }
  const ids = rows.map(({ id }) => id)
  if (ids.length <= page) return pageFrom(org, { type: entity.name, fields, ids }, 0, { version, page })
  const locator = `01g5g00000${randomBytes(6).toString('hex').slice(0, 8)}AAA`
  const keep = 'INSERT INTO salesforce_cursors (locator, org, type, fields, ids) VALUES (?, ?, ?, ?, ?)'
  org.storage.run(keep, locator, org.id, entity.name, JSON.stringify(fields), JSON.stringify(ids))
  return pageFrom(org, { type: entity.name, fields, ids, locator }, 0, { version, page })
}

interface Cursor {
  type: string
  fields: string[]
  ids: string[]
  locator?: string
}

/** The next page of a query, by `locator-position`. */
export function answerMore(org: Org, cursor: string, said: { version: string; page: number }) {
  const [, locator = '', position = ''] = /^(\w+)-(\d+)$/.exec(cursor) ?? []
  const query = 'SELECT type, fields, ids FROM salesforce_cursors WHERE locator = ? AND org = ?'
  const row = org.storage.get<{ type: string; fields: string; ids: string }>(query, locator, org.id)
  if (!row) throw new Refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
  const fields = JSON.parse(row.fields) as string[]
  return pageFrom(
    org,
    { type: row.type, fields, ids: JSON.parse(row.ids) as string[], locator },
    Number(position),
    said,
  )
}

function pageFrom(
  org: Org,
  { type, fields, ids, locator }: Cursor,
  start: number,
  said: { version: string; page: number },
) {
  const { version, page } = said
  const entity = entityOf(type)
  const wanted = ids.slice(start, start + page)
  const found = new Map<string, Row>()
  for (let from = 0; from < wanted.length; from += 500)
    for (const row of rowsByIds(org, entity, wanted.slice(from, from + 500))) found.set(row.id, row)
  const records = wanted.flatMap(id => (found.has(id) ? [shown(entity, found.get(id)!, fields, version)] : []))
  const isLast = start + page >= ids.length
  const next = isLast ? {} : { nextRecordsUrl: `/services/data/v${version}.0/query/${locator}-${start + page}` }
  return { totalSize: ids.length, done: isLast, ...next, records }
}
