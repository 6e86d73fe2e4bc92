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
  /** Instead of an event: what a person did, which goes to the Interactions Endpoint URL. */
  interaction: z.enum(['command', 'component', 'autocomplete', 'modal']).optional(),
  interactionId: z.string().optional(),
})

/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-interaction-type */
const interactions = {
  command: { type: 2, data: { id: '771825006014889984', name: 'cross', type: 1, options: [] } },
  component: { type: 3, data: { custom_id: 'cross_once', component_type: 2 }, message: { id: '771825006014889985' } },
  autocomplete: {
    type: 4,
    data: {
      id: '771825006014889984',
      name: 'cross',
      type: 1,
      options: [{ type: 3, name: 'to', value: 'a', focused: true }],
    },
  },
  modal: { type: 5, data: { custom_id: 'cross_form', components: [] } },
}
const member = { user: { id: '80351110224678912', username: 'ada' }, roles: [], permissions: '2147483647' }

function interactionOf(kind: keyof typeof interactions, id: string, application: string): object {
  const where = { guild_id: '290926798626357999', channel_id: '645027906669510667', locale: 'en-US', context: 0 }
  const token = 'aW50ZXJhY3Rpb246' + 'x'.repeat(40)
  return { version: 1, id, application_id: application, token, member, ...where, ...interactions[kind] }
}

/** The signature and its time: https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers */
function signedHeaders(privateKey: string, at: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = sign(null, Buffer.from(timestamp + body), createPrivateKey(privateKey)).toString('hex')
  return { 'content-type': 'application/json', 'x-signature-ed25519': signature, 'x-signature-timestamp': timestamp }
}

/** A time as Discord writes it: microseconds, no zone. */
const timeOf = (at: number) =>
  `${new Date(at).toISOString().slice(0, -1)}${randomInt(1000).toString().padStart(3, '0')}`

/** An app's key: it is told the public half. */
function secrets() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  return {
    signs: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    app: { webhookSecret: spki.subarray(-32).toString('hex') },
  }
}

/** https://docs.discord.com/developers/events/webhook-events; `secret` is the private half of the app's key. */
export const webhooks = {
  request,
  sign({ event, data, application, happenedAt, interaction, interactionId, secret, at }) {
    if (interaction) {
      const id = interactionId ?? String(randomInt(2 ** 47))
      const body = JSON.stringify(interactionOf(interaction, id, application))
      const headers = {
        'user-agent': 'Discord-Interactions/1.0 (+https://discord.com)',
        ...signedHeaders(secret, at, body),
      }
      return { id, headers, body, signed: ['body', { header: 'x-signature-timestamp' }] }
    }
    const timestamp = happenedAt ?? timeOf(at)
    const told = { type: event, timestamp, data }
    const body = JSON.stringify({ version: 1, application_id: application, type: 1, event: told })
    const headers = { 'user-agent': 'Discord-Webhook/1.0', ...signedHeaders(secret, at, body) }
    return { id: timestamp, headers, body, signed: ['body', { header: 'x-signature-timestamp' }] }
  },
  trial: {
    request: () => ({ happenedAt: timeOf(Date.now()), data: { id: String(randomInt(2 ** 47)), sku_id: '1' } }),
    secrets,
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
  trials: {
    interactions: {
      request: () => ({ interaction: 'command' }),
      secrets,
      proof: ['x-signature-ed25519', 'x-signature-timestamp'],
      handshakes: [
        ({ secret }) => {
          const body = JSON.stringify({
            ...{
              version: 1,
              id: '1',
              application_id: applicationId,
              type: 1,
              token: 'x',
              user: member.user,
              entitlements: [],
            },
          })
          return {
            method: 'POST',
            headers: signedHeaders(secret, Date.now(), body),
            body,
            answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"type":1}' },
          }
        },
      ],
    },
  },
} satisfies WebhookSender<typeof request>
