import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { Position } from '../../../db/keyset.ts'

/** What records are ordered by: when they were made, when they were changed last, or a field of their data. */
export interface Sort {
  by: 'createdAt' | 'updatedAt' | readonly string[]
  descending: boolean
  /** The field holds numbers as text, as money is. */
  isDecimal?: boolean
}

/** So many characters of a text count: the place of a page's last record goes into its cursor. */
const sortedLength = 100

/** The kind of the value that a position in this order has; none where the id says it all. */
export function sortValueKind({ by }: Sort): 'string' | undefined {
  return by === 'createdAt' ? undefined : 'string'
}

/** Whose records are ordered. */
export interface OfCollection {
  workspaceId: string
  collection: string
}

export interface Ordering {
  /** Says of which workspace and collection they are, in the form that this order's index is walked by. */
  within: RawBuilder<SqlBool>
  orderBy: RawBuilder<unknown>
  behind: RawBuilder<SqlBool>
  /** The value of a record in this order, as a position takes it. */
  value: RawBuilder<unknown>
}

/**
 * How records `r` are ordered. Ids rise with time and change numbers with each change, so that the first two follow an index
 * (records_by_id, records_by_change). By a field null and missing come before texts, texts before numbers, numbers before booleans,
 * as `jsonb` compares them; equal ones by id.
 */
export function orderingOf(
  { by, descending, isDecimal = false }: Sort,
  of: OfCollection,
  position: Position | undefined,
): Ordering {
  const direction = sql.raw(descending ? 'desc' : 'asc')
  const than = sql.raw(descending ? '<' : '>')
  if (by === 'createdAt') return byMaking(descending, of, position)
  const within = sql<SqlBool>`r.workspace_id = ${of.workspaceId} and r.collection = ${of.collection}`
  if (by === 'updatedAt') {
    return {
      within,
      orderBy: sql`r.change ${direction}`,
      behind: position ? sql<SqlBool>`r.change ${than} ${position.sort}::bigint` : sql<SqlBool>`true`,
      value: sql`r.change::text`,
    }
  }
  const value = sortable(by, isDecimal)
  return {
    within,
    orderBy: sql`${value} ${direction}, r.id ${direction}`,
    behind: position
      ? sql<SqlBool>`(${value}, r.id) ${than} (${position.sort}::jsonb, ${position.id})`
      : sql<SqlBool>`true`,
    value: sql`(${value})::text`,
  }
}

/**
 * By the whole key of records_by_id, between bounds: with a workspace that is equal to one the order would be that of ids alone, and
 * Postgres now and then walk the primary key, through the records of everybody.
 */
function byMaking(descending: boolean, { workspaceId, collection }: OfCollection, position?: Position): Ordering {
  const direction = sql.raw(descending ? 'desc' : 'asc')
  const of = sql`(r.workspace_id, r.collection)`
  const own = sql`(${workspaceId}, ${collection})`
  return {
    within: sql<SqlBool>`${of} >= ${own} and ${of} <= ${own}`,
    orderBy: sql`r.workspace_id ${direction}, r.collection ${direction}, r.id ${direction}`,
    behind: position
      ? sql<SqlBool>`(r.workspace_id, r.collection, r.id) ${sql.raw(descending ? '<' : '>')} (${workspaceId}, ${collection}, ${position.id})`
      : sql<SqlBool>`true`,
    value: sql`null::text`,
  }
}

function sortable(path: readonly string[], isDecimal: boolean): RawBuilder<unknown> {
  const at = sql`${path}::text[]`
  if (isDecimal) {
    return sql`case when (r.data #>> ${at}) ~ '^-?\\d{1,40}(\\.\\d{1,40})?$' then to_jsonb((r.data #>> ${at})::numeric) else 'null'::jsonb end`
  }
  return sql`case jsonb_typeof(r.data #> ${at})
    when 'string' then to_jsonb(left(r.data #>> ${at}, ${sortedLength}))
    when 'number' then r.data #> ${at} when 'boolean' then r.data #> ${at} else 'null'::jsonb end`
}
