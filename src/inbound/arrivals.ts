import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { inboundEvents } from '../metrics/registry.ts'
import type { WebhookApp } from '../provider-apps/webhook-app.ts'
import type { WebhookDefinition } from '../providers/webhook.ts'
import { answerBody, answerQuery, type ChallengeAnswer } from './challenge.ts'
import { keptHeaders } from './kept-headers.ts'
import { keyLifetimeMs } from './policy.ts'
import { readItems } from './read.ts'
import { signedBody } from './signed-body.ts'
import type { SignedRequest } from './verify.ts'
import { inboundWakeOf } from './wake.ts'

/** A request to the address of a provider app. */
export interface WebhookRequest extends SignedRequest {
  provider: string
  definition: WebhookDefinition
  app: WebhookApp
  method: string
  query: Record<string, unknown>
  /** Called with the bytes that are held for it beyond those of its body. @throws HubError `RATE_LIMITED` */
  hold: (bytes: number) => void
}

/** What became of it. `accepted` counts new events; what has been seen before is among `duplicates`. */
export type WebhookReceipt =
  { kind: 'events'; accepted: number; duplicates: number } | { kind: 'challenge'; answer: ChallengeAnswer }

/**
 * Takes a provider's webhook in: verified over its raw bytes, committed, and known by its delivery id. What it leads to
 * happens afterwards.
 * @throws HubError `SIGNATURE_INVALID`; `INVALID_REQUEST` when the body is not JSON; `BODY_TOO_LARGE` unpacked
 */
export async function receiveWebhook(hub: Hub, request: WebhookRequest): Promise<WebhookReceipt> {
  const { provider, definition, app } = request
  const asked = answerQuery(definition.challenge, request.method, request.query, app.webhookSecrets)
  if (asked) return { kind: 'challenge', answer: asked }
  const body = await signedBody(definition, app.webhookSecrets, request, request.hold).catch((error: unknown) => {
    inboundEvents.inc({ provider, outcome: 'refused' })
    throw error
  })
  const answer = answerBody(definition.challenge, body)
  if (answer) return { kind: 'challenge', answer }
  const { accepted, items } = await store(hub, { ...request, body })
  const duplicates = items - accepted
  if (accepted > 0) inboundWakeOf(hub).soon()
  inboundEvents.inc({ provider, outcome: 'accepted' }, accepted)
  inboundEvents.inc({ provider, outcome: 'duplicate' }, duplicates)
  return { kind: 'events', accepted, duplicates }
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

async function store(hub: Hub, request: WebhookRequest): Promise<{ accepted: number; items: number }> {
  const { provider, definition, app } = request
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
      app.providerAppId ?? `environment/${provider}`,
      keyLifetimeMs,
      app.workspaceId,
      provider,
      app.providerAppId,
      JSON.stringify(keptHeaders(definition, request.headers)),
    ],
  })
  return { accepted: rowCount ?? 0, items: items.length }
}
