import { setTimeout as sleep } from 'node:timers/promises'
import { made, workflowLink, type Demonstration } from './context.ts'
import { eventually, hold } from './eventually.ts'

const beforeOutage = 100
const duringOutage = 40

export async function deliverWebhooks(demonstration: Demonstration): Promise<void> {
  const { say, stack, temporal } = demonstration
  const api = made(demonstration, 'api')
  const hook = stack.receiver.hook(`demonstration-${Date.now().toString(36)}`)
  const endpoint = await api.post<{ id: string; secret: string }>('/v1/endpoints', {
    url: hook.url,
    eventTypes: ['invoice.*'],
  })
  hook.verifyWith(endpoint.secret)
  say(`endpoint ${endpoint.id} at ${hook.url}, for invoice.*`)

  await publish(beforeOutage)
  await arrived(beforeOutage)
  say(`${beforeOutage} events published, ${beforeOutage} arrived, every signature good`)

  hook.answerWith(503)
  say('the receiver answers 503 from now on')
  // An endpoint is in trouble when nothing has reached it for half a minute: a short hiccup needs no workflow.
  for (let sent = 0; sent < duringOutage; sent++) {
    await publish(1)
    await sleep(1_000)
  }
  const workflowId = `endpoint/${endpoint.id}`
  await eventually('the endpoint’s recovery workflow', 120_000, async () => {
    const found = await temporal.workflow.count(`WorkflowId = '${workflowId}' AND ExecutionStatus = 'Running'`)
    return found.count > 0 ? true : undefined
  })
  say('the endpoint is in trouble and has its own workflow:')
  say(workflowLink(demonstration, workflowId))
  hook.answerWith(200)
  say('the receiver is well again')
  await arrived(beforeOutage + duringOutage)
  say(`all ${beforeOutage + duringOutage} events have arrived: nothing lost`)

  async function publish(count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, index) => ({ type: 'invoice.paid', data: { number: index } }))
    await api.post('/v1/events', { events })
  }

  async function arrived(count: number): Promise<void> {
    const accepted = () =>
      new Set(
        hook
          .arrivals()
          .filter(arrival => arrival.status < 300)
          .map(arrival => arrival.id),
      )
    await eventually(`${count} events to arrive`, 180_000, async () => (accepted().size >= count ? true : undefined))
    hold(
      hook.arrivals().every(arrival => arrival.verified),
      'a signature was wrong',
    )
  }
}
