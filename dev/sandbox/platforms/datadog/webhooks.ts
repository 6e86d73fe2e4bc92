import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { WebhookSender } from '../../platform.ts'

const request = z.object({
  eventType: z.string().default('metric_alert_monitor'),
  transition: z.enum(['Triggered', 'Re-Triggered', 'No Data', 'Recovered', 'Warn']).default('Triggered'),
  id: z.string().optional(),
})

/** https://docs.datadoghq.com/integrations/webhooks/: the payload as it is unless changed; the secret in a custom header. */
export const webhooks = {
  request,
  sign({ eventType, transition, id = String(randomBytes(6).readUIntBE(0, 6)), secret, at }) {
    const body = JSON.stringify({
      body: '%%%\nThe crossing is crowded.\n%%%',
      last_updated: String(at),
      event_type: eventType,
      title: `[${transition}] Crossing`,
      date: String(at),
      org: { id: '11023', name: 'Causeway' },
      id,
    })
    return { id, headers: { authorization: `Bearer ${secret}` }, body, signed: [{ header: 'authorization' }] }
  },
  trial: {
    request: () => ({ id: String(randomBytes(6).readUIntBE(0, 6)) }),
    proof: ['authorization'],
  },
} satisfies WebhookSender<typeof request>
