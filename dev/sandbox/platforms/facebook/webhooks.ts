import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { metaSecrets, signedByMeta, subscribing } from './meta-webhooks.ts'

const request = z.object({
  pageId: z.string().default('20150000000000000'),
  /** Changes, of each a field with its value. */
  changes: z.array(z.strictObject({ field: z.string(), value: z.unknown() })).default([]),
  /** Messages, postbacks and the like, without their sender and recipient. */
  messaging: z.array(z.record(z.string(), z.unknown())).default([]),
  object: z.enum(['page', 'user', 'permissions', 'instagram']).default('page'),
})

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-pages */
export const webhooks = {
  request,
  sign({ pageId: id, object, changes, messaging, secret, at }) {
    const time = Math.floor(at / 1000)
    const person = { sender: { id: '10150000000000001' }, recipient: { id } }
    // What Messenger tells comes in an entry of its own.
    const entry = [
      ...(changes.length > 0 ? [{ id, time, changes }] : []),
      ...(messaging.length > 0
        ? [{ id, time: at, messaging: messaging.map(one => ({ ...person, timestamp: at, ...one })) }]
        : []),
    ]
    return signedByMeta({ object, entry }, secret)
  },
  trial: {
    request: () => ({
      changes: [
        {
          field: 'leadgen',
          value: { leadgen_id: String(randomBytes(6).readUIntBE(0, 6)), form_id: '1', page_id: '2' },
        },
      ],
      messaging: [{ message: { mid: `m_${randomBytes(12).toString('hex')}`, text: 'Größe? https://example.com/ 👋' } }],
    }),
    secrets: metaSecrets,
    proof: ['x-hub-signature-256'],
    handshakes: [subscribing],
  },
} satisfies WebhookSender<typeof request>
