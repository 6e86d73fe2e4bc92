import { mintDeliveryId } from '../../../src/delivery/mint.ts'
import { expireEndpointVersions } from '../../../src/delivery/endpoints/endpoint-versions.ts'
import { newId } from '../../../src/ids.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import {
  createDeliveringHub,
  createEndpoint,
  createSubscriber,
  publish,
  settled,
  startAnsweringServer,
  startTestReceiver,
} from '../../support/delivery.ts'

const receiver = await startTestReceiver()
const hub = await createDeliveringHub()

const seen: Record<string, unknown>[] = []
const url = await startAnsweringServer(({ headers }, response) => {
  seen.push(headers)
  response.writeHead(seen.length === 1 ? 503 : 200).end(seen.length === 1 ? 'not yet' : 'thanks')
})

interface ShownAttempt {
  number: number
  statusCode: number | null
  error: string | null
  errorClass: string | null
  sentAt: string
  durationMs: number
  worker: string
  request: { host: string; headers: Record<string, string> } | null
  answer: string | null
}
interface ListedAttempt {
  deliveryId: string
  number: number
  eventId: string | null
  type: string | null
  errorClass: string | null
}

const attemptsOf = async (workspace: TestWorkspace, deliveryId: string) =>
  (await workspace.request<{ data: ShownAttempt[] }>('GET', `/v1/deliveries/${deliveryId}/attempts`)).body.data

async function walk(workspace: TestWorkspace, endpointId: string, query = '', limit = 3): Promise<ListedAttempt[]> {
  const found: ListedAttempt[] = []
  for (let cursor = ''; ;) {
    const url = `/v1/endpoints/${endpointId}/attempts?limit=${limit}${query}${cursor}`
    const answer = await workspace.request<{ data: ListedAttempt[]; nextCursor: string | null }>('GET', url)
    expect(answer.status).toBe(200)
    found.push(...answer.body.data)
    if (answer.body.nextCursor === null) return found
    cursor = `&cursor=${answer.body.nextCursor}`
  }
}

describe('an attempt', () => {
  it('shows the headers that were sent, with what is secret masked, and what was answered', async () => {
    const workspace = await createWorkspace(hub)
    const headers = { authorization: 'Bearer header-canary', 'x-team': 'blue' }
    await createEndpoint(workspace, `${url}path-canary?token=query-canary`, { headers })
    const eventId = await publish(workspace)
    const [delivery] = await settled(workspace, eventId)
    const attempts = await attemptsOf(workspace, delivery!.id)
    expect(attempts).toHaveLength(2)
    expect(attempts[0]).toMatchObject({ number: 1, statusCode: 503, error: 'status 503', errorClass: 'status' })
    expect(attempts[0]!.answer).toBe('not yet')
    expect(attempts[1]).toMatchObject({ number: 2, statusCode: 200, error: null, errorClass: null, answer: 'thanks' })
    for (const [index, { request }] of attempts.entries()) {
      expect(request!.host).toBe(new URL(url).host)
      for (const [name, value] of Object.entries(request!.headers)) {
        if (!value.includes('***')) expect(seen[index]![name]).toBe(value)
        else expect(seen[index]![name]).toBeDefined()
      }
      expect(Object.keys(request!.headers)).toEqual(
        expect.arrayContaining([
          'content-type',
          'user-agent',
          'webhook-id',
          'webhook-timestamp',
          'authorization',
          'x-team',
        ]),
      )
      expect(request!.headers['webhook-id']).toBe(eventId)
      expect(request!.headers['webhook-signature']).toBe('v1,***')
    }
    expect(JSON.stringify(attempts)).not.toMatch(/canary/)
    const whole = await workspace.request<{ lastAttempt: ShownAttempt }>('GET', `/v1/deliveries/${delivery!.id}`)
    expect(whole.body.lastAttempt).toEqual(attempts[1])
  })

  it('shows the headers of its own time after the endpoint was changed or deleted', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'changing', {
      headers: { 'x-old': '1' },
    })
    const [first] = await settled(workspace, await publish(workspace))
    await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, {
      headers: { 'x-new': '1' },
      headerStyle: 'svix',
      url: `${hook.url}?changed`,
    })
    const [second] = await settled(workspace, await publish(workspace))
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, {})
    await workspace.request('DELETE', `/v1/endpoints/${endpoint.id}`)
    const [before] = await attemptsOf(workspace, first!.id)
    const [after] = await attemptsOf(workspace, second!.id)
    expect(Object.keys(before!.request!.headers)).toEqual(expect.arrayContaining(['webhook-id', 'x-old']))
    expect(Object.keys(after!.request!.headers)).toEqual(expect.arrayContaining(['svix-id', 'x-new']))
    expect(after!.request!.headers).not.toHaveProperty('x-old')
    // They are forgotten when no attempt can show them any more, and not before.
    expect(await expireEndpointVersions(hub, 100)).toBe(0)
    await hub.pool.query(
      "update endpoint_versions set replaced_at = replaced_at - interval '101 days' where endpoint_id = $1",
      [endpoint.id],
    )
    expect(await expireEndpointVersions(hub, 100)).toBe(3)
    expect((await attemptsOf(workspace, first!.id))[0]!.request).toBeNull()
  })
})

