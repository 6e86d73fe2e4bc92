import { randomInt, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  state: z.enum(['sync', 'exists', 'not_exists']).default('exists'),
  channel: z.string().default('01234567-89ab-cdef-0123456789ab'),
  /** Grows with each message of a channel, by one or more. */
  number: z.int().min(1).optional(),
})

/** https://developers.google.com/workspace/calendar/api/guides/push; `secret` is the token of the channel. */
export const webhooks = {
  request,
  sign({ state, channel, number = state === 'sync' ? 1 : randomInt(2, 10_000_000), secret, at }) {
    const headers = {
      'content-type': 'application/octet-stream',
      'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      'x-goog-channel-id': channel,
      'x-goog-channel-token': secret,
      'x-goog-channel-expiration': new Date(at + 604_800_000).toUTCString(),
      'x-goog-message-number': String(number),
      'x-goog-resource-id': 'o3hgv1538sdjfh',
      'x-goog-resource-state': state,
      'x-goog-resource-uri': 'https://www.googleapis.com/calendar/v3/calendars/ada%40causeway.example/events',
    }
    return { id: `${channel}/${number}`, headers, body: '', signed: [{ header: 'x-goog-channel-token' }] }
  },
  trial: { request: () => ({ channel: randomUUID() }), proof: ['x-goog-channel-token'], address: 'connection' },
} satisfies WebhookSender<typeof request>
