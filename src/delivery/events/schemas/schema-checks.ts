import type { Executor } from '../../../db/database.ts'
import { compileSchema, type SchemaCheck } from './schema-validator.ts'

const remembered = 300
// By the schema's hash: the same schema is the same check, whosever it is.
const checks = new Map<string, SchemaCheck>()

/** Gives the check of a registered schema, compiled once in each process; undefined when the type has another schema by now. */
export async function schemaCheckOf(
  db: Executor,
  workspaceId: string,
  type: string,
  hash: string,
): Promise<SchemaCheck | undefined> {
  const known = checks.get(hash)
  if (known) return known
  const row = await db
    .selectFrom('event_types')
    .select('schema')
    .where('workspace_id', '=', workspaceId)
    .where('type', '=', type)
    .where('schema_hash', '=', hash)
    .executeTakeFirst()
  if (!row?.schema) return undefined
  const check = compileSchema(row.schema)
  // The one that was made first goes first.
  if (checks.size >= remembered) checks.delete(checks.keys().next().value!)
  checks.set(hash, check)
  return check
}
