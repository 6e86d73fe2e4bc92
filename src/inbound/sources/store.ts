import type { Selectable } from 'kysely'
import type { WebhookScheme } from '../../catalogue/schema/webhooks/schemes.ts'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { InboundSourcesTable, SourceField } from '../../db/schema/inbound-sources.ts'
import { HubError } from '../../errors.ts'

/** A sender of webhooks that is no platform. */
export interface InboundSource {
  id: string
  workspaceId: string
  /** What the types of its events begin with. */
  slug: string
  name: string
  /** How it proves itself. */
  scheme: WebhookScheme
  /** Where the type stands; `received` where none is there. */
  type: SourceField | null
  /** Where its own id of what it sends stands; its content tells repeats where none is there. */
  deliveryId: SourceField | null
  keyOverlapEndsAt: Date | null
  secretOverlapEndsAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** Newest first. Index inbound_sources_by_workspace. */
export async function listSources(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<InboundSource[]> {
  const rows = await selectSources(db, workspaceId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
  return rows.map(sourceOf)
}

/** @throws HubError `INBOUND_SOURCE_NOT_FOUND` */
export async function findSource(db: Executor, workspaceId: string, id: string): Promise<InboundSource> {
  return found(await selectSources(db, workspaceId).where('id', '=', id).executeTakeFirst())
}

/** The same, locked until the caller's transaction ends. @throws HubError `INBOUND_SOURCE_NOT_FOUND` */
export async function lockSource(db: Executor, workspaceId: string, id: string): Promise<InboundSource> {
  return found(await selectSources(db, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst())
}

function selectSources(db: Executor, workspaceId: string) {
  return db.selectFrom('inbound_sources').selectAll().where('workspace_id', '=', workspaceId)
}

function found(row: Selectable<InboundSourcesTable> | undefined): InboundSource {
  if (!row) throw new HubError('INBOUND_SOURCE_NOT_FOUND')
  return sourceOf(row)
}

export function sourceOf(row: Selectable<InboundSourcesTable>): InboundSource {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    slug: row.slug,
    name: row.name,
    // Written after it was parsed.
    scheme: row.scheme as WebhookScheme,
    type: row.type_from,
    deliveryId: row.delivery_id_from,
    keyOverlapEndsAt: row.key_overlap_ends_at,
    secretOverlapEndsAt: row.secret_overlap_ends_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
