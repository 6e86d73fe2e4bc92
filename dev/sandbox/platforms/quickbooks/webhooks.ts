import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'
import { intuitTime } from './faults.ts'

const request = z.object({
  realmId: z.string(),
  entities: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string().default('Customer'),
        operation: z.string().default('Update'),
      }),
    )
    .default([]),
})

/** https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks */
export const webhooks = {
  request,
  sign({ realmId, entities, secret }) {
    const changed = entities.map(entity => ({ ...entity, lastUpdated: intuitTime(Date.now()) }))
    const body = JSON.stringify({ eventNotifications: [{ realmId, dataChangeEvent: { entities: changed } }] })
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    return {
      id: signature,
      headers: { 'intuit-signature': signature, 'user-agent': 'intuit-webhooks' },
      body,
      signed: ['body'],
    }
  },
  trial: {
    request: () => ({ realmId: '9130347596842384906', entities: [{ id: String(Math.floor(Math.random() * 1e9)) }] }),
    proof: ['intuit-signature'],
    ownIds: false,
  },
} satisfies WebhookSender<typeof request>
