import type { ConnectionParts } from '../connections/parts.ts'
import { isHubError } from '../errors.ts'
import { newId } from '../ids.ts'
import { inboundEvents } from '../metrics/registry.ts'
import { answerBody, isFormPing, type HandshakeReply } from './receiving/handshake.ts'
import { keptHeaders } from './receiving/kept-headers.ts'
import { keyLifetimeMs, sourceRepeatMs } from './policy.ts'
import { readItems } from './read.ts'
import { countRefusal } from './refusals.ts'
import { isProved, vouchedBy } from './receiving/proof.ts'
import { shakeHands } from './receiving/shake-hands.ts'
import { signedBody } from './receiving/signed-body.ts'
import type { SignedRequest } from './receiving/signed-request.ts'
import type { WebhookTarget } from './receiving/target.ts'
import { inboundWakeOf } from './wake.ts'

/** A request to an address for webhooks. */
export interface WebhookRequest extends SignedRequest {
  target: WebhookTarget
  method: string
  query: Record<string, unknown>
  /** Called with the bytes that are held for it beyond those of its body. @throws HubError `RATE_LIMITED` */
  hold: (bytes: number) => void
}

/** What became of it. `accepted` counts new events; what has been seen before is among `duplicates`. */
export type WebhookReceipt =
  { kind: 'events'; accepted: number; duplicates: number } | { kind: 'handshake'; reply: HandshakeReply }

/**
 * Accepts what is sent to an address for webhooks: verifies its raw bytes, commits it, and recognises repeats by its delivery
 * id. Routing happens afterwards.
 * @throws HubError `SIGNATURE_INVALID`; `INVALID_REQUEST` when the body is not JSON; `BODY_TOO_LARGE` unpacked;
 * `WEBHOOK_NOT_FOUND` for a handshake that was not asked for; `KEYS_UNAVAILABLE`
 */
export async function receiveWebhook(hub: ConnectionParts, request: WebhookRequest): Promise<WebhookReceipt> {
  const { target } = request
  const { definition, app } = target
  const { handshakes = [] } = definition
  const asked = await shakeHands(hub, target, request)
  if (asked) return { kind: 'handshake', reply: asked }
  const prove = (signed: SignedRequest) => isProved(hub, definition, app, signed)
  const body = await signedBody(definition, prove, request, request.hold).catch((error: unknown) => {
    if (!isHubError(error, 'SIGNATURE_INVALID')) throw error
    if (isFormPing(handshakes, request)) return undefined
    if (definition.onBadSignature !== 'ignore') throw error
    refuse(hub, target, error)
    return undefined
  })
  if (body === undefined) return { kind: 'handshake', reply: { status: 200 } }
  const reply = answerBody(handshakes, body, app.webhookSecrets)
  if (reply) return { kind: 'handshake', reply }
  const { accepted, items } = await store(hub, { ...request, body })
  const duplicates = items - accepted
  if (accepted > 0) inboundWakeOf(hub).soon()
  inboundEvents.inc({ provider: labelOf(target), outcome: 'accepted' }, accepted)
  inboundEvents.inc({ provider: labelOf(target), outcome: 'duplicate' }, duplicates)
  return { kind: 'events', accepted, duplicates }
}

/** Counts what was refused at an address, where it is its sender's doing. */
export function refuse(hub: ConnectionParts, target: WebhookTarget, error: unknown): void {
  if (!isHubError(error) || error.status >= 500) return
  const provider = labelOf(target)
  inboundEvents.inc({ provider, outcome: 'refused' })
  countRefusal(hub, { workspaceId: target.app.workspaceId, provider, targetId: target.id, reason: error.code })
}

/** What a metric calls it: sources are named by their workspaces, without a bound. */
const labelOf = ({ provider, source }: WebhookTarget) => (source ? 'source' : provider)

// Keys first, by primary key: of two that are one only the first gets an event, and the second waits for its commit. A key
// by content goes when its event has been routed: from then on the same bytes tell of another change. Of a source's it is good
// for a span of time instead, which is part of it.
const statement = `
  with item as (
    select * from unnest($1::text[], $2::text[], $3::bool[], $4::text[], $5::text[], $6::bytea[])
      as t (id, delivery_id, has_own_id, type, account_id, body)
  ), keyed as (
    select *, case when has_own_id then delivery_id else 'content/' || delivery_id || $15 end as key from item
  ), fresh as (
    insert into inbound_keys (app, delivery_id, expires_at)
    select $7, key, now() + $8::float8 * interval '1 ms' from keyed order by key
    on conflict do nothing returning delivery_id as key
  ), event as (
    insert into inbound_events
      (id, workspace_id, provider, provider_app_id, connection_id, address_id, source_id, account_id, type, delivery_id, status, headers, body)
    select id, $9, $10, $11, $13, $14, $16, account_id, type, delivery_id, 'received', $12::jsonb, body from keyed join fresh using (key)
    returning id
  )
  insert into inbound_queue (event_id, provider, provider_app_id, scope, bytes, content_key)
  select id, $10, $11, $7, length(body), case when has_own_id or $15 <> '' then null else key end from event join keyed using (id)`

async function store(hub: ConnectionParts, request: WebhookRequest): Promise<{ accepted: number; items: number }> {
  const { provider, definition, app, address, source, id } = request.target
  const items = readItems(definition, request, vouchedBy(definition, app.webhookSecrets))
  const { rowCount } = await hub.pool.query({
    name: 'receive_inbound',
    text: statement,
    values: [
      items.map(() => newId('inboundEvent')),
      items.map(item => item.deliveryId),
      items.map(item => item.hasOwnId),
      items.map(item => (source && item.type === 'unknown' ? 'received' : item.type)),
      items.map(item => item.accountId),
      items.map(item => item.body),
      id,
      keyLifetimeMs,
      app.workspaceId,
      provider,
      app.providerAppId,
      JSON.stringify(keptHeaders(definition, request.headers)),
      address?.connectionId ?? null,
      address?.id ?? null,
      source ? `/${Math.floor(Date.now() / sourceRepeatMs)}` : '',
      source?.id ?? null,
    ],
  })
  return { accepted: rowCount ?? 0, items: items.length }
}
