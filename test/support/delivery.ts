import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startReceiver, type Receiver } from '../../dev/receiver/receiver.ts'
import { dispatcherOf, stopDispatching } from '../../src/delivery/dispatch/dispatching.ts'
import { deliveryPolicy, type DeliveryPolicy } from '../../src/delivery/policy.ts'
import type { Hub } from '../../src/hub.ts'
import { createTestHub, createWorkspace, type TestHubOptions, type TestWorkspace } from './hub.ts'

/** The hub's own policy with waits that a test can sit through. */
export const quickPolicy: DeliveryPolicy = {
  ...deliveryPolicy,
  retryDelaysMs: [0, 100, 200, 300],
  leaseMs: 2_000,
  troubleAfterMs: 500,
  probeDelaysMs: [300, 500],
}

/** A receiver of webhooks in this process, stopped when the test file ends. */
export async function startTestReceiver(): Promise<Receiver> {
  const receiver = await startReceiver()
  afterAll(() => receiver.stop())
  return receiver
}

/** A hub whose dispatcher runs in this process, without Temporal, until the test file ends. */
export async function createDeliveringHub(options: TestHubOptions = {}): Promise<Hub> {
  const hub = await createTestHub({ deliveryPolicy: quickPolicy, ...options })
  startDispatching(hub)
  return hub
}

const dispatching: Hub[] = []

afterAll(async () => {
  for (const hub of dispatching) await stopDispatching(hub)
})

export function startDispatching(hub: Hub): void {
  void dispatcherOf(hub)!.run(new AbortController().signal)
  dispatching.push(hub)
}

export interface MadeEndpoint {
  id: string
  secret: string
}

/** Makes an endpoint through the API. */
export async function createEndpoint(
  workspace: TestWorkspace,
  url: string,
  settings: Record<string, unknown> = {},
): Promise<MadeEndpoint> {
  const made = await workspace.request<MadeEndpoint>('POST', '/v1/endpoints', { url, ...settings })
  if (made.status !== 201) throw new Error(`the endpoint was not made: ${JSON.stringify(made.body)}`)
  return made.body
}

/** A workspace with one endpoint at a hook of its own name. */
export async function createSubscriber(hub: Hub, receiver: Receiver, name: string, settings = {}) {
  const workspace = await createWorkspace(hub)
  const hook = receiver.hook(name)
  const endpoint = await createEndpoint(workspace, hook.url, settings)
  hook.verifyWith(endpoint.secret)
  return { workspace, hook, endpoint }
}

/** Publishes one event through the API; gives its id. */
export async function publish(workspace: TestWorkspace, type = 'invoice.paid', data: unknown = {}): Promise<string> {
  const answer = await workspace.request('POST', '/v1/events', { type, data })
  if (answer.status !== 202) throw new Error(`the event was not published: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** Waits until a condition holds, looking every 20 ms; fails after the time. A look that fails is one at which it does not hold. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const late = Date.now() > deadline
    try {
      if (await condition()) return
    } catch (error) {
      if (late) throw error
    }
    if (late) throw new Error(`it did not come to be within ${timeoutMs} ms`)
    await sleep(20)
  }
}

export interface ShownDelivery {
  id: string
  eventId: string
  endpointId: string
  status: string
  reason: string | null
  attempts: number
  error: string | null
}

export async function deliveriesOf(workspace: TestWorkspace, filter = ''): Promise<ShownDelivery[]> {
  const answer = await workspace.request<{ data: ShownDelivery[] }>('GET', `/v1/deliveries${filter}`)
  return answer.body.data
}

/** Waits until every delivery of an event is in one of the given states; gives them. */
export async function settled(workspace: TestWorkspace, eventId: string, timeoutMs = 60_000): Promise<ShownDelivery[]> {
  let found: ShownDelivery[] = []
  await until(async () => {
    found = await deliveriesOf(workspace, `?eventId=${eventId}`)
    return found.length > 0 && found.every(one => ['delivered', 'failed', 'cancelled'].includes(one.status))
  }, timeoutMs)
  return found
}

/** A receiver that answers as a function says, stopped when the test file ends; gives its URL. */
export async function startAnsweringServer(
  answer: (request: { path: string; headers: IncomingHttpHeaders; body: string }, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      answer({ path: String(request.url), headers: request.headers, body }, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
