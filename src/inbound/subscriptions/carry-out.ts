import type { SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { connectionClient } from '../../connections/client.ts'
import { writeAudit } from '../../audit/log.ts'
import { HubError } from '../../errors.ts'
import { takeSecret } from '../addresses/learn.ts'
import { requestRunsOfModels } from '../../sync/runs/request-runs.ts'
import { startRunsSoon } from '../../sync/runs/start-runs.ts'
import { syncsOfConnection } from '../../sync/of-connection.ts'
import {
  prolongThere,
  registerThere,
  removeThere,
  subscribingOf,
  type Registered,
  type Subscribing,
} from './at-platform.ts'
import { countedOnMs } from './lifetime.ts'
import { failingAfter, removalTries, renewAtMs, retryInMs } from './policy.ts'
import { forgetSubscription } from './forget.ts'
import { changeSubscription, type Subscription } from './store.ts'

/** What was done: nothing where the platform was already as the row says. */
export type CarriedOut = 'registered' | 'renewed' | 'removed'

/**
 * Brings the platform to what a claimed subscription's row says: registers, renews or removes it, and notes that.
 * @throws HubError what the platform or the way to it said; that is noted, and when to try again
 */
export async function carryOut(hub: ConnectionParts, subscription: Subscription, actor: string): Promise<CarriedOut> {
  try {
    const client = await connectionClient(hub, subscription.workspaceId, subscription.connectionId)
    const on = await subscribingOf(hub, subscription, client)
    if (subscription.status === 'removed') {
      await removeThere(on, subscription)
      await forgetSubscription(hub, subscription)
      return 'removed'
    }
    if (subscription.platformId === null) return await register(on, subscription, actor)
    return await renew(on, subscription, actor)
  } catch (error) {
    await noteFailure(hub, subscription, error)
    throw error
  }
}

async function renew(on: Subscribing, subscription: Subscription, actor: string): Promise<CarriedOut> {
  if (on.definition.renew === 'again' || isOver(subscription)) return register(on, subscription, actor)
  const expiresAt = await prolongThere(on, subscription)
  // The platform has forgotten it: nothing has come since.
  if (expiresAt === undefined) return register(on, subscription, actor, true)
  await changeSubscription(on.hub.db, subscription, renewed(on.definition, expiresAt), 'active')
  return 'renewed'
}

/** Whether nothing can have come for some time: it has ended. */
const isOver = ({ expiresAt }: Subscription) => expiresAt !== null && expiresAt.getTime() <= Date.now()

async function register(
  on: Subscribing,
  subscription: Subscription,
  actor: string,
  gap = isOver(subscription),
): Promise<CarriedOut> {
  const { hub } = on
  const made = await registerThere(on, subscription)
  const syncs = await hub.db.transaction().execute(async trx => {
    const { platformId: platform_id, platformResource: platform_resource, expiresAt } = made
    const now = {
      platform_id,
      platform_resource,
      ...renewed(on.definition, expiresAt),
      ...(gap ? { gap_at: new Date() } : {}),
    }
    if (!(await changeSubscription(trx, subscription, now, 'active'))) return undefined
    const { workspaceId, connectionId, id: subjectId } = subscription
    const { addressId: id, secret } = made
    if (secret !== undefined && id !== null)
      await takeSecret(hub, trx, { workspaceId, connectionId, id }, secret, actor)
    const action = `webhook_subscription.${gap ? 'gap' : 'registered'}`
    await writeAudit(trx, { workspaceId, actor, action, subjectId, details: { connectionId } })
    if (!gap) return []
    // What has changed meanwhile nobody has told: the syncs look.
    const models = (await syncsOfConnection(trx, workspaceId, connectionId)).map(({ model }) => model)
    return requestRunsOfModels(
      trx,
      models.map(model => ({ workspaceId, connectionId, model })),
      'webhook',
    )
  })
  // Its connection has ended meanwhile: what was made is nobody's.
  if (syncs === undefined) await removeQuietly(on, { ...subscription, ...made })
  else startRunsSoon(hub, syncs, 'webhook')
  // Where the app has one registration, what was there has become it.
  const isReplaced = subscription.platformId !== null && !isOver(subscription) && on.definition.to === undefined
  if (isReplaced) await removeQuietly(on, subscription)
  return subscription.platformId === null ? 'registered' : 'renewed'
}

function renewed(definition: SubscribeDefinition, expiresAt: Registered['expiresAt']) {
  const now = Date.now()
  const until = expiresAt && countedOnMs(definition, expiresAt.getTime(), now)
  const renewAt = until === null ? null : new Date(renewAtMs(now, until, Math.random()))
  return { expires_at: expiresAt, renew_at: renewAt, failures: 0, last_error: null }
}

/** What was replaced ends by itself, if it cannot be removed. */
async function removeQuietly(on: Subscribing, subscription: Subscription): Promise<void> {
  await removeThere(on, subscription).catch((error: unknown) => {
    const { workspaceId, connectionId, id } = subscription
    on.hub.log.warn(
      { err: error, workspaceId, connectionId, id },
      'a webhook subscription was replaced and not removed',
    )
  })
}

async function noteFailure(hub: ConnectionParts, subscription: Subscription, error: unknown): Promise<void> {
  const failures = subscription.failures + 1
  if (subscription.status === 'removed' && failures >= removalTries) return forgetSubscription(hub, subscription)
  const [code, retryable] = error instanceof HubError ? [error.code, error.retryable] : ['INTERNAL_ERROR', true]
  const after = error instanceof HubError ? (error.retryAfterMs ?? 0) : 0
  const renew_at = new Date(Date.now() + Math.max(after, retryInMs(failures) * (0.9 + 0.2 * Math.random())))
  const failing = !retryable || failures >= failingAfter
  await changeSubscription(
    hub.db,
    subscription,
    { failures, last_error: code, renew_at },
    failing ? 'failing' : undefined,
  )
}
