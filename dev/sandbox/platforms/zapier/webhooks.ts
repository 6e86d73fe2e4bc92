import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  /** What the Zap's author has the action send. */
  payload: z.record(z.string(), z.unknown()).default({ event: 'lead.created' }),
  idempotencyKey: z.string().optional(),
})

/** The action POST of Webhooks by Zapier, with headers that its author gives it: https://help.zapier.com/hc/en-us/articles/8496326446989 */
export const webhooks = {
  request,
  sign({ payload, idempotencyKey = randomUUID(), secret }) {
    const headers = { authorization: `Bearer ${secret}`, 'idempotency-key': idempotencyKey, 'user-agent': 'Zapier' }
    return { id: idempotencyKey, headers, body: JSON.stringify(payload), signed: [{ header: 'authorization' }] }
  },
  trial: {
    request: () => ({ idempotencyKey: randomUUID() }),
    proof: ['authorization'],
  },
} satisfies WebhookSender<typeof request>
