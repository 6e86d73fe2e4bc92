import type { Selectable } from 'kysely'
import type { Executor } from '../../../db/database.ts'
import { behind, type Position } from '../../../db/keyset.ts'
import type { EventTypesTable } from '../../../db/schema/event-types.ts'
import { HubError } from '../../../errors.ts'
import { raiseEndpointsVersion } from '../../endpoints/endpoint-mode.ts'

/** A type of event that a workspace registered: for those who read its catalogue, and to have its schema enforced. */
export interface EventType {
  type: string
  description: string | null
  /** The JSON Schema (2020-12) that the data of such events must fit; null for none. */
  schema: Record<string, unknown> | null
  deprecated: boolean
  createdAt: Date
  updatedAt: Date
}

export interface EventTypeSettings {
  description: string | null
  schema: { text: string; hash: string } | null
  deprecated: boolean
}

/** By name. Index: the primary key. */
export async function listEventTypes(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number },
): Promise<EventType[]> {
  const rows = await db
    .selectFrom('event_types')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where(behind(list.after, { id: 'type' }, 'asc'))
    .orderBy('type')
    .limit(list.limit)
    .execute()
  return rows.map(eventTypeOf)
}

/** @throws HubError `EVENT_TYPE_NOT_FOUND` */
export async function findEventType(db: Executor, workspaceId: string, type: string): Promise<EventType> {
  const row = await db
    .selectFrom('event_types')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('type', '=', type)
    .executeTakeFirst()
  if (!row) throw new HubError('EVENT_TYPE_NOT_FOUND')
  return eventTypeOf(row)
}

/** How many types a workspace registered, the given one left out. */
export async function countOtherEventTypes(db: Executor, workspaceId: string, type: string): Promise<number> {
  const row = await db
    .selectFrom('event_types')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('type', '<>', type)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Writes a type, new or not. Whoever matched events before matches and checks them again. */
export async function putEventType(
  db: Executor,
  workspaceId: string,
  type: string,
  { description, schema, deprecated }: EventTypeSettings,
): Promise<EventType> {
  const set = { description, schema: schema?.text ?? null, schema_hash: schema?.hash ?? null, deprecated }
  const row = await db
    .insertInto('event_types')
    .values({ workspace_id: workspaceId, type, ...set })
    .onConflict(conflict => conflict.columns(['workspace_id', 'type']).doUpdateSet({ ...set, updated_at: new Date() }))
    .returningAll()
    .executeTakeFirstOrThrow()
  await raiseEndpointsVersion(db, workspaceId)
  return eventTypeOf(row)
}

/** @throws HubError `EVENT_TYPE_NOT_FOUND` */
export async function deleteEventType(db: Executor, workspaceId: string, type: string): Promise<void> {
  const deleted = await db
    .deleteFrom('event_types')
    .where('workspace_id', '=', workspaceId)
    .where('type', '=', type)
    .executeTakeFirst()
  if (deleted.numDeletedRows === 0n) throw new HubError('EVENT_TYPE_NOT_FOUND')
  await raiseEndpointsVersion(db, workspaceId)
}

/** The hashes of the schemas that are enforced, by type. Index: the primary key. */
export async function schemaHashes(db: Executor, workspaceId: string): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('event_types')
    .select(['type', 'schema_hash'])
    .where('workspace_id', '=', workspaceId)
    .where('schema_hash', 'is not', null)
    .execute()
  return new Map(rows.map(row => [row.type, row.schema_hash!]))
}

function eventTypeOf(row: Selectable<EventTypesTable>): EventType {
  const { type, description, schema, deprecated, created_at: createdAt, updated_at: updatedAt } = row
  return { type, description, schema, deprecated, createdAt, updatedAt }
}
