import { stopDispatching } from '../../../src/delivery/dispatch/dispatching.ts'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import { startDispatchSlots } from '../../../src/delivery/dispatch/slots.ts'
import { createEndpoint, deliveriesOf, quickPolicy, startAnsweringServer, until } from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'

const deliveryPolicy = { ...quickPolicy, retryDelaysMs: [0, 300, 300, 300, 60_000, 60_000], outageEndpoints: 10_000 }
const hub = await createTestHub({ deliveryPolicy })
await startTestWorkers(hub, ['workflows', 'delivery'])
await startDispatchSlots(hub)
afterAll(() => stopDispatching(hub))

interface Data {
  key: string
  n: number
}

async function keyedServer() {
  const server = {
    url: '',
    tried: [] as Data[],
    accepted: new Map<string, number[]>(),
    answer: (_: Data): number => 200,
  }
  server.url = await startAnsweringServer(({ body }, response) => {
    const { data } = JSON.parse(body) as { data: Data }
    server.tried.push(data)
    const status = server.answer(data)
    if (status === 200) server.accepted.set(data.key, [...(server.accepted.get(data.key) ?? []), data.n])
    response.writeHead(status).end()
  })
  return server
}
const down = await keyedServer()
const line = await keyedServer()
const poisoned = await keyedServer()

const publishKeyed = (workspace: TestWorkspace, keys: string[], numbers: number[]) =>
  publishEvents(
    hub,
    hub.db,
    workspace.workspaceId,
    numbers.flatMap(n => keys.map(key => ({ type: 'a.b', data: { key, n }, orderingKey: key }))),
  )
const modeOf = async (workspace: TestWorkspace, endpointId: string) =>
  (await workspace.request('GET', `/v1/endpoints/${endpointId}`)).body['status']
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('an ordered endpoint in trouble', () => {
  it('is probed with the first of its lines, in turns, and keeps its order when it recovers', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, down.url, { ordered: true })
    down.answer = () => 503
    const keys = upTo(5).map(n => `key-${n}`)
    await publishKeyed(workspace, keys, upTo(20))
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
    // What was under way is over: from here on there are probes only.
    await until(async () => (await deliveriesOf(workspace, '?limit=100')).every(one => one.status === 'held'))
    down.tried.length = 0
    await until(() => down.tried.length >= 4)
    expect(new Set(down.tried.map(data => data.n))).toEqual(new Set([0]))
    expect(new Set(down.tried.map(data => data.key)).size).toBeGreaterThan(2)
    await publishKeyed(workspace, keys, [20, 21])
    down.answer = () => 200
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'open')
    await until(() => [...down.accepted.values()].flat().length === 110)
    for (const key of keys) expect(down.accepted.get(key)).toEqual(upTo(22))
  })

  it('is found out with one line, too, where it is surely not the payload', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, line.url, { ordered: true })
    line.answer = () => 503
    await publishKeyed(workspace, ['only'], upTo(5))
    await until(async () => (await modeOf(workspace, endpoint.id)) === 'recovering')
    line.answer = () => 200
    await until(() => line.accepted.get('only')?.length === 5)
    expect(line.accepted.get('only')).toEqual(upTo(5))
  })

  it('is not one whose one line has a poisonous payload at its head', async () => {
    const workspace = await createWorkspace(hub)
    const endpoint = await createEndpoint(workspace, poisoned.url, { ordered: true })
    poisoned.answer = ({ key, n }) => (key === 'bad' && n === 0 ? 500 : 200)
    await publishKeyed(workspace, ['bad'], upTo(3))
    for (const n of upTo(15)) {
      await publishKeyed(workspace, ['good'], [n])
      await new Promise(resolve => setTimeout(resolve, 120))
      expect(await modeOf(workspace, endpoint.id)).toBe('open')
    }
    await until(() => poisoned.accepted.get('good')?.length === 15)
    expect(poisoned.accepted.get('good')).toEqual(upTo(15))
    expect(poisoned.accepted.get('bad')).toBeUndefined()
    expect(new Set(poisoned.tried.filter(data => data.key === 'bad').map(data => data.n))).toEqual(new Set([0]))
  })
})
