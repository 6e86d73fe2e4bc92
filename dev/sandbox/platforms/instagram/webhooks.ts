import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { metaSecrets, signedByMeta, subscribing } from '../facebook/meta-webhooks.ts'

const request = z.object({
  accountId: z.string().default('17841400000000001'),
  changes: z.array(z.strictObject({ field: z.string(), value: z.unknown() })).default([]),
  messaging: z.array(z.record(z.string(), z.unknown())).default([]),
})

/** https://developers.facebook.com/documentation/instagram-platform/webhooks/examples */
export const webhooks = {
  request,
  sign({ accountId: id, changes, messaging, secret, at }) {
    const person = { sender: { id: '1246500000000001' }, recipient: { id }, timestamp: at }
    const entry = {
      ...{ id, time: Math.floor(at / 1000) },
      ...(changes.length > 0 ? { changes } : {}),
      ...(messaging.length > 0 ? { messaging: messaging.map(one => ({ ...person, ...one })) } : {}),
    }
    return signedByMeta({ object: 'instagram', entry: [entry] }, secret)
  },
  trial: {
    request: () => ({ messaging: [{ message: { mid: `aWdf${randomBytes(16).toString('hex')}`, text: 'schön ❤' } }] }),
    secrets: metaSecrets,
    proof: ['x-hub-signature-256'],
    handshakes: [subscribing],
  },
} satisfies WebhookSender<typeof request>
