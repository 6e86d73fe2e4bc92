import type { SignedWebhook, Signing } from '../../dev/sandbox/platform.ts'
import type { WebhookDefinition } from '../../src/catalogue/schema/webhooks.ts'
import { readItems } from '../../src/inbound/read.ts'
import { vouchedBy } from '../../src/inbound/receiving/proof.ts'
import { isSigned } from '../../src/inbound/receiving/verify.ts'

// What the sandbox signs and what the hub makes of it, without a hub between them.

export const url = 'https://hub.example.com/webhooks'
export const at = Date.now()
export const secret = 'the secret of this test'

export type Headers = SignedWebhook['headers']

/** A sender of the sandbox that signs for this test. */
export function sentBy<Asked>(sender: {
  request: { parse(asked: unknown): Asked }
  sign(asked: Asked & Signing): SignedWebhook
}) {
  return (asked: object = {}, signing: Partial<Signing> = {}) =>
    sender.sign({ ...sender.request.parse(asked), secret, url, at, ...signing })
}

/** Whether the hub takes it as signed. */
export function takes(
  definition: WebhookDefinition,
  secret: string,
  headers: Headers,
  body: string,
  now = at,
): boolean {
  const { scheme } = definition
  if (scheme.kind === 'jwt' || scheme.kind === 'jwt-hmac' || scheme.kind === 'certificate')
    throw new Error('it is not verified at once')
  return isSigned(scheme, [secret], { headers: { ...headers }, body: Buffer.from(body) }, now)
}

/** What the hub reads of a delivery, each as its type, whose it is, and its id where the platform gives one. */
export function read(definition: WebhookDefinition, { headers, body }: Pick<SignedWebhook, 'headers' | 'body'>) {
  const request = { headers: { ...headers }, body: Buffer.from(body) }
  return readItems(definition, request, vouchedBy(definition, [secret])).map(item => [
    item.type,
    item.accountId,
    item.hasOwnId ? item.deliveryId : null,
  ])
}
