import type { Executor } from '../../db/database.ts'
import type { Located } from '../../located.ts'
import { recoverEndpointWorkflowId, replayWorkflowId } from '../contract.ts'

/** The endpoint with this id. */
export async function locateEndpoint(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('endpoints')
    .select(['workspace_id', 'mode', 'disabled_reason', 'last_error'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const reason = row.disabled_reason ?? row.last_error
  const workflowId = recoverEndpointWorkflowId(id)
  return { id, workspaceId: row.workspace_id, state: row.mode, reason, workflowId, of: {} }
}

/** The published event with this id. */
export async function locateEvent(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('events')
    .select(['workspace_id', 'payload_erased_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const state = row.payload_erased_at ? 'erased' : 'published'
  return { id, workspaceId: row.workspace_id, state, reason: null, workflowId: null, of: {} }
}

/** The delivery with this id, waiting or finished. */
export async function locateDelivery(db: Executor, id: string): Promise<Located | undefined> {
  const waiting = await db
    .selectFrom('delivery_queue')
    .select(['workspace_id', 'endpoint_id', 'event_id', 'last_error as reason'])
    .where('id', '=', id)
    .executeTakeFirst()
  const finished = waiting
    ? undefined
    : await db
        .selectFrom('deliveries')
        .select(['workspace_id', 'endpoint_id', 'event_id', 'status', 'reason'])
        .where('id', '=', id)
        .executeTakeFirst()
  const row = waiting ?? finished
  if (!row) return undefined
  const state = finished?.status ?? 'waiting'
  const workflowId = recoverEndpointWorkflowId(row.endpoint_id)
  const of = { endpointId: row.endpoint_id, eventId: row.event_id }
  return { id, workspaceId: row.workspace_id, state, reason: row.reason, workflowId, of }
}

/** The replay with this id. */
export async function locateReplay(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db.selectFrom('replays').select(['workspace_id', 'state']).where('id', '=', id).executeTakeFirst()
  if (!row) return undefined
  return { id, workspaceId: row.workspace_id, state: row.state, reason: null, workflowId: replayWorkflowId(id), of: {} }
}
