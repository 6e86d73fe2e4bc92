import type { ConnectionParts } from '../connections/parts.ts'
import { isHubError } from '../errors.ts'
import { newId } from '../ids.ts'
import { inboundEvents } from '../metrics/registry.ts'
import type { WebhookApp } from '../provider-apps/webhook-app.ts'
import type { WebhookDefinition } from '../catalogue/schema/webhooks.ts'
import { answerBody, answerQuery, type ChallengeAnswer } from './receiving/challenge.ts'
import { keptHeaders } from './receiving/kept-headers.ts'
import { keyLifetimeMs } from './policy.ts'
import { readItems } from './read.ts'
import { isProved, vouchedBy } from './receiving/proof.ts'
import { signedBody } from './receiving/signed-body.ts'
import type { SignedRequest } from './receiving/signed-request.ts'
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
 * Accepts a provider's webhook: verifies its raw bytes, commits it, and recognises repeats by its delivery id. Routing happens
 * afterwards.
 * @throws HubError `SIGNATURE_INVALID`; `INVALID_REQUEST` when the body is not JSON; `BODY_TOO_LARGE` unpacked
 */
export async function receiveWebhook(hub: ConnectionParts, request: WebhookRequest): Promise<WebhookReceipt> {
  const { provider, definition, app } = request
  const asked = answerQuery(definition.challenge, request.method, request.query, app.webhookSecrets)
  if (asked) return { kind: 'challenge', answer: asked }
  const prove = (signed: SignedRequest) => isProved(hub, definition, app, signed)
  const body = await signedBody(definition, prove, request, request.hold).catch((error: unknown) => {
    inboundEvents.inc({ provider, outcome: 'refused' })
    if (definition.onBadSignature === 'ignore' && isHubError(error, 'SIGNATURE_INVALID')) return undefined
    throw error
  })
  if (body === undefined) return { kind: 'events', accepted: 0, duplicates: 0 }
  const answer = answerBody(definition.challenge, body)
  if (answer) return { kind: 'challenge', answer }
  const { accepted, items } = await store(hub, { ...request, body })
  const duplicates = items - accepted
  if (accepted > 0) inboundWakeOf(hub).soon()
  inboundEvents.inc({ provider, outcome: 'accepted' }, accepted)
  inboundEvents.inc({ provider, outcome: 'duplicate' }, duplicates)
  return { kind: 'events', accepted, duplicates }
}

// Keys first, by primary key: of two that are one only the first gets an event, and the second waits for its commit. A key
// by content goes when its event has been routed: from then on the same bytes tell of another change.
const statement = `
  with item as (
    select * from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::bytea[])
      as t (id, delivery_id, has_own_id, type, account_id, body)
  ), keyed as (
    select *, case when has_own_id then delivery_id else 'content/' || delivery_id end as key from item
  ), fresh as (
    insert into inbound_keys (app, delivery_id, expires_at)
    select $7, key, now() + $8::float8 * interval '1 ms' from keyed order by key
    on conflict do nothing returning delivery_id as key
  ), event as (
    insert into inbound_events
      (id, workspace_id, provider, provider_app_id, account_id, type, delivery_id, status, headers, body)
    select id, $9, $10, $11, account_id, type, delivery_id, 'received', $12::jsonb, body from keyed join fresh using (key)
    returning id
  )
  insert into inbound_queue (event_id, provider, provider_app_id, bytes, content_key)
  select id, $10, $11, length(body), case when has_own_id then null else key end from event join keyed using (id)`

async function store(hub: ConnectionParts, request: WebhookRequest): Promise<{ accepted: number; items: number }> {
  const { provider, definition, app } = request
  const items = readItems(definition, request, vouchedBy(definition, app.webhookSecrets))
  const { rowCount } = await hub.pool.query({
    name: 'receive_inbound',
    text: statement,
    values: [
      items.map(() => newId('inboundEvent')),
      items.map(item => item.deliveryId),
      items.map(item => item.hasOwnId),
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
