import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { writeAudit } from '../../../audit/log.ts'
import { HubError } from '../../../errors.ts'
import type { DeliveryParts } from '../../parts.ts'
import { countOtherEventTypes, deleteEventType, putEventType, type EventType } from './event-type-store.ts'
import { isEventType, isOwnType } from './event-types.ts'
import { compileSchema } from '../schemas/schema-validator.ts'

const mostTypes = 1_000

/** What a workspace says of an event type. */
export interface EventTypeInput {
  description: string | null
  schema: Record<string, unknown> | null
  deprecated: boolean
}

/**
 * Registers an event type, or replaces what was said of it. From the commit on every publish is checked with its schema.
 * @throws HubError `INVALID_REQUEST` for a name that is none or the hub's own, and for a schema that cannot be taken
 */
export async function registerEventType(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  type: string,
  { description, schema, deprecated }: EventTypeInput,
): Promise<EventType> {
  if (!isEventType(type)) refuse('An event type is words joined by dots, such as invoice.paid')
  if (isOwnType(type))
    refuse("The hub publishes events under this name itself: their data is not the workspace's to define")
  if (schema !== null) compileSchema(schema)
  const text = schema === null ? null : JSON.stringify(schema)
  const stored = text === null ? null : { text, hash: createHash('sha256').update(text).digest('hex') }
  return hub.db.transaction().execute(async tx => {
    // One at a time for a workspace, so that the count holds.
    await sql`select pg_advisory_xact_lock(hashtext('event types'), hashtext(${workspaceId}))`.execute(tx)
    if ((await countOtherEventTypes(tx, workspaceId, type)) >= mostTypes) {
      throw new HubError('CONFLICT', { message: `A workspace registers at most ${mostTypes} event types.` })
    }
    const put = await putEventType(tx, workspaceId, type, { description, schema: stored, deprecated })
    const details = { schema: stored?.hash ?? null }
    await writeAudit(tx, { workspaceId, actor, action: 'event_type.registered', subjectId: type, details })
    return put
  })
}

/** Forgets an event type: such events are published unchecked again. @throws HubError `EVENT_TYPE_NOT_FOUND` */
export async function removeEventType(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  type: string,
): Promise<void> {
  await hub.db.transaction().execute(async tx => {
    await deleteEventType(tx, workspaceId, type)
    await writeAudit(tx, { workspaceId, actor, action: 'event_type.deleted', subjectId: type, details: {} })
  })
}

function refuse(message: string): never {
  throw new HubError('INVALID_REQUEST', { details: [{ path: 'params.type', message }] })
}