describe('the attempts at an endpoint', () => {
  it('are listed newest event first, each once, by what came of them', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'listed')
    hook.answerWith({ status: 500, times: 2 })
    const events: string[] = []
    for (let n = 0; n < 4; n++) {
      const eventId = await publish(workspace, 'bill.paid')
      const [delivery] = await settled(workspace, eventId)
      events.unshift(eventId)
      if (n === 2) {
        await workspace.request('POST', `/v1/deliveries/${delivery!.id}/resend`, {})
        await settled(workspace, eventId)
      }
    }
    const all = await walk(workspace, endpoint.id)
    expect(all.map(one => [one.eventId, one.number, one.errorClass])).toEqual([
      [events[0], 1, null],
      [events[1], 2, null],
      [events[1], 1, null],
      [events[2], 1, null],
      [events[3], 3, null],
      [events[3], 2, 'status'],
      [events[3], 1, 'status'],
    ])
    expect(new Set(all.map(one => one.type))).toEqual(new Set(['bill.paid']))
    for (const limit of [1, 2, 100]) expect(await walk(workspace, endpoint.id, '', limit)).toEqual(all)
    expect(await walk(workspace, endpoint.id, '&status=failed', 1)).toEqual(all.filter(one => one.errorClass !== null))
    expect(await walk(workspace, endpoint.id, '&status=succeeded', 1)).toEqual(
      all.filter(one => one.errorClass === null),
    )
    expect(await walk(workspace, endpoint.id, `&after=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([])
    expect(await walk(workspace, endpoint.id, `&before=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual(all)
  })

  it('are found behind very many others, page by page', async () => {
    const workspace = await createWorkspace(hub)
    const { id } = await createEndpoint(workspace, 'https://127.0.0.1/')
    const ids = Array.from({ length: 4_500 }, () => mintDeliveryId(newId('event')))
    const delivered = new Set([ids[3], ids[2_600]])
    await hub.pool.query(
      `insert into deliveries (id, workspace_id, endpoint_id, event_id, status, attempts, finished_at, sent_at, duration_ms, error, worker)
       select id, $1, $2, 'evt', case when good then 'delivered' else 'failed' end, 1, now(), now(), 1,
         case when not good then 'timeout' end, 'worker'
       from unnest($3::text[], $4::boolean[]) as d(id, good)`,
      [workspace.workspaceId, id, ids, ids.map(one => delivered.has(one))],
    )
    const found = await walk(workspace, id, '&status=succeeded', 50)
    expect(new Set(found.map(one => one.deliveryId))).toEqual(delivered)
    expect(await walk(workspace, id, '&status=failed', 100)).toHaveLength(ids.length - 2)
  })

  it('do not cross workspaces', async () => {
    const { workspace, endpoint } = await createSubscriber(hub, receiver, 'attempted')
    const [delivery] = await settled(workspace, await publish(workspace))
    const other = await createWorkspace(hub)
    for (const url of [`/v1/endpoints/${endpoint.id}/attempts`, `/v1/deliveries/${delivery!.id}/attempts`]) {
      expect((await other.request('GET', url)).status).toBe(404)
    }
  })
})
