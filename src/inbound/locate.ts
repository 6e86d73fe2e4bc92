import type { Executor } from '../db/database.ts'
import type { Located } from '../located.ts'
import { handleInboundWorkflowId, inboundReplayWorkflowId, renewSubscriptionsWorkflowId } from './contract.ts'

/** The webhook of a platform with this id. */
export async function locateInboundEvent(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('inbound_events')
    .select(['workspace_id', 'connection_id', 'status', 'error_code'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const of = row.connection_id === null ? {} : { connectionId: row.connection_id }
  const { workspace_id: workspaceId, status: state, error_code: reason } = row
  return { id, workspaceId, state, reason, workflowId: handleInboundWorkflowId, of }
}

/** The replay of inbound events with this id. */
export async function locateInboundReplay(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('inbound_replays')
    .select(['workspace_id as workspaceId', 'state'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...row, id, reason: null, workflowId: inboundReplayWorkflowId(id), of: {} }
}

/** The address for webhooks with this id. */
export async function locateWebhookAddress(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('webhook_addresses')
    .select(['workspace_id as workspaceId', 'connection_id as connectionId'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const { workspaceId, connectionId } = row
  return { id, workspaceId, state: 'active', reason: null, workflowId: null, of: { connectionId } }
}

/** The subscription for webhooks with this id. */
export async function locateWebhookSubscription(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('webhook_subscriptions')
    .select(['workspace_id as workspaceId', 'connection_id as connectionId', 'status as state', 'last_error as reason'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  const { connectionId, ...rest } = row
  return { ...rest, id, workflowId: renewSubscriptionsWorkflowId, of: { connectionId } }
}

/** The source of webhooks with this id. */
export async function locateInboundSource(db: Executor, id: string): Promise<Located | undefined> {
  const row = await db
    .selectFrom('inbound_sources')
    .select('workspace_id as workspaceId')
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...row, id, state: 'active', reason: null, workflowId: null, of: {} }
}
