import { createHmac, randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  /** `push`, `issues`, ...: an example payload of GitHub's documentation. */
  event: z.string().default('push'),
  /** Which of the event's examples, or another payload. */
  example: z.number().int().nonnegative().default(0),
  payload: z.unknown().optional(),
  deliveryId: z.string().optional(),
  /** As application/x-www-form-urlencoded, which a webhook may have as its content type. */
  form: z.boolean().default(false),
})

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const webhooks = {
  request,
  sign({ event, example, payload, deliveryId, form, secret }) {
    const id = deliveryId ?? randomUUID()
    const json = JSON.stringify(payload ?? githubExample(event, example))
    const body = form ? new URLSearchParams({ payload: json }).toString() : json
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const headers = {
      ...{ 'user-agent': 'GitHub-Hookshot/044aadd', 'x-github-event': event, 'x-github-delivery': id },
      ...{ 'x-github-hook-id': '292430182', 'x-hub-signature-256': `sha256=${signature}` },
      ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    }
    return { id, headers, body, signed: ['body'] }
  },
  trial: {
    request: () => ({ event: 'issues' }),
    proof: ['x-hub-signature-256'],
  },
} satisfies WebhookSender<typeof request>

interface Example {
  name: string
  examples: unknown[]
}

let examples: Example[] | undefined

/** A payload of GitHub's own documentation. Throws when the event has no such example. */
export function githubExample(event: string, index = 0): unknown {
  examples ??= createRequire(import.meta.url)('@octokit/webhooks-examples') as Example[]
  const found = examples.find(example => example.name === event)?.examples[index]
  if (found === undefined) throw new Error(`no example ${index} of the GitHub event ${event}`)
  return found
}
