import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Database } from '../../../db/database.ts'
import type { Position } from '../../../db/keyset.ts'
import type { RecordRow } from '../../links/link-store.ts'
import { conditionOf, type Condition } from './conditions.ts'
import { inShortTime } from './short-time.ts'
import { orderingOf, type Sort } from './sorts.ts'
import { candidatesOf, type Candidates } from './term-search.ts'

export interface RecordQuery {
  collection: string
  conditions: readonly Condition[]
  /** Words that each begin one of the record's own. */
  search?: string | undefined
  sort: Sort
  after?: Position | undefined
  updatedSince?: Date | undefined
  deleted: boolean
  limit: number
}

export interface FoundRecord extends RecordRow {
  /** Its place in the order asked for, where the id does not say it all. */
  sort_value: string | null
}

/**
 * A page of the records that fit, and one more where there are more. What is common is found by the terms of the collection; the
 * rest by reading records in the order asked for (records_by_id, records_by_change), which ends after five seconds.
 * @throws HubError `QUERY_TOO_BROAD`; `INDEX_BUILDING` while words of the collection cannot be searched yet; `INVALID_REQUEST`
 */
export async function queryRecords(db: Database, workspaceId: string, query: RecordQuery): Promise<FoundRecord[]> {
  const candidates = await candidatesOf(db, workspaceId, query)
  if (candidates.kind === 'few' && candidates.ids.length === 0) return []
  const { rows } = await inShortTime(db, trx => pageStatement(workspaceId, query, candidates).execute(trx))
  return rows
}

/** The statement of a page: its plan is what the tests look at. */
export function pageStatement(workspaceId: string, query: RecordQuery, candidates: Candidates) {
  const { collection, conditions, updatedSince, deleted, limit, after } = query
  const { within, orderBy, behind, value } = orderingOf(query.sort, { workspaceId, collection }, after)
  const wanted: RawBuilder<SqlBool>[] = [behind, ...conditions.map(conditionOf)]
  if (!deleted) wanted.push(sql`r.deleted_at is null`)
  if (updatedSince) wanted.push(sql`r.updated_at >= ${updatedSince}`)
  if (candidates.kind === 'few') wanted.push(sql`r.id = any(${candidates.ids}::text[])`)
  if (candidates.kind === 'many') {
    // Asked of each record that is read, by its key: as a join, all that have these terms would be read first.
    wanted.push(sql`(select t.terms @@ ${candidates.terms}::tsquery from record_terms t
      where t.workspace_id = ${workspaceId} and t.record_id = r.id)`)
  }
  return sql<FoundRecord>`
    select r.*, ${value} as sort_value from records r
    where ${within} and ${sql.join(wanted, sql` and `)}
    order by ${orderBy} limit ${limit}`
}
