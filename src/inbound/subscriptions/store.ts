import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { SubscriptionStatus, WebhookSubscriptionsTable } from '../../db/schema/webhook-subscriptions.ts'
import { HubError } from '../../errors.ts'
import { claimMs } from './policy.ts'

/** Webhooks of one connection that the hub registers at the platform. */
export interface Subscription {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  /** Where it sends to. */
  addressId: string | null
  types: string[]
  /** What it is about, by the names of the platform's definition. */
  about: Record<string, string>
  status: SubscriptionStatus
  platformId: string | null
  platformResource: string | null
  expiresAt: Date | null
  renewAt: Date | null
  failures: number
  lastError: string | null
  /** When it last began anew after a time in which nothing was sent. */
  gapAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** Which subscription, and of which connection of which workspace. */
export interface SubscriptionRef {
  workspaceId: string
  connectionId: string
  id: string
}

/** The subscriptions of a connection behind a position, newest first. Index webhook_subscriptions_by_connection. */
export async function listSubscriptions(
  db: Executor,
  workspaceId: string,
  connectionId: string,
  list: { after: Position | undefined; limit: number },
): Promise<Subscription[]> {
  const rows = await db
    .selectFrom('webhook_subscriptions')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
  return rows.map(subscriptionOf)
}

/** @throws HubError `WEBHOOK_SUBSCRIPTION_NOT_FOUND` */
export async function findSubscription(db: Executor, ref: SubscriptionRef): Promise<Subscription> {
  const row = await db
    .selectFrom('webhook_subscriptions')
    .selectAll()
    .where('workspace_id', '=', ref.workspaceId)
    .where('connection_id', '=', ref.connectionId)
    .where('id', '=', ref.id)
    .executeTakeFirst()
  if (!row) throw new HubError('WEBHOOK_SUBSCRIPTION_NOT_FOUND')
  return subscriptionOf(row)
}

/** The subscriptions, whatever their workspace, for which there is something to do now, held for their claimer. */
export async function claimDueSubscriptions(db: Executor, limit: number): Promise<Subscription[]> {
  // Over webhook_subscriptions_due.
  const { rows } = await sql<Selectable<WebhookSubscriptionsTable>>`
    with due as (
      select id, workspace_id from webhook_subscriptions
      where renew_at <= now() order by renew_at limit ${limit} for update skip locked
    )
    update webhook_subscriptions s set renew_at = now() + ${claimMs} * interval '1 millisecond'
    from due where s.id = due.id and s.workspace_id = due.workspace_id
    returning s.*`.execute(db)
  return rows.map(subscriptionOf)
}

export type SubscriptionChange = Partial<
  Pick<
    Selectable<WebhookSubscriptionsTable>,
    | 'address_id'
    | 'platform_id'
    | 'platform_resource'
    | 'expires_at'
    | 'renew_at'
    | 'failures'
    | 'last_error'
    | 'gap_at'
  >
>

/** Changes a subscription; gives whether it is still there. */
export async function changeSubscription(
  db: Executor,
  { workspaceId, id }: Pick<Subscription, 'workspaceId' | 'id'>,
  change: SubscriptionChange,
  /** What it then is, unless it has been removed meanwhile: that stays. */
  status?: SubscriptionStatus,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('webhook_subscriptions')
    .set({
      ...change,
      updated_at: sql<Date>`now()`,
      ...(status && {
        status: sql<SubscriptionStatus>`case when status = 'removed' then status else ${status} end`,
      }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export function subscriptionOf(row: Selectable<WebhookSubscriptionsTable>): Subscription {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    connectionId: row.connection_id,
    provider: row.provider,
    addressId: row.address_id,
    types: row.types,
    about: row.about,
    status: row.status,
    platformId: row.platform_id,
    platformResource: row.platform_resource,
    expiresAt: row.expires_at,
    renewAt: row.renew_at,
    failures: row.failures,
    lastError: row.last_error,
    gapAt: row.gap_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
