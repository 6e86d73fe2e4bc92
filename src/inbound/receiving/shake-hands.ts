import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { offerSecret } from '../../provider-apps/offered-secret.ts'
import { learnSecret } from '../addresses/learn.ts'
import { answerQuestion, secretInBody, secretInHeader, type HandshakeReply } from './handshake-replies.ts'
import type { SignedRequest } from './signed-request.ts'
import type { WebhookTarget } from './target.ts'

/**
 * The reply to a handshake that is not signed; undefined when the request is none. A secret that it brings is taken where one is
 * waited for. @throws HubError `SIGNATURE_INVALID` for a secret that nobody waits for, and for a request without a body that is
 * no handshake; `WEBHOOK_NOT_FOUND` for the question about a feed that nobody asked for
 */
export async function shakeHands(
  hub: ConnectionParts,
  { definition, app, address }: WebhookTarget,
  request: SignedRequest & { method: string; query: Record<string, unknown> },
): Promise<HandshakeReply | undefined> {
  const { handshakes = [] } = definition
  const { webhookSecrets: secrets, tokens, workspaceId, providerAppId } = app
  const { method, query } = request
  const reply = answerQuestion(handshakes, { method, query, secrets, tokens, topics: address?.topics ?? [] })
  if (reply) return reply
  if (method !== 'POST')
    throw new HubError(handshakes.some(({ kind }) => kind === 'websub') ? 'WEBHOOK_NOT_FOUND' : 'SIGNATURE_INVALID')
  const brought = secretInHeader(handshakes, request)
  if (brought) {
    if (!address || !(await learnSecret(hub, address, brought.secret))) throw new HubError('SIGNATURE_INVALID')
    return { status: 200, headers: { [brought.header]: brought.secret } }
  }
  if (secrets.length > 0 || workspaceId === null || providerAppId === null) return undefined
  const sent = secretInBody(handshakes, request)
  if (sent === undefined) return undefined
  if (!(await offerSecret(hub, { workspaceId, id: providerAppId }, sent))) throw new HubError('SIGNATURE_INVALID')
  return { status: 200 }
}
