import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  type: z.enum(['subscribe', 'unsubscribe', 'profile', 'upemail', 'cleaned', 'campaign']).default('subscribe'),
  listId: z.string().default('57afe96172'),
  email: z.string().default('ada@causeway.example'),
  id: z.string().default('8a25ff1d98'),
})

/** https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/: a form, and no signature. */
export const webhooks = {
  request,
  sign({ type, listId, email, id, at }) {
    const firedAt = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
    const body = new URLSearchParams([
      ['type', type],
      ['fired_at', firedAt],
      ['data[id]', id],
      ['data[list_id]', listId],
      ['data[email]', email],
      ['data[email_type]', 'html'],
      ['data[merges][EMAIL]', email],
      ['data[merges][FNAME]', 'Zoë'],
    ]).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'MailChimp' }
    return { id: `${firedAt}/${id}`, headers, body, signed: [] }
  },
  trial: {
    request: () => ({ id: randomBytes(5).toString('hex') }),
    secrets: () => ({ signs: '', app: {} }),
    proof: [],
    address: 'connection',
    ownIds: false,
    handshakes: [() => ({ method: 'GET', answer: { status: 200 } })],
  },
} satisfies WebhookSender<typeof request>
