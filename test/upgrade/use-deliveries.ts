import type { Product } from '../../dev/product.ts'
import { once, type Caller, type Shown } from './caller.ts'

const day = 86_400_000

export interface MadeDeliveries {
  endpoints: Record<'good' | 'refusing' | 'waiting' | 'paused' | 'ordered' | 'recovering' | 'disabled', MadeEndpoint>
  /** Events by what became of their delivery. */
  events: Record<'delivered' | 'failed' | 'waiting' | 'held' | 'scheduled', string>
  /** What was sent with an idempotency key, and what it was answered. */
  idempotent: { path: string; key: string; body: unknown; answer: unknown }
  /** What was published with an id of the caller's own, and the event that it became. */
  repeated: { body: unknown; id: string }
  replays: string[]
}

export interface MadeEndpoint {
  id: string
  secret: string
}

/** Publishes to endpoints of every kind until there are deliveries in every state, replays, event types and statistics. */
export async function useDeliveries({ stack }: Product, ask: Caller): Promise<MadeDeliveries> {
  const { receiver } = stack
  receiver.hook('refusing').answerWith(500)
  receiver.hook('waiting').answerWith(503)
  receiver.hook('recovering').answerWith(500)
  await ask('PATCH', '/v1/delivery-settings', { payloadDays: 90 })
  await ask('PUT', '/v1/event-types/invoice.paid', {
    description: 'An invoice is paid',
    schema: { type: 'object', required: ['number'], properties: { number: { type: 'integer' } } },
  })
  await ask('PUT', '/v1/event-types/invoice.old', { description: 'Not used any more', deprecated: true })

  const good = await endpoint('good', { eventTypes: ['invoice.*', 'job.*'], signatures: ['v1', 'v1a'] })
  const refusing = await endpoint('refusing', { eventTypes: ['refused.*'], retryDelaysMs: [0, 100] })
  const waiting = await endpoint('waiting', { eventTypes: ['waiting.*'], retryDelaysMs: [0, day / 48, day / 2] })
  const paused = await endpoint('paused', { eventTypes: ['held.*'], headers: { 'x-own': 'sealed' } })
  const ordered = await endpoint('ordered', { eventTypes: ['ordered.*'], ordered: true, batchSize: 5 })
  const filter = { amount: { $gte: 1000 } }
  const recovering = await endpoint('recovering', {
    ...{ eventTypes: ['recovering.*'], retryDelaysMs: [0, ...Array<number>(18).fill(3_000)] },
    ...{ channels: ['customer:42'], filter, rateLimit: { requests: 50, seconds: 1 } },
  })
  const disabled = await endpoint('disabled', { eventTypes: ['disabled.*'], headerStyle: 'svix', maxInFlight: 2 })
  await ask('PATCH', `/v1/endpoints/${good.id}`, { description: 'Changed once', metadata: { team: 'billing' } })
  await ask('POST', `/v1/endpoints/${good.id}/rotate-secret`, {}) // the receiver does not verify
  await ask('POST', `/v1/endpoints/${good.id}/test?wait=true`)
  await ask('POST', `/v1/endpoints/${paused.id}/pause`)

  const troubled = { type: 'recovering.one', channels: ['customer:42'], data: { amount: 5_000 } }
  for (const number of [1, 2, 3, 4]) await publish({ ...troubled, data: { amount: 5_000, number } })
  const delivered = await publish({ type: 'invoice.paid', data: { number: 1 } })
  const failed = await publish({ type: 'refused.one', data: { reason: 'status 500' } })
  const held = await publish({ type: 'held.one', data: { text: 'held until it is resumed' } })
  const wait = await publish({ type: 'waiting.one', data: { text: 'answered 503 at first' } })
  const deliverAt = new Date(Date.now() + 20 * day).toISOString()
  const scheduled = await publish({ type: 'invoice.due', data: {}, deliverAt })
  for (const number of [1, 2, 3]) await publish({ type: 'ordered.one', orderingKey: 'a', data: { number } })
  await publish({ type: 'disabled.one', data: {} })
  await ask('POST', `/v1/endpoints/${disabled.id}/disable`)
  await publish({ type: 'disabled.two', data: {} })

  const path = '/v1/events'
  const idempotent = { path, key: 'used-before', body: { type: 'job.done', data: { job: 7 } } }
  const answer = await ask('POST', path, idempotent.body, { 'idempotency-key': idempotent.key })
  const repeated = { type: 'job.done', data: { job: 8 }, eventId: 'job-8' }
  const erased = await publish({ type: 'job.erased', data: { secret: 'goes' } })
  await ended(erased)
  await ask('DELETE', `/v1/events/${erased}/payload`)
  for (const event of [delivered, failed]) await ended(event)

  const from = new Date(Date.now() - 3_600_000).toISOString()
  const replays = [await replay({ endpointId: refusing.id, from }), await replay({ from, statuses: ['delivered'] })]
  const cancelled = (await ask('POST', '/v1/replays', { from, type: 'job.*', statuses: ['delivered'] })).id
  await ask('POST', `/v1/replays/${cancelled}/cancel`).catch(() => undefined)
  await once('the endpoint in recovery', async () => {
    const found = await ask('GET', `/v1/endpoints/${recovering.id}`)
    return found.status === 'recovering'
  })
  return {
    endpoints: { good, refusing, waiting, paused, ordered, recovering, disabled },
    events: { delivered, failed, waiting: wait, held, scheduled },
    idempotent: { ...idempotent, answer },
    repeated: { body: repeated, id: await publish(repeated) },
    replays: [...replays, cancelled],
  }

  async function endpoint(name: string, settings: object): Promise<MadeEndpoint> {
    const made = await ask<MadeEndpoint>('POST', '/v1/endpoints', { url: receiver.hook(name).url, ...settings })
    return { id: made.id, secret: made.secret }
  }

  async function publish(event: object): Promise<string> {
    return (await ask('POST', '/v1/events', event)).id
  }

  async function ended(eventId: string): Promise<void> {
    await once(`the deliveries of ${eventId}`, async () => {
      const { data } = await ask<{ data: Shown[] }>('GET', `/v1/deliveries?eventId=${eventId}`)
      return data.length > 0 && data.every(delivery => ['delivered', 'failed'].includes(delivery.status))
    })
  }

  async function replay(range: object): Promise<string> {
    const { id } = await ask('POST', '/v1/replays', range)
    await once(`the end of ${id}`, async () => (await ask('GET', `/v1/replays/${id}`))['state'] === 'finished')
    return id
  }
}
