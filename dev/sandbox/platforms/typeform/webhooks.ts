import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  event: z.enum(['form_response', 'form_response_partial']).default('form_response'),
  form: z.string().default('fOrder'),
  answer: z.string().default('It works, for 12345678901234567890 times.'),
  eventId: z.string().optional(),
})

const newId = () => `01${randomBytes(12).toString('hex').toUpperCase()}`

/** https://www.typeform.com/developers/webhooks/example-payload/ */
export const webhooks = {
  request,
  sign({ event, form, answer, eventId, secret, at }) {
    const id = eventId ?? newId()
    const [time, field] = [new Date(at).toISOString(), { id: 'DlXFaesGBpoF', type: 'long_text', ref: 'readable_ref' }]
    const body = JSON.stringify({
      ...{ event_id: id, event_type: event },
      form_response: {
        ...{ form_id: form, token: randomBytes(16).toString('hex'), landed_at: time, submitted_at: time },
        definition: { id: form, title: 'Order', fields: [{ ...field, title: 'Anything else?' }] },
        answers: [{ type: 'text', text: answer, field }],
      },
    })
    // https://www.typeform.com/developers/webhooks/secure-your-webhooks/
    const signature = createHmac('sha256', secret).update(body).digest('base64')
    const headers = { 'user-agent': 'Typeform Webhooks', 'typeform-signature': `sha256=${signature}` }
    return { id, headers, body, signed: ['body'] }
  },
  trial: { request: () => ({ eventId: newId() }), proof: ['typeform-signature'], address: 'connection' },
} satisfies WebhookSender<typeof request>
