import { setTimeout as sleep } from 'node:timers/promises'
import {
  createDeliveringHub,
  createEndpoint,
  deliveriesOf,
  publish,
  startTestReceiver,
  until,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { hourAgo, inState, publishMany, replayOf, replayPolicy, startReplay } from './replays.ts'

const hub = await createDeliveringHub({ deliveryPolicy: replayPolicy })
await startTestWorkers(hub, ['workflows'])
const receiver = await startTestReceiver()

interface Enabled {
  status: string
  replayId: string | null
}

const ask = (workspace: TestWorkspace, id: string, what: string, body?: unknown) =>
  workspace.request<Enabled>('POST', `/v1/endpoints/${id}/${what}`, body)

async function disabledWithWaiting(name: string, waiting: number, settings = {}) {
  const workspace = await createWorkspace(hub)
  const hook = receiver.hook(name)
  const endpoint = await createEndpoint(workspace, hook.url, settings)
  hook.verifyWith(endpoint.secret)
  await ask(workspace, endpoint.id, 'pause')
  const waited = await publishMany(workspace, waiting)
  await ask(workspace, endpoint.id, 'disable')
  const failed = async () =>
    (await deliveriesOf(workspace, `?endpointId=${endpoint.id}&status=failed&limit=100`)).length
  await until(async () => (await failed()) === Math.min(waiting, 100))
  return { workspace, hook, endpoint, waited }
}

describe('enabling an endpoint', () => {
  it('replays what it missed when asked: what waited, and what was published meanwhile', async () => {
    const subscribed = { eventTypes: ['invoice.*', 'endpoint.*'] }
    const { workspace, hook, endpoint, waited } = await disabledWithWaiting('missed', 70, subscribed)
    const other = await createEndpoint(workspace, receiver.hook('missed-other').url)
    const missed = await publishMany(workspace, 120)
    await publishMany(workspace, 5, 'order.made')
    await workspace.request('POST', `/v1/endpoints/${other.id}/test`)
    const enabled = await ask(workspace, endpoint.id, 'enable', { replay: 'missed' })
    expect([enabled.status, enabled.body.status]).toEqual([200, 'open'])
    const after = await publish(workspace)
    const done = await inState(workspace, enabled.body.replayId!, 'finished')
    expect(done).toMatchObject({ queued: 190, skipped: 0 })
    await until(() => hook.summary().distinct >= 191)
    await sleep(200)
    // A machine that stands still for longer than a lease sends some again: the same ones.
    expect(hook.summary()).toMatchObject({ distinct: 191, unverified: 0 })
    expect(new Set(hook.arrivals().map(arrival => arrival.id))).toEqual(new Set([...waited, ...missed, after]))
    const again = await ask(workspace, endpoint.id, 'enable', { replay: 'missed' })
    expect([again.status, again.body.replayId]).toEqual([200, null])
  })

  it('replays nothing unless it is asked', async () => {
    const { workspace, hook, endpoint } = await disabledWithWaiting('unasked', 3)
    await publish(workspace)
    for (const body of [undefined, {}]) {
      const enabled = await ask(workspace, endpoint.id, 'enable', body)
      expect([enabled.status, enabled.body.status, enabled.body.replayId]).toEqual([200, 'open', null])
    }
    expect((await ask(workspace, endpoint.id, 'enable', { replay: 'all' })).status).toBe(400)
    await sleep(300)
    expect(hook.summary().total).toBe(0)
    expect((await workspace.request('GET', '/v1/replays')).body.data).toEqual([])
  })
})

describe('a replay of what was missed', () => {
  it('makes one delivery of an event, however many run at once', async () => {
    const { workspace, hook, endpoint } = await disabledWithWaiting('once', 1)
    const missed = await publishMany(workspace, 150)
    await ask(workspace, endpoint.id, 'enable')
    const replays = await Promise.all(
      [1, 2, 3].map(() => startReplay(workspace, { endpointId: endpoint.id, missed: true })),
    )
    const done = await Promise.all(replays.map(({ id }) => inState(workspace, id, 'finished')))
    expect(done.reduce((sum, one) => sum + one.queued, 0)).toBe(151)
    await until(() => hook.summary().total >= 151)
    const { rows } = await hub.pool.query<{ count: number }>(
      `select count(*) as count from (select id from delivery_queue where endpoint_id = $1
       union all select id from deliveries where endpoint_id = $1) found`,
      [endpoint.id],
    )
    expect([rows[0]!.count, hook.summary().distinct]).toEqual([151, 151])
    const later = await startReplay(workspace, { endpointId: endpoint.id, missed: true })
    expect(await inState(workspace, later.id, 'finished')).toMatchObject({ queued: 0, skipped: 0 })
    expect(missed.length).toBe(150)
  })

  it('asks channels and filter of the endpoint', async () => {
    const settings = { channels: ['eu'], filter: { amount: { $gte: 10 } } }
    const { workspace, hook, endpoint } = await disabledWithWaiting('conditions', 0, settings)
    const made = async (amount: number, channels: string[]) =>
      (await workspace.request('POST', '/v1/events', { type: 'a.b', data: { amount }, channels })).body.id
    const wanted = await made(10, ['eu', 'us'])
    await made(10, ['us'])
    await made(9, ['eu'])
    const enabled = await ask(workspace, endpoint.id, 'enable', { replay: 'missed' })
    expect(await inState(workspace, enabled.body.replayId!, 'finished')).toMatchObject({ lookedAt: 3, queued: 1 })
    await until(() => hook.summary().total === 1)
    expect(hook.arrivals().map(arrival => arrival.id)).toEqual([wanted])
  })

  it('leaves to its expansion what an event will still come to', async () => {
    const { workspace, endpoint } = await disabledWithWaiting('expanding', 1)
    const [expanding, expanded] = (await publishMany(workspace, 2)) as [string, string]
    await ask(workspace, endpoint.id, 'enable')
    await ask(workspace, endpoint.id, 'pause')
    const lease = "insert into event_fanouts values ($1, $2, $3, now() + interval '1 hour')"
    await hub.pool.query(lease, [expanding, workspace.workspaceId, ''])
    await hub.pool.query(lease, [expanded, workspace.workspaceId, endpoint.id])
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, missed: true })
    expect(await inState(workspace, id, 'finished')).toMatchObject({ queued: 2 })
    expect((await deliveriesOf(workspace, '?status=held')).map(one => one.eventId)).not.toContain(expanding)
    await hub.pool.query('delete from event_fanouts')
  })

  it('skips what has no payload any more, and waits while enough is waiting', async () => {
    const { workspace, hook, endpoint } = await disabledWithWaiting('enough', 1)
    const missed = await publishMany(workspace, 400)
    await workspace.request('DELETE', `/v1/events/${missed[0]}/payload`)
    await ask(workspace, endpoint.id, 'enable')
    await ask(workspace, endpoint.id, 'pause')
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, missed: true })
    await until(async () => (await replayOf(workspace, id)).queued >= 200)
    await sleep(500)
    const standing = await replayOf(workspace, id)
    expect(standing).toMatchObject({ state: 'running', skipped: 1 })
    // The batch that reached the limit may have gone beyond it.
    expect(standing.queued).toBeLessThan(250)
    await ask(workspace, endpoint.id, 'resume')
    expect(await inState(workspace, id, 'finished')).toMatchObject({ queued: 400, skipped: 1 })
    await until(() => hook.summary().distinct === 400)
  })

  it('needs an endpoint, of the same workspace', async () => {
    const workspace = await createWorkspace(hub)
    const { endpoint } = await disabledWithWaiting('foreign', 1)
    const answers = [
      await workspace.request('POST', '/v1/replays', { missed: true, from: hourAgo() }),
      await workspace.request('POST', '/v1/replays', { missed: true, from: hourAgo(), endpointId: endpoint.id }),
      await workspace.request('POST', `/v1/endpoints/${endpoint.id}/enable`, { replay: 'missed' }),
    ]
    expect(answers.map(answer => answer.body.error.code)).toEqual([
      'INVALID_REQUEST',
      'ENDPOINT_NOT_FOUND',
      'ENDPOINT_NOT_FOUND',
    ])
  })
})
