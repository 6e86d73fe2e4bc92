import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import { findProvider } from '../../catalogue/find.ts'
import type { SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { lockConnection, type Connection } from '../../connections/store.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { isTold } from './calls.ts'
import { carryOut } from './carry-out.ts'
import { forgetSubscription } from './forget.ts'
import { claimMs, mostSubscriptions } from './policy.ts'
import {
  changeSubscription,
  findSubscription,
  subscriptionOf,
  type Subscription,
  type SubscriptionRef,
} from './store.ts'

/** What a caller wants to be told of. */
export interface SubscriptionWords {
  types: string[]
  about: Record<string, string>
}

/**
 * What is wanted, as a platform takes it: one subscription, or one for each type.
 * @throws HubError `CONFLICT` where the platform has no API for it; `INVALID_REQUEST` for types or things that it does not know
 */
export async function planSubscriptions(
  hub: ConnectionParts,
  workspaceId: string,
  provider: string,
  words: SubscriptionWords,
): Promise<SubscriptionWords[]> {
  const { webhooks, name } = await findProvider(hub, workspaceId, provider)
  const subscribe = webhooks?.subscribe
  if (!subscribe) throw new HubError('CONFLICT', { message: `Webhooks of ${name} are not registered by an API.` })
  checkAbout(subscribe, name, words.about)
  const { types } = subscribe
  if (types === undefined) {
    if (words.types.length > 0)
      throw new HubError('INVALID_REQUEST', { message: `${name} sends all of its types: name none.` })
    return [words]
  }
  const wanted = [...new Set(words.types)]
  const unknown = wanted.filter(type => !Object.hasOwn(webhooks.triggers, type) || !isTold(subscribe, type))
  if (wanted.length === 0 || unknown.length > 0) {
    const what = unknown.length > 0 ? ` It does not send ${unknown.slice(0, 5).join(', ')}.` : ''
    throw new HubError('INVALID_REQUEST', { message: `Name types that ${name} sends.${what}` })
  }
  return types.form === 'each' ? wanted.map(type => ({ ...words, types: [type] })) : [{ ...words, types: wanted }]
}

function checkAbout({ about = {} }: SubscribeDefinition, name: string, said: Record<string, string>): void {
  const missing = Object.keys(about).filter(key => !Object.hasOwn(said, key))
  const unknown = Object.keys(said).filter(key => !Object.hasOwn(about, key))
  if (missing.length === 0 && unknown.length === 0) return
  const known = Object.entries(about).map(([key, what]) => `${key} (${what})`)
  const message = `A subscription of ${name} is about ${known.length > 0 ? known.join(', ') : 'nothing in particular'}.`
  throw new HubError('INVALID_REQUEST', { message })
}

/**
 * Has webhooks of a connection registered at its platform, at once where it is connected, else when it is. What the platform
 * refuses is not kept; what cannot be reached now stays `pending`.
 * @throws HubError `CONNECTION_NOT_FOUND`, `CONFLICT`, `INVALID_REQUEST`, and what the platform refuses
 */
export async function createSubscriptions(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  actor: string,
  words: SubscriptionWords,
): Promise<Subscription[]> {
  const pending = await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, workspaceId, connectionId)
    const plan = await planSubscriptions(hub, workspaceId, connection.provider, words)
    return insertSubscriptions(trx, connection, plan, actor)
  })
  const made: Subscription[] = []
  for (const subscription of pending) {
    if (subscription.renewAt === null) {
      made.push(subscription)
      continue
    }
    await carryOut(hub, subscription, actor).catch(async (error: unknown) => {
      if (error instanceof HubError && error.retryable) return
      for (const other of pending.slice(made.length))
        await forgetSubscription(hub, await findSubscription(hub.db, other))
      throw error
    })
    made.push(await findSubscription(hub.db, subscription))
  }
  return made
}

/** The same without waiting for the platform: it is done as soon as the account is connected. */
export async function subscribeLater(
  hub: ConnectionParts,
  { workspaceId, id, provider }: Connection,
  words: SubscriptionWords,
  actor: string,
): Promise<void> {
  const plan = await planSubscriptions(hub, workspaceId, provider, words)
  await hub.db.transaction().execute(async trx => {
    const connection = await lockConnection(trx, workspaceId, id)
    const wanted = await insertSubscriptions(trx, connection, plan, actor)
    if (connection.status === 'pending') return
    for (const one of wanted) await changeSubscription(trx, one, { renew_at: new Date() })
  })
}

/** Writes down what is wanted, held for the caller where the connection is there, else waiting for it. */
export async function insertSubscriptions(
  trx: Executor,
  connection: Connection,
  plan: SubscriptionWords[],
  actor: string,
): Promise<Subscription[]> {
  const { workspaceId, id: connectionId, provider, status } = connection
  if (status === 'disconnecting' || status === 'disconnected')
    throw new HubError('CONFLICT', { message: 'The connection has ended.' })
  const { count } = await trx
    .selectFrom('webhook_subscriptions')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirstOrThrow()
  if (count + plan.length > mostSubscriptions)
    throw new HubError('CONFLICT', { message: `A connection has ${mostSubscriptions} subscriptions at most.` })
  const renewAt = status === 'pending' ? null : new Date(Date.now() + claimMs)
  const rows = await trx
    .insertInto('webhook_subscriptions')
    .values(
      plan.map(({ types, about }) => ({
        ...{ id: newId('webhookSubscription'), workspace_id: workspaceId, connection_id: connectionId, provider },
        ...{ types, about: JSON.stringify(about), renew_at: renewAt },
      })),
    )
    .returningAll()
    .execute()
  for (const { id: subjectId } of rows) {
    const action = 'webhook_subscription.wanted'
    await writeAudit(trx, { workspaceId, actor, action, subjectId, details: { connectionId } })
  }
  return rows.map(subscriptionOf)
}

/**
 * Removes a subscription at the platform. Where that cannot be reached now it is `removed` until it can.
 * @throws HubError `WEBHOOK_SUBSCRIPTION_NOT_FOUND`
 */
export async function removeSubscription(hub: ConnectionParts, ref: SubscriptionRef, actor: string): Promise<void> {
  const subscription = await hub.db.transaction().execute(async trx => {
    const found = await findSubscription(trx, ref)
    const { workspaceId, id: subjectId, connectionId } = found
    await trx
      .updateTable('webhook_subscriptions')
      .set({ status: 'removed', failures: 0, renew_at: new Date(Date.now() + claimMs) })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', subjectId)
      .execute()
    const action = 'webhook_subscription.removed'
    await writeAudit(trx, { workspaceId, actor, action, subjectId, details: { connectionId } })
    return { ...found, status: 'removed' as const, failures: 0 }
  })
  if (subscription.platformId === null) return forgetSubscription(hub, subscription)
  await carryOut(hub, subscription, actor).catch((error: unknown) => {
    hub.log.warn({ err: error, ...ref }, 'a webhook subscription could not be removed now')
  })
}
