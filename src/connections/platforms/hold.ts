import { checkDefinition } from '../../catalogue/check-definition.ts'
import { moves } from '../../catalogue/own/reach.ts'
import { holdOwnPlatform } from '../../catalogue/own/store.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'

/**
 * Keeps a workspace's own platform where it is until the caller's transaction ends, in which a connection to it is made.
 * @param definition by which its credential was, or will be, obtained
 * @throws HubError `CONFLICT` when it has moved since: a credential is to go where it came from; `INVALID_PROVIDER` when it is gone
 */
export async function holdPlatform(
  hub: ConnectionParts,
  trx: Executor,
  workspaceId: string,
  definition: ProviderDefinition,
): Promise<void> {
  const { id } = definition
  if (hub.definitions.isCommon(id)) return
  const stored = await holdOwnPlatform(trx, { workspaceId, id })
  if (stored === undefined) {
    hub.definitions.forget(workspaceId, id)
    if (!(await hub.definitions.find(trx, workspaceId, id))) throw new HubError('INVALID_PROVIDER')
    return
  }
  const now = checkDefinition(stored).definition
  if (!now || moves(definition, now).length > 0) {
    hub.definitions.forget(workspaceId, id)
    throw new HubError('CONFLICT', { message: 'The provider has just been changed; try again.' })
  }
}
