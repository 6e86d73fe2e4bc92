import { createPrivateKey, generateKeyPairSync, randomInt, sign } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const applicationId = '1111111111111111111'

const request = z.object({
  event: z.string().default('ENTITLEMENT_CREATE'),
  data: z.record(z.string(), z.unknown()).default({}),
  application: z.string().default(applicationId),
  /** When it happened: two with all the same are one. */
  happenedAt: z.string().optional(),
})

/** The signature and its time: https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
function signedHeaders(privateKey: string, at: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = sign(null, Buffer.from(timestamp + body), createPrivateKey(privateKey)).toString('hex')
  return { 'content-type': 'application/json', 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp }
}

/** A time as Discord writes it: microseconds, no zone. */
const timeOf = (at: number) =>
  `${new Date(at).toISOString().slice(0, -1)}${randomInt(1000).toString().padStart(3, '0')}`

/** https://docs.discord.com/developers/events/webhook-events; `secret` is the private half of the app's key. */
export const webhooks = {
  request,
  sign({ event, data, application, happenedAt, secret, at }) {
    const timestamp = happenedAt ?? timeOf(at)
    const told = { type: event, timestamp, data }
    const body = JSON.stringify({ version: 1, application_id: application, type: 1, event: told })
    const headers = { 'user-agent': 'Discord-Webhook/1.0', ...signedHeaders(secret, at, body) }
    return { id: timestamp, headers, body, signed: ['body', { header: 'x-signature-timestamp' }] }
  },
  trial: {
    request: () => ({ happenedAt: timeOf(Date.now()), data: { id: String(randomInt(2 ** 47)), sku_id: '1' } }),
    secrets() {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const spki = publicKey.export({ type: 'spki', format: 'der' })
      return {
        signs: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        app: { webhookSecret: spki.subarray(-32).toString('hex') },
      }
    },
    proof: ['x-signature-ed25519', 'x-signature-timestamp'],
    handshakes: [
      ({ secret }) => {
        const body = JSON.stringify({ version: 1, application_id: applicationId, type: 0 })
        return {
          method: 'POST',
          headers: signedHeaders(secret, Date.now(), body),
          body,
          answer: { status: 204, headers: { 'content-type': 'application/json' }, body: '' },
        }
      },
    ],
  },
} satisfies WebhookSender<typeof request>
