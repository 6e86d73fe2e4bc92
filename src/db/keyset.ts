import { sql, type Expression, type SqlBool } from 'kysely'

/** Where a page ended: the last row's id and, in a list that is not ordered by id alone, its sort value. */
export interface Position {
  id: string
  /** As the database compares it. For a timestamp its text from Postgres: a `Date` has lost the microseconds. */
  sort?: string | number
}

/**
 * The condition of the rows behind a position, for `query.where(behind(position, …))`: by id descending unless said
 * otherwise. The query orders by the same columns in the same direction, and takes `limit + 1` rows for `pageOf`.
 * @param columns The id's column and, when the list has one, the sort column, as they are named in the query.
 */
export function behind(
  position: Position | undefined,
  columns: { id?: string; sort?: string } = {},
  direction: 'asc' | 'desc' = 'desc',
): Expression<SqlBool> {
  if (!position) return sql<SqlBool>`true`
  const id = sql.ref(columns.id ?? 'id')
  const than = sql.raw(direction === 'desc' ? '<' : '>')
  if (columns.sort === undefined) return sql<SqlBool>`${id} ${than} ${position.id}`
  return sql<SqlBool>`(${sql.ref(columns.sort)}, ${id}) ${than} (${position.sort}, ${position.id})`
}
