import { randomInt } from 'node:crypto'
import { z } from 'zod'
import { knownJwt } from '../../known-key.ts'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  email: z.string().default('ada@causeway.example'),
  historyId: z.int().default(9876543210),
  messageId: z.string().optional(),
  /** Claims that the token says otherwise. */
  claims: z.record(z.string(), z.unknown()).default({}),
})

const pusher = () => `pusher-${randomInt(2 ** 47)}@causeway-sandbox.iam.gserviceaccount.com`

/**
 * What Pub/Sub pushes of a mailbox: https://developers.google.com/workspace/gmail/api/guides/push. The token is signed with
 * the key that everybody knows; `secret` is the service account that the subscription was given.
 */
export const webhooks = {
  request,
  sign({ email, historyId, messageId, claims, secret, url, at }) {
    const id = messageId ?? String(randomInt(2 ** 47))
    // https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions: the audience is the address unless another is chosen
    const iat = Math.floor(at / 1000)
    const token = knownJwt({
      ...{ aud: url, azp: '113774264463038321964', email: secret, sub: '113774264463038321964', email_verified: true },
      ...{ exp: iat + 3600, iat, iss: 'https://accounts.google.com', ...claims },
    })
    const data = Buffer.from(JSON.stringify({ emailAddress: email, historyId })).toString('base64')
    // Pub/Sub gives both spellings of the id and of the time.
    const publishTime = new Date(at).toISOString()
    const message = { data, messageId: id, message_id: id, publishTime, publish_time: publishTime }
    const body = JSON.stringify({ message, subscription: 'projects/causeway-sandbox/subscriptions/gmail' })
    const headers = { 'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)' }
    return {
      id,
      headers: { ...headers, authorization: `Bearer ${token}` },
      body,
      signed: [{ header: 'authorization' }],
    }
  },
  trial: {
    request: () => ({ messageId: String(randomInt(2 ** 47)) }),
    secrets() {
      const signs = pusher()
      return { signs, app: { fields: { pushServiceAccount: signs } } }
    },
    proof: ['authorization'],
    // A token lives for an hour; clocks differ by a minute.
    staleAfterMs: 3_660_000,
  },
} satisfies WebhookSender<typeof request>
