import { setTimeout as sleep } from 'node:timers/promises'
import { lowestIdAt } from '../../src/ids.ts'
import { inboundReplayWorkflowId } from '../../src/inbound/contract.ts'
import { cancelInboundReplay } from '../../src/inbound/replays/request.ts'
import { moveInboundReplay } from '../../src/inbound/replays/step.ts'
import { routeArrived } from '../../src/inbound/routing/route-arrived.ts'
import { reconcileInbound } from '../../src/inbound/reconcile.ts'
import { changeStatus } from '../../src/connections/change-status.ts'
import { lockConnection } from '../../src/connections/store.ts'
import { createTestHub, createWorkspace, type AnyBody } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSender } from './senders.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const github = await createSender(hub, workspace, 'github')
const route = () => routeArrived(hub, 0, new AbortController().signal, () => undefined)
const list = async (query: string) =>
  (await workspace.request('GET', `/v1/inbound-events?limit=100&${query}`)).body.data as { id: string; type: string }[]
const hourAgo = new Date(Date.now() - 3_600_000).toISOString()
const soon = new Date(Date.now() + 3_600_000).toISOString()

/** Moves an event's arrival to another time: its id is what tells it. */
async function moveTo(id: string, at: Date): Promise<string> {
  const moved = lowestIdAt('inboundEvent', at).slice(0, 16) + id.slice(16)
  await hub.pool.query('update inbound_events set id = $2, received_at = $3 where id = $1', [id, moved, at])
  return moved
}

describe('looking for what has arrived', () => {
  it('finds it by the time of its arrival', async () => {
    await github.github('star', { sender: { id: 1 } })
    await route()
    expect(await list(`type=star&receivedAfter=${hourAgo}&receivedBefore=${soon}`)).toHaveLength(1)
    expect(await list(`type=star&receivedBefore=${hourAgo}`)).toEqual([])
    expect(await list(`type=star&receivedAfter=${soon}`)).toEqual([])
    expect((await workspace.request('GET', '/v1/inbound-events?receivedAfter=yesterday')).status).toBe(400)
  })

  it('shows one with its very bytes', async () => {
    const body = Buffer.from('{ "sender": {"id": 1},\n "zen": "ünïcode", "big": 12345678901234567890 }')
    await github.github('ping', body)
    const [found] = await list('type=ping')
    const one = (await workspace.request('GET', `/v1/inbound-events/${found!.id}`)).body as AnyBody & {
      rawBody: string
    }
    expect(Buffer.from(one.rawBody, 'base64').equals(body)).toBe(true)
    await route()
  })
})

describe('a connection that is just being made', () => {
  it('gets what came for its account in the last hour, and nothing older or of another account', async () => {
    for (const id of [701, 702]) await github.github('fork', { sender: { id } })
    await github.github('watch', { sender: { id: 701 } })
    await route()
    const old = await moveTo((await list('type=watch'))[0]!.id, new Date(Date.now() - 3_700_000))
    const connectionId = await github.connect('701')
    await hub.pool.query(`update connections set status = 'pending' where id = $1`, [connectionId])
    await hub.db.transaction().execute(async trx => {
      const pending = await lockConnection(trx, workspace.workspaceId, connectionId)
      await changeStatus(hub, trx, pending, { to: 'connected', reason: null, actor: 'test' })
    })
    await route()
    const forks = (await list('type=fork')) as unknown as { accountId: string; status: string; connectionId: string }[]
    expect(forks.map(({ accountId, status, connectionId }) => [accountId, status, connectionId]).sort()).toEqual([
      ['701', 'routed', connectionId],
      ['702', 'unmatched', null],
    ])
    expect(await list('status=unmatched&type=watch')).toMatchObject([{ id: old }])
  })
})

describe('a range that is routed again', () => {
  const request = (body: Record<string, unknown>) =>
    workspace.request('POST', '/v1/inbound-replays', { from: hourAgo, ...body })
  const state = async (id: string) =>
    (await workspace.request('GET', `/v1/inbound-replays/${id}`)).body as AnyBody & { state: string; queued: number }

  it('asks for one that holds something, and for no more than five', async () => {
    expect((await request({ from: soon })).body.error.code).toBe('INVALID_REQUEST')
    expect((await request({ connectionId: 'conn_01jb0000000000000000000000' })).status).toBe(404)
    const made = []
    for (let i = 0; i < 5; i++) made.push((await request({ type: 'nothing' })).body.id)
    expect((await request({})).body.error.code).toBe('CONFLICT')
    for (const id of made)
      expect((await workspace.request('POST', `/v1/inbound-replays/${id}/cancel`)).status).toBe(200)
    // A step of one that is cancelled does nothing.
    const input = { workspaceId: workspace.workspaceId, replayId: made[0]! }
    expect(await moveInboundReplay(hub, input, () => undefined)).toMatchObject({ state: 'cancelled', queued: 0 })
    await cancelInboundReplay(hub, workspace.workspaceId, 'test', made[0]!)
  })

  it('routes what is of it, and nothing else, in a workflow that reconcile starts when a crash has not', async () => {
    for (let i = 0; i < 3; i++) await github.github('issues', { sender: { id: 801 }, i })
    await github.github('public', { sender: { id: 801 } })
    await route()
    await github.connect('801')
    const { id } = (await request({ type: 'issues' })).body
    // As after a crash: nobody has told the workflow.
    await hub.temporal.workflow.getHandle(inboundReplayWorkflowId(id)).terminate()
    await hub.pool.query(`update inbound_replays set reconcile_at = now() - interval '1 second' where id = $1`, [id])
    expect(await reconcileInbound(hub, 10)).toBeGreaterThan(0)
    await startTestWorkers(hub, ['workflows', 'connections'])
    for (const end = Date.now() + 60_000; (await state(id)).state !== 'finished' && Date.now() < end;) await sleep(50)
    expect(await state(id)).toMatchObject({ state: 'finished', queued: 3, lookedAt: 3 })
    await hub.temporal.workflow.getHandle(inboundReplayWorkflowId(id)).result()
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
      if ((await list('type=issues&status=routed')).length === 3) break
    }
    expect(await list('type=issues&status=routed')).toHaveLength(3)
    expect(await list('type=public&status=unmatched')).toHaveLength(1)
  })
})
