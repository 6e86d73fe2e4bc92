import type { Product } from '../../dev/product.ts'
import { once, type Caller } from './caller.ts'
import type { MadeConnections } from './use-connections.ts'

/** Has the platforms send webhooks: some that name a connection's account, and one that names nobody's. */
export async function useInbound(product: Product, ask: Caller, made: MadeConnections): Promise<void> {
  const { control } = product.stack.sandbox
  const to = (platform: keyof MadeConnections['apps']) => webhooksTo(product, made, platform)
  const id = (await control.customers(made.quickbooks.account).list({ limit: 1 }))[0]!.Id
  const owner = { id: Number(made.github.account), login: 'octocat', type: 'User' }
  const sent = [
    await control.sendWebhook({ platform: 'github', ...to('github'), event: 'issues', deliveryId: 'sent-once' }),
    await control.sendWebhook({
      platform: 'github',
      ...to('github'),
      event: 'push',
      payload: { repository: { owner } },
    }),
    await control.sendWebhook({
      ...{ platform: 'quickbooks', ...to('quickbooks'), realmId: made.quickbooks.account },
      entities: [{ id }],
    }),
    await control.sendWebhook({ platform: 'stripe', ...to('stripe'), object: { id: 'cus_1' }, eventId: 'evt_before' }),
  ]
  for (const { platform, status, body } of sent) if (status >= 300) throw new Error(`${platform}: ${status} ${body}`)
  await once('the inbound events', async () => {
    const { data } = await ask('GET', '/v1/inbound-events')
    return data.length >= sent.length && data.every(event => event.status !== 'received')
  })
}

/** Ends the workers in the middle of a run, and lets a delivery and a webhook come that nobody is left to send and to route. */
export async function leaveWork(product: Product, ask: Caller, made: MadeConnections, syncId: string): Promise<Left> {
  const { control } = product.stack.sandbox
  await once('no open run', async () => !(await ask('GET', `/v1/syncs/${syncId}`))['openRun'])
  await control.addFault({ platform: 'stripe', kind: 'slow', delayMs: 10_000 })
  const run = await ask('POST', `/v1/syncs/${syncId}/runs`, { full: true })
  await once('a run that has begun', async () => {
    return (await ask('GET', `/v1/syncs/${syncId}/runs/${run.id}`)).status === 'running'
  })
  await product.worker.kill()
  const { id: event } = await ask('POST', '/v1/events', { type: 'job.left', data: { job: 9 } })
  const webhook = 'sent-last'
  await control.sendWebhook({ platform: 'github', ...webhooksTo(product, made, 'github'), deliveryId: webhook })
  return { run: run.id, event, webhook }
}

/** Work that was under way when the version before was stopped: a run, an event's delivery, a webhook's delivery id. */
export interface Left {
  run: string
  event: string
  webhook: string
}

function webhooksTo({ apiUrl }: Product, { apps }: MadeConnections, platform: keyof MadeConnections['apps']) {
  return { url: `${apiUrl}/webhooks/${platform}/${apps[platform].id}`, secret: apps[platform].webhookSecret }
}
