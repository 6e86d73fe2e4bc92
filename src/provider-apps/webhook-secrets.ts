import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { putAppSecret, secretOf, type ProviderApp } from './store.ts'

/** How long an app's webhook secret goes on verifying after a new one took its place, when the caller does not say. */
export const defaultOverlapSeconds = 86_400
export const longestOverlapSeconds = 7 * 86_400

/** A new webhook secret; null removes it, and the one before it. */
export interface WebhookSecretChange {
  webhookSecret?: string | null | undefined
  /** For how long the one before goes on verifying; alone it changes an overlap that lasts. 0 ends it at once. */
  overlapSeconds?: number | undefined
}

/**
 * Changes an app's webhook secret in the caller's transaction, which holds the app's row. What the platform still signs
 * with the old one is taken until the overlap ends; the old secret has a sealed place of its own.
 * @throws HubError `INVALID_REQUEST` when an overlap is asked for and there is no earlier secret
 */
export async function changeWebhookSecret(
  hub: Foundation,
  db: Executor,
  app: ProviderApp,
  { webhookSecret, overlapSeconds }: WebhookSecretChange,
): Promise<ProviderApp> {
  if (webhookSecret === undefined && overlapSeconds === undefined) return app
  if (webhookSecret === null) {
    await putAppSecret(hub, db, app, 'webhook_secret', null)
    return endOverlapAt(hub, db, app, null)
  }
  const current = await secretOf(hub, app.workspaceId, app.id, 'webhook_secret', db)
  const replaces = webhookSecret !== undefined && current !== undefined && current !== webhookSecret
  if (webhookSecret !== undefined) await putAppSecret(hub, db, app, 'webhook_secret', webhookSecret)
  if (replaces) {
    await putAppSecret(hub, db, app, 'webhook_secret_before', current)
    return endOverlapAt(hub, db, app, endOf(overlapSeconds ?? defaultOverlapSeconds))
  }
  if (overlapSeconds === undefined) return app
  if (!overlaps(app)) {
    if (overlapSeconds === 0 || webhookSecret !== undefined) return app
    throw new HubError('INVALID_REQUEST', {
      details: [{ path: 'body.webhookSecretOverlapSeconds', message: 'No earlier webhook secret is still taken' }],
    })
  }
  return endOverlapAt(hub, db, app, endOf(overlapSeconds))
}

/** Whether the secret before the current one still verifies. */
export function overlaps(app: Pick<ProviderApp, 'webhookSecretOverlapEndsAt'>, now = Date.now()): boolean {
  return app.webhookSecretOverlapEndsAt !== null && app.webhookSecretOverlapEndsAt.getTime() > now
}

/** Destroys earlier webhook secrets whose overlap is over, at most `limit`; gives how many. Index provider_apps_by_overlap_end. */
export function expireWebhookSecrets(hub: Foundation, limit: number): Promise<number> {
  return hub.db.transaction().execute(async trx => {
    const over = await trx
      .selectFrom('provider_apps')
      .select(['id', 'workspace_id as workspaceId'])
      .where('webhook_secret_overlap_ends_at', '<', new Date())
      .orderBy('webhook_secret_overlap_ends_at')
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute()
    for (const app of over) await endOverlapAt(hub, trx, app, null)
    return over.length
  })
}

const endOf = (seconds: number) => (seconds === 0 ? null : new Date(Date.now() + seconds * 1_000))

async function endOverlapAt<App extends { id: string; workspaceId: string }>(
  hub: Foundation,
  db: Executor,
  app: App,
  endsAt: Date | null,
): Promise<App> {
  if (endsAt === null) await putAppSecret(hub, db, app, 'webhook_secret_before', null)
  await db
    .updateTable('provider_apps')
    .set({ webhook_secret_overlap_ends_at: endsAt })
    .where('workspace_id', '=', app.workspaceId)
    .where('id', '=', app.id)
    .execute()
  return { ...app, webhookSecretOverlapEndsAt: endsAt }
}
