import { createServer, type AddressInfo } from 'node:net'
import type { DeliveryPolicy } from '../../../src/delivery/policy.ts'
import { declareOutage } from '../../../src/delivery/recovery/outage.ts'
import { deliveriesOf, publish, quickPolicy, until } from '../../support/delivery.ts'
import { atClose, createTestHub, createWorkspace } from '../../support/hub.ts'
import { startTroubled } from '../../support/troubled.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { endpointsAt, hanging, isPaused, outage, urlsOf } from './outages.ts'

/** Takes a connection and cuts it as soon as it is sent something. */
async function startCutting(): Promise<string> {
  const server = createServer(socket => socket.on('error', () => undefined).once('data', () => socket.destroy()))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atClose(async () => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

describe('a probe of the network', () => {
  /** A hub without dispatchers: what arrives, a probe has sent. */
  async function startProbing(policy: Partial<DeliveryPolicy> = {}) {
    const hub = await createTestHub({ deliveryPolicy: { ...quickPolicy, ...outage, ...policy } })
    await startTestWorkers(hub, ['workflows'])
    return hub
  }

  it('sends to a workspace that answers at once, whoever hangs beside it and came first', async () => {
    const hub = await startProbing({ outageProbeMs: 60_000 })
    const [loud, quiet] = [await createWorkspace(hub), await createWorkspace(hub)]
    const hung = await hanging(20)
    await endpointsAt(loud, urlsOf(hung), { timeoutMs: 3_000 })
    await publish(loud, 'a.b')
    const receiver = await startTroubled()
    await endpointsAt(quiet, [receiver.url])
    const event = await publish(quiet, 'a.b')
    await declareOutage(hub, undefined)
    // Long before those that hang have timed out.
    await until(async () => !(await isPaused(hub)), 2_500)
    expect(receiver.accepted()).toEqual(new Map([[event, 1]]))
    expect((await deliveriesOf(quiet))[0]).toMatchObject({ status: 'delivered', attempts: 1 })
  })

  it('asks who took deliveries within the last hour before who did not', async () => {
    const hub = await startProbing({ outageProbeMs: 60_000, outageProbes: 1 })
    const workspace = await createWorkspace(hub)
    const hung = await hanging(3)
    await endpointsAt(workspace, urlsOf(hung), { timeoutMs: 1_000 })
    const [known] = await endpointsAt(workspace, [hung[1]!.url.replace('127.0.1', '127.0.3')])
    await hub.pool.query(
      `insert into endpoint_statistics (endpoint_id, workspace_id, minutes, at, worker, succeeded, failed, buckets, counts)
       values ($1, $2, 1, now() - interval '10 minutes', 'w', 1, 0, '{1}', '{1}')`,
      [known, workspace.workspaceId],
    )
    await publish(workspace, 'a.b')
    await declareOutage(hub, undefined)
    // Nobody listens there: a refusal, and the others were not asked.
    await until(async () => !(await isPaused(hub)))
    expect(hung.flatMap(receiver => receiver.seen)).toEqual([])
  })

  it('asks everybody once before it asks anybody again, and spends no attempt on it', async () => {
    const hub = await startProbing({ outageProbeMs: 200 })
    const workspaces = [await createWorkspace(hub), await createWorkspace(hub)]
    const hung = await hanging(18)
    for (const [n, workspace] of workspaces.entries()) {
      await endpointsAt(workspace, urlsOf(hung.slice(n * 9, n * 9 + 9)), { timeoutMs: 1_000 })
      await publish(workspace, 'a.b')
    }
    await declareOutage(hub, undefined)
    await until(() => hung.every(receiver => receiver.seen.length > 0))
    expect(hung.map(receiver => receiver.seen.length)).toEqual(Array(18).fill(1))
    expect((await deliveriesOf(workspaces[0]!)).map(one => one.attempts)).toEqual(Array(9).fill(0))
    // Whoever answers then, in a later round, ends it.
    hung[7]!.answerBy((_request, response) => response.writeHead(500).end())
    await until(async () => !(await isPaused(hub)))
  })

  it.each([
    ['an ordered endpoint', { ordered: true }],
    ['one with a limit', { maxInFlight: 1, batchSize: 10 }],
  ])(
    'goes to %s too, through its gate',
    async (_, settings) => {
      const hub = await startProbing()
      const workspace = await createWorkspace(hub)
      const receiver = await startTroubled()
      await endpointsAt(workspace, [receiver.url], settings)
      for (let n = 0; n < 3; n++) {
        await workspace.request('POST', '/v1/events', { type: 'a.b', data: { n }, orderingKey: 'k' })
      }
      await declareOutage(hub, undefined)
      await until(async () => !(await isPaused(hub)))
      expect(receiver.accepted().size).toBe(1)
      // The gate is given back once the answer is recorded.
      await until(async () => (await hub.pool.query('select from endpoint_gates')).rowCount === 0)
    },
    60_000,
  )

  it.each<[string, () => Promise<string>]>([
    ['a refusal', async () => 'http://127.0.0.1:9/'],
    ['a TLS error', async () => (await startTroubled()).url.replace('http:', 'https:')],
    ['a connection that is cut', startCutting],
  ])(
    'takes %s for an answer',
    async (_, makeUrl) => {
      const hub = await startProbing()
      const workspace = await createWorkspace(hub)
      await endpointsAt(workspace, [await makeUrl()])
      await publish(workspace, 'a.b')
      await declareOutage(hub, undefined)
      await until(async () => !(await isPaused(hub)))
      expect((await deliveriesOf(workspace))[0]).toMatchObject({ status: 'pending', attempts: 0 })
    },
    60_000,
  )
})
