import { createHmac, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  /** The word for it in the body. */
  kind: z.string().default('push'),
  /** What the header says. */
  event: z.string().default('Push Hook'),
  payload: z.record(z.string(), z.unknown()).default({}),
  /** The same when a person sends it again. */
  idempotencyKey: z.string().optional(),
  /** Group members and subgroups have their word in another member. */
  named: z.enum(['object_kind', 'event_name']).default('object_kind'),
})

/**
 * https://docs.gitlab.com/user/project/integrations/webhooks/: a secret that begins with `whsec_` is a signing token, another one
 * a secret token, which is sent as it is.
 */
export const webhooks = {
  request,
  sign({ kind, event, payload, idempotencyKey, named, secret, at }) {
    const id = idempotencyKey ?? randomUUID()
    const project = { id: 15, name: 'Crossings', path_with_namespace: 'ada/crossings' }
    const body = JSON.stringify({ [named]: kind, user_id: 4, project_id: 15, project, ...payload })
    const headers = {
      'x-gitlab-event': event,
      'x-gitlab-event-uuid': '13792a34-cac6-4fda-95a8-c58e00a3954e',
      'x-gitlab-webhook-uuid': '02affd2d-2cba-4033-917d-ec22d5dc4b38',
      'x-gitlab-instance': 'https://gitlab.com',
      'idempotency-key': id,
      'user-agent': 'GitLab/19.0.0',
    }
    if (!secret.startsWith('whsec_')) return { id, headers: { ...headers, 'x-gitlab-token': secret }, body, signed: [] }
    const time = String(Math.floor(at / 1000))
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
    const proof = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` }
    return {
      id,
      headers: { ...headers, ...proof },
      body,
      signed: ['body', { header: 'webhook-id' }, { header: 'webhook-timestamp' }],
    }
  },
  trial: {
    request: () => ({}),
    secrets() {
      const signs = `whsec_${randomBytes(32).toString('base64')}`
      return { signs, app: { webhookSecret: signs } }
    },
    proof: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    staleAfterMs: 300_000,
    futureAfterMs: 300_000,
  },
} satisfies WebhookSender<typeof request>
