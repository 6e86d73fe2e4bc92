import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { inboundEvents } from '../metrics/registry.ts'
import { webhookApp } from '../provider-apps/webhook-app.ts'
import { providerOf } from '../providers/index.ts'
import type { WebhookDefinition } from '../providers/webhook.ts'
import { answerBody, answerQuery, type ChallengeAnswer } from './challenge.ts'
import { keptHeaders } from './kept-headers.ts'
import { keyLifetimeMs } from './policy.ts'
import { readItems } from './read.ts'
import { verifySignature, type SignedRequest } from './verify.ts'
import { inboundWakeOf } from './wake.ts'

/** A request to the address of a provider app. */
export interface WebhookRequest extends SignedRequest {
  provider: string
  /** Null at the bare address: the environment's app. */
  providerAppId: string | null
  method: string
  query: Record<string, unknown>
}

/** What became of it. `accepted` counts new events; what has been seen before is among `duplicates`. */
export type WebhookReceipt =
  { kind: 'events'; accepted: number; duplicates: number } | { kind: 'challenge'; answer: ChallengeAnswer }

/**
 * Takes a provider's webhook in: verified over its raw bytes, committed, and known by its delivery id. What it leads to
 * happens afterwards.
 * @throws HubError `WEBHOOK_NOT_FOUND`, `SIGNATURE_INVALID`, `INVALID_REQUEST` when the body is not JSON
 */
export async function receiveWebhook(hub: Hub, request: WebhookRequest): Promise<WebhookReceipt> {
  const definition = definitionOf(request.provider)
  const app = await webhookApp(hub, request.provider, request.providerAppId)
  const { challenge } = definition
  const asked = answerQuery(challenge, request.method, request.query, app.webhookSecrets)
  if (asked) return { kind: 'challenge', answer: asked }
  try {
    verifySignature(definition.scheme, app.webhookSecrets, request)
  } catch (error) {
    inboundEvents.inc({ provider: request.provider, outcome: 'refused' })
    throw error
  }
  const answer = answerBody(challenge, request.body)
  if (answer) return { kind: 'challenge', answer }
  const { accepted, items } = await store(hub, definition, app.workspaceId, request)
  const duplicates = items - accepted
  if (accepted > 0) inboundWakeOf(hub).soon()
  inboundEvents.inc({ provider: request.provider, outcome: 'accepted' }, accepted)
  inboundEvents.inc({ provider: request.provider, outcome: 'duplicate' }, duplicates)
  return { kind: 'events', accepted, duplicates }
}

function definitionOf(provider: string): WebhookDefinition {
  try {
    const { webhooks } = providerOf(provider)
    if (webhooks) return webhooks
  } catch {
    // An address is not a list of what there is.
  }
  throw new HubError('WEBHOOK_NOT_FOUND')
}

// Keys first, by primary key: of two that are one only the first gets an event, and the second waits for its commit.
const statement = `
  with item as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
      as t (id, delivery_id, type, account_id, body)
  ), fresh as (
    insert into inbound_keys (app, delivery_id, expires_at)
    select $6, delivery_id, now() + $7::float8 * interval '1 ms' from item order by delivery_id
    on conflict do nothing returning delivery_id
  ), event as (
    insert into inbound_events
      (id, workspace_id, provider, provider_app_id, account_id, type, delivery_id, status, headers, body)
    select id, $8, $9, $10, account_id, type, delivery_id, 'received', $11::jsonb, body from item join fresh using (delivery_id)
    returning id, length(body) as bytes
  )
  insert into inbound_queue (event_id, provider, provider_app_id, bytes) select id, $9, $10, bytes from event`

async function store(
  hub: Hub,
  definition: WebhookDefinition,
  workspaceId: string | null,
  request: WebhookRequest,
): Promise<{ accepted: number; items: number }> {
  const items = readItems(definition, request)
  const { rowCount } = await hub.pool.query({
    name: 'receive_inbound',
    text: statement,
    values: [
      items.map(() => newId('inboundEvent')),
      items.map(item => item.deliveryId),
      items.map(item => item.type),
      items.map(item => item.accountId),
      items.map(item => item.body),
      request.providerAppId ?? `environment/${request.provider}`,
      keyLifetimeMs,
      workspaceId,
      request.provider,
      request.providerAppId,
      JSON.stringify(keptHeaders(definition, request.headers)),
    ],
  })
  return { accepted: rowCount ?? 0, items: items.length }
}
