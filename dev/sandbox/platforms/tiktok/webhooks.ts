import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  clientKey: z.string().default('sbawtiktokkey'),
  event: z.string().default('post.publish.complete'),
  openId: z.string().default('723f24d7-e717-40f8-a2b6-cb8464cd23b4'),
  content: z.record(z.string(), z.unknown()).default({}),
})

/** https://developers.tiktok.com/doc/webhooks-verification */
export const webhooks = {
  request,
  sign({ clientKey, event, openId, content, secret, at }) {
    const seconds = Math.floor(at / 1000)
    const told = { client_key: clientKey, event, create_time: seconds, user_openid: openId }
    // What has happened is JSON in a text.
    const body = JSON.stringify({ ...told, content: JSON.stringify(content) })
    const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
    const headers = { 'tiktok-signature': `t=${seconds},s=${signature}`, 'webhook-schema-version': '1.0' }
    return { id: signature, headers, body, signed: ['body', { header: 'tiktok-signature' }] }
  },
  trial: {
    request: () => ({
      content: { publish_id: `v_pub_${randomBytes(8).toString('hex')}`, publish_type: 'DIRECT_POST' },
    }),
    secrets: () => {
      const signs = randomBytes(16).toString('hex')
      return { signs, app: { clientId: 'sbawtiktokkey', clientSecret: signs } }
    },
    proof: ['tiktok-signature'],
    // TikTok leaves the tolerance to the receiver.
    staleAfterMs: 300_000,
    futureAfterMs: 300_000,
  },
} satisfies WebhookSender<typeof request>
