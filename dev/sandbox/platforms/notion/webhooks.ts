import { createHmac, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  event: z.string().default('page.properties_updated'),
  /** The first of the sandbox's workspaces. */
  workspace: z.string().default('b5a1e2c4-0001-4d6e-9f00-00000000aaaa'),
  entity: z.string().default('153104cd-477e-809d-8dc4-ff2d96ae3090'),
  eventId: z.string().optional(),
  /** Which attempt it is: it is sent up to eight times. */
  attempt: z.int().min(1).max(8).default(1),
})

/** https://developers.notion.com/reference/webhooks-events-delivery; `secret` is the verification token. */
export const webhooks = {
  request,
  sign({ event, workspace, entity, eventId, attempt, secret, at }) {
    const id = eventId ?? randomUUID()
    const person = { id: 'e1b00000-0000-4000-8000-000000000001', type: 'person' }
    const body = JSON.stringify({
      ...{ id, timestamp: new Date(at).toISOString(), workspace_id: workspace, workspace_name: 'Causeway' },
      ...{
        subscription_id: '29d75c0d-5546-4414-8459-7b7a92f1fc4b',
        integration_id: '0ef2e755-4912-8096-91c1-00376a88a5ca',
      },
      ...{
        type: event,
        authors: [person],
        accessible_by: [person],
        attempt_number: attempt,
        api_version: '2025-09-03',
      },
      ...{ entity: { id: entity, type: event.split('.')[0] }, data: { parent: { id: workspace, type: 'space' } } },
    })
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return { id, headers: { 'x-notion-signature': `sha256=${signature}` }, body, signed: ['body'] }
  },
  trial: { request: () => ({ eventId: randomUUID() }), proof: ['x-notion-signature'] },
} satisfies WebhookSender<typeof request>

/** What Notion sends first, unsigned: https://developers.notion.com/reference/webhooks#step-2-verifying-the-subscription */
export const verification = (token: string) => JSON.stringify({ verification_token: token })
