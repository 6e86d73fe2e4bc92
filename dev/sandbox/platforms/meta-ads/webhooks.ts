import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { metaSecrets, signedByMeta, subscribing } from '../facebook/meta-webhooks.ts'

const request = z.object({
  /** The number of the ad account: it comes without `act_`. */
  adAccountId: z.string().regex(/^\d+$/).default('301500000000000010'),
  field: z.string().default('with_issues_ad_objects'),
  value: z.record(z.string(), z.unknown()).default({}),
})

/** https://developers.facebook.com/documentation/ads-commerce/marketing-api/ads-webhooks/ads-webhooks-overview#payload-envelope */
export const webhooks = {
  request,
  sign({ adAccountId, field, value, secret, at }) {
    const entry = [{ id: adAccountId, time: Math.floor(at / 1000), changes: [{ field, value }] }]
    return signedByMeta({ object: 'ad_account', entry }, secret)
  },
  trial: {
    request: () => ({
      value: { id: String(randomBytes(6).readUIntBE(0, 6)), level: 'AD', error_code: '567', error_summary: 'Ungültig' },
    }),
    secrets: metaSecrets,
    ownIds: false,
    proof: ['x-hub-signature-256'],
    handshakes: [subscribing],
  },
} satisfies WebhookSender<typeof request>
