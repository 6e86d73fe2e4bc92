import { createHmac, randomUUID } from 'node:crypto'
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
        /** Another company's, in the newer format. */
        realmId: z.string().optional(),
      }),
    )
    .default([]),
  /** The newer format: https://blogs.intuit.com/2025/11/12/upcoming-change-to-webhooks-payload-structure/ */
  cloudEvents: z.boolean().default(false),
})

/** https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks */
export const webhooks = {
  request,
  sign({ realmId, entities, cloudEvents, secret }) {
    const changed = entities.map(({ id, name, operation }) => ({
      id,
      name,
      operation,
      lastUpdated: intuitTime(Date.now()),
    }))
    const older = { eventNotifications: [{ realmId, dataChangeEvent: { entities: changed } }] }
    const body = JSON.stringify(cloudEvents ? entities.map(entity => cloudEvent(entity, realmId)) : older)
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

const past: Record<string, string> = {
  Create: 'created',
  Update: 'updated',
  Delete: 'deleted',
  Merge: 'merged',
  Void: 'voided',
  Emailed: 'emailed',
}

type Entity = z.output<typeof request>['entities'][number]

function cloudEvent({ id, name, operation, realmId }: Entity, of: string) {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: 'intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=',
    type: `qbo.${name.toLowerCase()}.${past[operation] ?? operation}.v1`,
    datacontenttype: 'application/json',
    time: intuitTime(Date.now()),
    intuitentityid: id,
    intuitaccountid: realmId ?? of,
    data: {},
  }
}
