import { writeAudit } from '../../audit/log.ts'
import { checkDefinition } from '../../catalogue/check-definition.ts'
import type { Fault } from '../../catalogue/cross-references.ts'
import { addressesIn, moves } from '../../catalogue/own/reach.ts'
import {
  deleteOwnPlatform,
  insertOwnPlatform,
  lockOwnPlatform,
  replaceOwnPlatform,
  type OwnPlatformRef,
} from '../../catalogue/own/store.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import type { Executor } from '../../db/database.ts'
import { HubError, isHubError } from '../../errors.ts'
import { hasProviderApps } from '../../provider-apps/store.ts'
import type { ConnectionParts } from '../parts.ts'
import { methodIn } from '../store.ts'

/**
 * Makes a platform of a workspace's own out of what it has written.
 * @throws HubError `INVALID_REQUEST` with the places that are wrong; `CONFLICT` when there is one of its id, or too many
 */
export async function createOwnPlatform(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  written: unknown,
): Promise<ProviderDefinition> {
  const definition = checkOwn(hub, written)
  const ref = { workspaceId, id: definition.id }
  await hub.db.transaction().execute(async trx => {
    await insertOwnPlatform(trx, workspaceId, definition)
    await audit(trx, ref, actor, 'created')
  })
  hub.definitions.forget(workspaceId, definition.id)
  return definition
}

/**
 * Replaces a workspace's own platform. Connections that are not disconnected keep their method and their hosts.
 * @throws HubError `PROVIDER_NOT_FOUND`; `INVALID_REQUEST` as `createOwnPlatform`; `CONFLICT` with the places that would move
 */
export async function changeOwnPlatform(
  hub: ConnectionParts,
  actor: string,
  ref: OwnPlatformRef,
  written: unknown,
): Promise<ProviderDefinition> {
  if (hub.definitions.isCommon(ref.id)) throw new HubError('PROVIDER_NOT_FOUND')
  const definition = checkOwn(hub, written)
  if (definition.id !== ref.id) throw refused([{ path: 'id', message: 'stays as it is' }])
  await hub.db.transaction().execute(async trx => {
    const before = checkDefinition(await lockOwnPlatform(trx, ref)).definition
    const methods = await methodsInUse(trx, ref)
    if (methods.size > 0) {
      const faults = [...(before ? moves(before, definition) : []), ...missingMethods(definition, methods)]
      const message = 'There are connections to this provider: disconnect them first, or post another provider.'
      if (faults.length > 0) throw new HubError('CONFLICT', { message, details: shownFaults(faults) })
    }
    await replaceOwnPlatform(trx, ref, definition)
    await audit(trx, ref, actor, 'updated')
  })
  hub.definitions.forget(ref.workspaceId, ref.id)
  return definition
}

/**
 * Deletes a workspace's own platform. @throws HubError `PROVIDER_NOT_FOUND`; `CONFLICT` while there are connections to it that are not disconnected,
 * or apps of it
 */
export async function removeOwnPlatform(hub: ConnectionParts, actor: string, ref: OwnPlatformRef): Promise<void> {
  if (hub.definitions.isCommon(ref.id)) throw new HubError('PROVIDER_NOT_FOUND')
  await hub.db.transaction().execute(async trx => {
    await lockOwnPlatform(trx, ref)
    if ((await methodsInUse(trx, ref)).size > 0)
      throw new HubError('CONFLICT', { message: 'There are connections to this provider; disconnect them first.' })
    if (await hasProviderApps(trx, ref.workspaceId, ref.id))
      throw new HubError('CONFLICT', { message: 'There are provider apps of this provider; delete them first.' })
    await deleteOwnPlatform(trx, ref)
    await audit(trx, ref, actor, 'deleted')
  })
  hub.definitions.forget(ref.workspaceId, ref.id)
}

/** What a workspace has written, if it is a definition that the hub may follow. */
function checkOwn(hub: ConnectionParts, written: unknown): ProviderDefinition {
  const { definition, faults } = checkDefinition(written)
  if (faults) throw refused(faults)
  if (hub.definitions.isCommon(definition.id)) throw refused([{ path: 'id', message: "is one of the catalogue's" }])
  const guarded = addressesIn(definition).flatMap(({ path, url }) => {
    try {
      hub.outgoing.guard.checkUrl(url.replaceAll(/\{\w+\}/g, 'x'), path)
      return []
    } catch (error) {
      if (!isHubError(error, 'INVALID_URL')) throw error
      return [{ path, message: error.message }]
    }
  })
  if (guarded.length > 0) throw refused(guarded)
  return definition
}

function refused(faults: Fault[]): HubError {
  return new HubError('INVALID_REQUEST', { details: shownFaults(faults) })
}

const shownFaults = (faults: Fault[]) =>
  faults.slice(0, 20).map(({ path, message }) => ({ path: path === '' ? 'body' : `body.${path}`, message }))

function missingMethods({ auth }: ProviderDefinition, inUse: Map<string, string>): Fault[] {
  return [...inUse].flatMap(([id, kind]) =>
    auth.some(method => method.id === id && method.kind === kind)
      ? []
      : [{ path: 'auth', message: `lacks ${id} (${kind}), by which there are connections` }],
  )
}

/** The methods, with their kinds, of the connections to a platform that are not disconnected. */
async function methodsInUse(trx: Executor, { workspaceId, id }: OwnPlatformRef): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('connections')
    .select(['method', 'auth_kind'])
    .distinct()
    .where('workspace_id', '=', workspaceId)
    .where('provider', '=', id)
    .where('status', '!=', 'disconnected')
    .execute()
  return new Map(rows.map(row => [methodIn(row), row.auth_kind]))
}

async function audit(trx: Executor, { workspaceId, id }: OwnPlatformRef, actor: string, what: string): Promise<void> {
  await writeAudit(trx, { workspaceId, actor, action: `provider.${what}`, subjectId: id })
}
