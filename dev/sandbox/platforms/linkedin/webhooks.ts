import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const notification = z.strictObject({
  notificationId: z.int(),
  action: z.string().default('LIKE'),
  organizationalEntity: z.string().default('urn:li:organization:2414183'),
  subscriber: z.string().default('urn:li:person:782bbtaQ01'),
  lastModifiedAt: z.int().optional(),
})

const request = z.object({
  /** What happened to pages: LinkedIn sends up to ten together. */
  notifications: z.array(notification).max(10).default([]),
  /** Or a lead. */
  lead: z.strictObject({ response: z.string(), action: z.enum(['CREATED', 'DELETED']).default('CREATED') }).optional(),
})

const mac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex')

/** https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation */
export const webhooks = {
  request,
  sign({ notifications, lead, secret, at }) {
    const told = lead
      ? {
          ...{ type: 'LEAD_ACTION', leadGenFormResponse: `urn:li:leadGenFormResponse:${lead.response}` },
          ...{ leadGenForm: 'urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)', leadType: 'SPONSORED' },
          ...{
            owner: { sponsoredAccount: 'urn:li:sponsoredAccount:510426150' },
            leadAction: lead.action,
            occurredAt: at,
          },
        }
      : {
          type: 'ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS',
          notifications: notifications.map(one => ({ lastModifiedAt: at, ...one })),
        }
    const body = JSON.stringify(told)
    // The name of the way is signed with the body, and not sent.
    const signature = mac(secret, `hmacsha256=${body}`)
    return {
      id: signature,
      headers: { 'x-li-signature': signature },
      body,
      signed: ['body', { header: 'x-li-signature' }],
    }
  },
  trial: {
    request: () => ({
      notifications: [
        { notificationId: randomBytes(6).readUIntBE(0, 6) },
        { notificationId: randomBytes(6).readUIntBE(0, 6) },
      ],
    }),
    secrets: () => {
      const signs = randomBytes(12).toString('base64url')
      return { signs, app: { clientId: '86sandboxtrial', clientSecret: signs } }
    },
    proof: ['x-li-signature'],
    // Asked when the address is registered, and every two hours then.
    handshakes: [
      ({ secret }) => {
        const challengeCode = randomUUID()
        const body = JSON.stringify({ challengeCode, challengeResponse: mac(secret, challengeCode) })
        return { method: 'GET', query: { challengeCode }, answer: { status: 200, body } }
      },
    ],
  },
} satisfies WebhookSender<typeof request>
