import { createHmac, randomInt } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const event = z.object({
  action: z.enum(['added', 'changed', 'removed', 'deleted', 'undeleted']).default('changed'),
  resource: z.record(z.string(), z.unknown()).default({ gid: '1200000000000011', resource_type: 'task' }),
  /** When it happened: Asana gives events no id. */
  createdAt: z.string().optional(),
})
const request = z.object({
  events: z.array(event).default([{ action: 'changed', resource: { gid: '1200000000000011', resource_type: 'task' } }]),
})

const user = { gid: '1200000000000001', resource_type: 'user' }
const parent = { gid: '1200000000000021', resource_type: 'project' }

const signedHeaders = (secret: string, body: string) => ({
  'content-type': 'application/json',
  'x-hook-signature': createHmac('sha256', secret).update(body).digest('hex'),
})

/** https://developers.asana.com/docs/webhooks-guide; `secret` is what X-Hook-Secret brought at the handshake. */
export const webhooks = {
  request,
  sign({ events, secret, at }) {
    const told = events.map(({ action, resource, createdAt = new Date(at).toISOString() }) => ({
      ...{ user, created_at: createdAt, action, resource, parent: action === 'added' ? parent : null },
      ...(action === 'changed' ? { change: { field: 'due_at', action: 'changed' } } : {}),
    }))
    const body = JSON.stringify({ events: told })
    const headers = { ...signedHeaders(secret, body), 'user-agent': 'Asana/1.0' }
    return { id: headers['x-hook-signature'], headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({
      events: [{ action: 'changed' as const, resource: { gid: String(randomInt(2 ** 47)), resource_type: 'task' } }],
    }),
    proof: ['x-hook-signature'],
    address: 'connection',
    handshakes: [
      // A heartbeat, at the handshake and every eight hours.
      ({ secret }) => {
        const body = JSON.stringify({ events: [] })
        return { method: 'POST', headers: signedHeaders(secret, body), body, answer: { status: 200 } }
      },
    ],
  },
} satisfies WebhookSender<typeof request>
