import type { ConnectionParts } from '../connections/parts.ts'
import type { Executor } from '../db/database.ts'

/** What has a secret of its own that senders sign with: an address of a connection, or a source. */
export interface SecretOwner {
  workspaceId: string
  id: string
  /** Until then the secret before the current one verifies too. */
  secretOverlapEndsAt: Date | null
}

const fields = ['webhook_secret', 'webhook_secret_before'] as const

type Owned = Pick<SecretOwner, 'workspaceId' | 'id'>

const placeOf = ({ workspaceId, id }: Owned, field: (typeof fields)[number]) => ({
  ...{ workspaceId, ownerId: id, field },
})

/** Whether an overlap lasts. */
export const lasts = (endsAt: Date | null, now = Date.now()) => endsAt !== null && endsAt.getTime() > now

/**
 * Gives an owner another secret, or with null none, in the caller's transaction, which holds its row and writes what this gives:
 * until when the one before verifies; null when it does not, undefined when nothing has changed.
 */
export async function changeSecret(
  hub: ConnectionParts,
  trx: Executor,
  owner: Owned,
  secret: string | null,
  overlapMs: number,
): Promise<Date | null | undefined> {
  const current = await currentSecret(hub, trx, owner)
  if (current === (secret ?? undefined)) return undefined
  if (secret === null) {
    await hub.credentials.destroy(trx, owner.workspaceId, owner.id)
    return null
  }
  await hub.credentials.put(trx, placeOf(owner, 'webhook_secret'), secret)
  if (current !== undefined && overlapMs > 0) {
    await hub.credentials.put(trx, placeOf(owner, 'webhook_secret_before'), current)
    return new Date(Date.now() + overlapMs)
  }
  await hub.credentials.destroy(trx, owner.workspaceId, owner.id, 'webhook_secret_before')
  return null
}

/** The secret of an owner; undefined when it has none. */
export function currentSecret(hub: ConnectionParts, db: Executor, owner: Owned): Promise<string | undefined> {
  return hub.credentials.get<string>(db, placeOf(owner, 'webhook_secret'))
}

/** What may sign what comes: the owner's secret, and while an overlap lasts the one before; none where it has none. */
export async function secretsOf(hub: ConnectionParts, owner: SecretOwner): Promise<string[]> {
  const { workspaceId, id, secretOverlapEndsAt } = owner
  const wanted = lasts(secretOverlapEndsAt) ? fields : fields.slice(0, 1)
  const found = await hub.credentials.getFields<Record<string, string>>(hub.db, workspaceId, [id], wanted)
  return wanted.flatMap(field => found[field]?.get(id) ?? [])
}

/**
 * Destroys earlier secrets whose overlap is over, at most `limit` of each table; gives how many. Indexes
 * webhook_addresses_by_overlap_end, inbound_sources_by_overlap_end.
 */
export async function expireEarlierSecrets(hub: ConnectionParts, limit: number): Promise<number> {
  let expired = 0
  for (const table of ['webhook_addresses', 'inbound_sources'] as const) {
    expired += await hub.db.transaction().execute(async trx => {
      const over = await trx
        .selectFrom(table)
        .select(['id', 'workspace_id as workspaceId'])
        .where('secret_overlap_ends_at', '<', new Date())
        .orderBy('secret_overlap_ends_at')
        .limit(limit)
        .forUpdate()
        .skipLocked()
        .execute()
      for (const { id, workspaceId } of over) {
        await hub.credentials.destroy(trx, workspaceId, id, 'webhook_secret_before')
        await trx
          .updateTable(table)
          .set({ secret_overlap_ends_at: null })
          .where('workspace_id', '=', workspaceId)
          .where('id', '=', id)
          .execute()
      }
      return over.length
    })
  }
  return expired
}
