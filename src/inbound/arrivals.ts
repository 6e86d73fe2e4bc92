import type { ConnectionParts } from '../connections/parts.ts'
import { isHubError } from '../errors.ts'
import { inboundEvents, inboundSeenAt } from '../metrics/registry.ts'
import { acknowledgementOf, answerBody, isFormPing, type HandshakeReply } from './receiving/handshake-replies.ts'
import { keptHeaders } from './receiving/kept-headers.ts'
import { readItems } from './read.ts'
import { countRefusal } from './refusals.ts'
import { withoutParts } from './receiving/multipart.ts'
import { isProved, vouchedBy } from './receiving/proof.ts'
import { shakeHands } from './receiving/shake-hands.ts'
import { saidByTokens } from './receiving/signatures/item-tokens.ts'
import { signedBody } from './receiving/signed-body.ts'
import type { SignedRequest } from './receiving/signed-request.ts'
import type { WebhookTarget } from './receiving/target.ts'
import { arrivalWriterOf } from './receiving/write-arrivals.ts'
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
  | {
      kind: 'events'
      accepted: number
      duplicates: number
      /** What the platform wants to be told, where it takes no other answer. */
      reply?: HandshakeReply
    }
  | { kind: 'handshake'; reply: HandshakeReply }

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
  const verified = await withoutParts({ ...request, body }, definition, request.hold)
  const said = await saidByTokens(hub, definition, app, verified)
  const items = readItems(definition, verified, vouchedBy(definition, app.webhookSecrets, said))
  const headers = keptHeaders(definition, request.headers)
  const accepted = await arrivalWriterOf(hub).add({ target, headers, items })
  const duplicates = items.length - accepted
  if (accepted > 0) inboundWakeOf(hub).soon()
  inboundSeenAt.set({ provider: labelOf(target) }, Math.floor(Date.now() / 1_000))
  inboundEvents.inc({ provider: labelOf(target), outcome: 'accepted' }, accepted)
  inboundEvents.inc({ provider: labelOf(target), outcome: 'duplicate' }, duplicates)
  const { acknowledge } = definition
  return { kind: 'events', accepted, duplicates, ...(acknowledge && { reply: acknowledgementOf(acknowledge, body) }) }
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
