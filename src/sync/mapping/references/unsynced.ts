import { findProvider } from '../../../catalogue/find.ts'
import type { ConnectionParts } from '../../../connections/parts.ts'
import type { Sync } from '../../sync-store.ts'
import type { Mapping } from '../mapping.ts'
import { mappingOfSync } from '../overrides/apply.ts'

/** A field that names things of a model. */
export interface ReferringField {
  /** The canonical path; of a list's objects `lines.productId`. */
  field: string
  model: string
}

/**
 * The fields of syncs of one workspace that name things of models which no sync of their connection has: they stay empty until one
 * does, and the platform's ids are kept for that. Relies on syncs_once.
 */
export async function unsyncedOf(
  hub: ConnectionParts,
  syncs: readonly Sync[],
): Promise<ReadonlyMap<string, ReferringField[]>> {
  const fields = new Map<string, ReferringField[]>()
  for (const sync of syncs) {
    const { models } = await findProvider(hub, sync.workspaceId, sync.provider)
    const model = models?.[sync.model]
    fields.set(sync.id, model ? referringIn(mappingOfSync(model, { mapping: sync.mapping, remapped: null })) : [])
  }
  const referring = syncs.filter(({ id }) => fields.get(id)!.length > 0)
  if (referring.length === 0) return fields
  const synced = await hub.db
    .selectFrom('syncs')
    .select(['connection_id', 'model'])
    .where('workspace_id', '=', referring[0]!.workspaceId)
    .where('connection_id', 'in', [...new Set(referring.map(({ connectionId }) => connectionId))])
    .where('deleted_at', 'is', null)
    .execute()
  const has = new Set(synced.map(row => `${row.connection_id} ${row.model}`))
  for (const { id, connectionId } of referring) {
    const open = fields.get(id)!.filter(({ model }) => !has.has(`${connectionId} ${model}`))
    fields.set(id, open)
  }
  return fields
}

function referringIn({ model: { fields } }: Mapping): ReferringField[] {
  return fields.flatMap(([path, , options = {}]) => [
    ...(options.reference === undefined ? [] : [{ field: path, model: options.reference }]),
    ...(options.each ?? []).flatMap(([member, , { reference } = {}]) =>
      reference === undefined ? [] : [{ field: `${path}.${member}`, model: reference }],
    ),
  ])
}
