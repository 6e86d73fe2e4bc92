import { sql, type RawBuilder } from 'kysely'

/**
 * The id of whoever rows belong to (a sync, a workspace, a run), of which a plan expects as many rows as others have. Of one that is
 * younger than the statistics it would expect a single row: then each index that begins with the owner seems as good as the one whose
 * whole key is named, and all that the owner has is read for each call, or once more for each row of a join. Written so, it is no
 * constant to the planner (PostgreSQL, "How the Planner Uses Statistics": `var_eq_non_const`). In a statement whose rows are
 * described it stands as `(select ${id}::text)`, each id of many looked up by `cross join lateral (… limit 1)`.
 */
export function averageOwner(id: string): RawBuilder<string> {
  return sql<string>`(select ${id}::text)`
}
