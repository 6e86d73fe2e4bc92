import type { ProviderAnswer, ProviderClient } from '../../calls/call.ts'
import { refusalIn } from '../../calls/errors.ts'
import { textAt } from '../../calls/json-path.ts'
import { findProvider } from '../../catalogue/find.ts'
import type { SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { findConnection } from '../../connections/store.ts'
import { HubError } from '../../errors.ts'
import { openForSecret } from '../addresses/learn.ts'
import { addressFor } from './address.ts'
import { callOf } from './calls.ts'
import { subscriptionLifetimeMs } from './lifetime.ts'
import { callTimeoutMs } from './policy.ts'
import type { Subscription } from './store.ts'

/** What a platform says of a subscription of its own. */
export interface Registered {
  platformId: string
  platformResource: string | null
  expiresAt: Date | null
  /** Null where it is sent to the app's own address. */
  addressId: string | null
  /** What the platform made to verify it with, and told. */
  secret: string | undefined
}

/** What is done with one connection's subscriptions. */
export interface Subscribing {
  hub: ConnectionParts
  client: ProviderClient
  definition: SubscribeDefinition
  config: Record<string, string>
}

/** @throws HubError `CONFLICT` where the platform has no API for it, `CONNECTION_NOT_FOUND` */
export async function subscribingOf(
  hub: ConnectionParts,
  subscription: Subscription,
  client: ProviderClient,
): Promise<Subscribing> {
  const { workspaceId, connectionId, provider } = subscription
  const [{ config }, { webhooks }] = await Promise.all([
    findConnection(hub.db, workspaceId, connectionId),
    findProvider(hub, workspaceId, provider),
  ])
  if (!webhooks?.subscribe) throw new HubError('CONFLICT', { message: 'The platform has no API to register webhooks.' })
  return { hub, client, config, definition: webhooks.subscribe }
}

/** Registers a subscription's address. @throws HubError as `ProviderClient` */
export async function registerThere(on: Subscribing, subscription: Subscription): Promise<Registered> {
  const { definition, client } = on
  const address = definition.to === 'app' ? undefined : await addressFor(on.hub, definition, subscription)
  const { workspaceId, connectionId } = subscription
  if (address && definition.secret === 'learnt')
    await openForSecret(on.hub.db, { workspaceId, connectionId, id: address.id }, 2 * callTimeoutMs)
  const expiresAt = endOf(definition, subscription)
  const answer = await client.call(
    callOf(definition, definition.make, { subscription, config: on.config, address, expiresAt }),
  )
  return { ...registered(definition, answer, expiresAt), addressId: address?.id ?? null }
}

/** Prolongs a subscription; gives undefined where the platform has forgotten it. @throws HubError as `ProviderClient` */
export async function prolongThere(on: Subscribing, subscription: Subscription): Promise<Date | null | undefined> {
  const { definition, client, config } = on
  const { renew } = definition
  if (renew === undefined || renew === 'again') return undefined
  const expiresAt = endOf(definition, subscription)
  try {
    const answer = await client.call(callOf(definition, renew, { subscription, config, address: undefined, expiresAt }))
    return instantAt(answer, definition.answer.expiresAt) ?? expiresAt ?? null
  } catch (error) {
    if (isForgotten(error)) return undefined
    throw error
  }
}

/** Removes a subscription; one that the platform has forgotten is removed. @throws HubError as `ProviderClient` */
export async function removeThere(on: Subscribing, subscription: Subscription, signal?: AbortSignal): Promise<void> {
  const { definition, client, config } = on
  if (subscription.platformId === null) return
  const call = callOf(definition, definition.remove, { subscription, config, address: undefined, expiresAt: undefined })
  try {
    await client.call({ ...call, ...(signal && { signal }) })
  } catch (error) {
    if (!isForgotten(error)) throw error
  }
}

function endOf({ lifetime }: SubscribeDefinition, { about }: Subscription): Date | undefined {
  return lifetime === undefined ? undefined : new Date(Date.now() + subscriptionLifetimeMs(lifetime, about))
}

/** @throws HubError `PROVIDER_ERROR` for an answer without an id, or without the secret that it should have */
function registered(
  definition: SubscribeDefinition,
  answer: ProviderAnswer,
  asked: Date | undefined,
): Omit<Registered, 'addressId'> {
  const { id, secret: told, resource, expiresAt } = definition.answer
  const platformId = textAt(answer.body, id)
  const secret = told === undefined ? undefined : textAt(answer.body, told)
  if (platformId === undefined || (told !== undefined && secret === undefined)) throw new HubError('PROVIDER_ERROR')
  return {
    platformId,
    platformResource: resource === undefined ? null : (textAt(answer.body, resource) ?? null),
    expiresAt: instantAt(answer, expiresAt) ?? asked ?? null,
    secret,
  }
}

function instantAt({ body }: ProviderAnswer, path: string | undefined): Date | undefined {
  const said = path === undefined ? undefined : textAt(body, path)
  if (said === undefined) return undefined
  const at = new Date(/^\d+$/.test(said) ? Number(said) : said)
  return Number.isNaN(at.getTime()) ? undefined : at
}

function isForgotten(error: unknown): boolean {
  const refusal = refusalIn(error)
  return refusal?.status === 404 || refusal?.status === 410 || refusal?.meaning === 'not-found'
}
