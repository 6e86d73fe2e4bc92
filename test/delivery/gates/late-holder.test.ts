import { setTimeout as sleep } from 'node:timers/promises'
import { publishEvents } from '../../../src/delivery/events/publish.ts'
import { joinLines, leaveLines, letGo } from '../../../src/delivery/gates/gate-rows.ts'
import { releaseGate, takeGates, type Gate } from '../../../src/delivery/gates/gate-store.ts'
import { claimGated, claimLines } from '../../../src/delivery/gates/gated-claim.ts'
import { pickDelivery } from '../../../src/delivery/sending/send-one.ts'
import {
  createEndpoint,
  createSubscriber,
  quickPolicy,
  startDispatching,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const receiver = await startTestReceiver()
const hub = await createTestHub({ deliveryPolicy: quickPolicy })
const limits = { rows: 10, bytes: 1_000_000, leaseMs: 10_000 }
const lineLimits = { ...limits, keys: 10, rowsEach: 4 }

const publishNumbers = (workspace: TestWorkspace, numbers: number[]) =>
  publishEvents(
    hub,
    hub.db,
    workspace.workspaceId,
    numbers.map(n => ({ type: 'a.b', data: { n }, orderingKey: 'key' })),
  )

const rowsOf = async (endpointId: string) => {
  const { rows } = await hub.pool.query<Record<string, unknown>>(
    'select id, lease, gated, ordering_key, sequence from delivery_queue where endpoint_id = $1 order by id',
    [endpointId],
  )
  return rows
}

/** The gate of an endpoint as its first holder has it, who was frozen, and as its second one does. */
async function handedOver(place: { workspaceId: string; endpointId: string }): Promise<{ former: Gate; holder: Gate }> {
  const [former] = await takeGates(hub.pool, [place], 50)
  expect(await takeGates(hub.pool, [place], 10_000)).toEqual([])
  await sleep(100)
  const [holder] = await takeGates(hub.pool, [place], 10_000)
  return { former: former!, holder: holder! }
}

describe('a former holder of a gate, who asks too late', () => {
  it.each([
    ['ordered', { ordered: true }],
    ['limited', { rateLimit: { requests: 5, seconds: 1 } }],
  ])('takes nothing from the next one, of an endpoint that is %s', async (_, settings) => {
    const workspace = await createWorkspace(hub)
    const { id: endpointId } = await createEndpoint(workspace, 'http://127.0.0.1:9/', settings)
    await publishNumbers(workspace, [0, 1, 2])
    const { former, holder } = await handedOver({ workspaceId: workspace.workspaceId, endpointId })
    const claim = async (gate: Gate) =>
      'ordered' in settings
        ? (await claimLines(hub.pool, lineLimits, gate, [], '')).claimed
        : claimGated(hub.pool, limits, gate, [])
    const claimed = await claim(holder)
    expect(claimed).toHaveLength(3)
    const before = await rowsOf(endpointId)
    expect(await claim(former)).toEqual([])
    for (const settle of [letGo, leaveLines, joinLines]) expect(await settle(hub.pool, former, 10)).toBe(0)
    const probed = { ...former, gate: former, ordered: 'ordered' in settings }
    expect(await pickDelivery(hub.pool, probed, '')).toBeUndefined()
    expect(await rowsOf(endpointId)).toEqual(before)
    // The same asked by who holds it.
    expect(await pickDelivery(hub.pool, { ...probed, gate: holder }, '')).toMatchObject({ id: claimed[0]!.id })
    expect(await letGo(hub.pool, holder, 10)).toBe(3)
    await releaseGate(hub.pool, holder)
    expect(await claim(holder)).toEqual([])
  })

  it('keeps the gate until what it asked in time is done', async () => {
    const workspace = await createWorkspace(hub)
    const { id: endpointId } = await createEndpoint(workspace, 'http://127.0.0.1:9/', { ordered: true })
    await publishNumbers(workspace, [0])
    const place = { workspaceId: workspace.workspaceId, endpointId }
    const [former] = await takeGates(hub.pool, [place], 200)
    const client = await hub.pool.connect()
    try {
      await client.query('begin')
      const asked = await claimLines(client as never, lineLimits, former!, [], '')
      expect(asked.claimed).toHaveLength(1)
      await sleep(300)
      const next = takeGates(hub.pool, [place], 10_000)
      expect(await Promise.race([next, sleep(300, 'waits')])).toBe('waits')
      await client.query('commit')
      expect(await next).toHaveLength(1)
    } finally {
      client.release()
    }
  })
})

describe('an ordered line', () => {
  it('does not go on after a result that does not count any more', async () => {
    const { workspace, hook, endpoint } = await createSubscriber(hub, receiver, 'undone', { ordered: true })
    startDispatching(hub)
    hook.answerWith({ delayMs: 500, status: 200, times: 1 })
    await publishNumbers(workspace, [0, 1, 2, 3])
    await until(() => hook.arrivals().length === 1)
    // As a claim of another process would, before the first one is answered.
    await hub.pool.query('update delivery_queue set lease = lease + 1 where endpoint_id = $1', [endpoint.id])
    await until(async () => (await rowsOf(endpoint.id)).length === 0)
    const numbers = hook.arrivals().map(arrival => (JSON.parse(arrival.body) as { data: { n: number } }).data.n)
    expect(numbers).toEqual([0, 0, 1, 2, 3])
  })
})
