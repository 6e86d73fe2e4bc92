import { createHmac, randomBytes } from 'node:crypto'
import type { SignedWebhook, TrialSecrets, WebhookTrial } from '../../platform.ts'

// https://developers.facebook.com/docs/graph-api/webhooks/getting-started

/** JSON as Meta writes it, and signs it: what is not ASCII as `\u` with small hex digits, and slashes with a backslash. */
function escaped(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', String.raw`\/`)
    .replaceAll(/[\u0080-\uffff]/g, unit => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** A delivery, signed with the app secret: SHA-256, and the older SHA-1 beside it. */
export function signedByMeta(delivery: unknown, secret: string): SignedWebhook {
  const body = escaped(delivery)
  const mac = (hash: string) => createHmac(hash, secret).update(body).digest('hex')
  const headers = {
    ...{ 'user-agent': 'facebookexternalua', 'x-hub-signature': `sha1=${mac('sha1')}` },
    'x-hub-signature-256': `sha256=${mac('sha256')}`,
  }
  return { id: mac('sha256'), headers, body, signed: ['body', { header: 'x-hub-signature-256' }] }
}

/** An app: its secret signs, and its verify token proves that Meta asks for it. */
export function metaSecrets(): TrialSecrets {
  const signs = randomBytes(16).toString('hex')
  const webhookSecret = randomBytes(8).toString('hex')
  return { signs, app: { clientId: '1000000000000009', clientSecret: signs, webhookSecret } }
}

/** What Meta asks of an address when it is subscribed. */
export const subscribing: NonNullable<WebhookTrial['handshakes']>[number] = ({ app }) => {
  const challenge = String(randomBytes(4).readUInt32BE())
  return {
    method: 'GET',
    query: { 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': app.webhookSecret! },
    answer: { status: 200, body: challenge },
  }
}
