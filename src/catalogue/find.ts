import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Definitions } from './definitions.ts'
import type { ProviderDefinition } from './schema/definition.ts'

/** What it takes to look up a definition. */
export interface CatalogueParts {
  db: Executor
  definitions: Definitions
}

/**
 * The definition that a provider's id means in a workspace; null for what belongs to none. In a transaction it is looked up
 * with the transaction's own connection. @throws HubError `INVALID_PROVIDER`
 */
export async function findProvider(
  parts: CatalogueParts,
  workspaceId: string | null,
  id: string,
  db: Executor = parts.db,
): Promise<ProviderDefinition> {
  const definition = await parts.definitions.find(db, workspaceId, id)
  if (!definition) throw new HubError('INVALID_PROVIDER')
  return definition
}
