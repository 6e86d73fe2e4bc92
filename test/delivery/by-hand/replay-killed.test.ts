import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { moveReplay } from '../../../src/delivery/by-hand/replay-step.ts'
import { until } from '../../support/delivery.ts'
import { createTestHub, environmentOf } from '../../support/hub.ts'
import { inState, publishMany, replayOf, replayPolicy, startReplay, withCancelled } from './replays.ts'

const hub = await createTestHub({ deliveryPolicy: replayPolicy })
const children: ChildProcess[] = []

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** A worker of its own, which can be killed; it moves 500 deliveries at a time. */
function startWorker(): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'workers/main.ts'], {
    env: {
      ...process.env,
      ...environmentOf(hub),
      ...{ WORKER_TASK_QUEUES: 'workflows', WORKER_METRICS_PORT: '0', NODE_OPTIONS: '' },
    },
    stdio: 'ignore',
  })
  children.push(child)
  return child
}

async function rowsOf(endpointId: string) {
  const { rows } = await hub.pool.query<{ waiting: number; finished: number; both: number }>(
    `select (select count(*) from delivery_queue where endpoint_id = $1) as waiting,
       (select count(*) from deliveries where endpoint_id = $1) as finished,
       (select count(*) from delivery_queue q join deliveries d on d.id = q.id where q.endpoint_id = $1) as both`,
    [endpointId],
  )
  return rows[0]
}

const url = 'http://127.0.0.1:9/'

describe('a replay', () => {
  it('goes on where it was when its worker is killed in the middle of a batch: nothing twice, nothing left out', async () => {
    const { workspace, endpoint } = await withCancelled(hub, url, 3_000)
    const { rows } = await hub.pool.query<{ id: string }>(
      'select id from deliveries where endpoint_id = $1 order by id offset 1200 limit 1',
      [endpoint.id],
    )
    const blocker = await (await createTestHub({ beside: hub })).pool.connect()
    await blocker.query('begin')
    await blocker.query('select from deliveries where id = $1 for update', [rows[0]!.id])
    const worker = startWorker()
    const { id } = await startReplay(workspace, { endpointId: endpoint.id, statuses: ['cancelled'] })
    const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await until(async () => (await hub.pool.query(blocked)).rowCount === 1, 40_000)
    worker.kill('SIGKILL')
    expect(await replayOf(workspace, id)).toMatchObject({ state: 'running', queued: 1_000, lookedAt: 1_000 })
    await blocker.query('rollback')
    blocker.release()
    startWorker()
    expect(await inState(workspace, id, 'finished', 60_000)).toMatchObject({ lookedAt: 3_000, queued: 3_000 })
    expect(await rowsOf(endpoint.id)).toEqual({ waiting: 3_000, finished: 0, both: 0 })
  }, 120_000)

  it('is moved once by steps that run doubled', async () => {
    const { workspace, endpoint } = await withCancelled(hub, url, 150)
    // No worker serves this one.
    const id = `rpl_${randomUUID()}`
    await hub.pool.query(
      `insert into replays (id, workspace_id, endpoint_id, from_at, to_at, statuses, cursor, actor)
       values ($1, $2, $3, now() - interval '1 hour', now(), '{cancelled}', 'dlv_', 'test')`,
      [id, workspace.workspaceId, endpoint.id],
    )
    const input = { workspaceId: workspace.workspaceId, replayId: id, endpointId: endpoint.id }
    const signal = new AbortController().signal
    const steps = await Promise.all([1, 2, 3].map(() => moveReplay(hub, input, 0, signal)))
    expect(steps.every(step => step.state === 'finished')).toBe(true)
    expect(await replayOf(workspace, id)).toMatchObject({ lookedAt: 150, queued: 150, skipped: 0 })
    expect(await rowsOf(endpoint.id)).toEqual({ waiting: 150, finished: 0, both: 0 })
    const late = await moveReplay(hub, input, 0, signal)
    expect(late).toMatchObject({ state: 'finished', lookedAt: 150, queued: 150, moved: false })
  })

  it('makes one delivery of a missed event when several replays meet at it', async () => {
    const { workspace, endpoint } = await withCancelled(hub, url, 1)
    const ids = Array.from({ length: 6 }, () => `rpl_${randomUUID()}`)
    await hub.pool.query('delete from deliveries where endpoint_id = $1', [endpoint.id])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/disable`)
    await publishMany(workspace, 150)
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/enable`)
    for (const id of ids) {
      await hub.pool.query(
        `insert into replays (id, workspace_id, endpoint_id, from_at, to_at, statuses, missed, cursor, actor)
         values ($1, $2, $3, now() - interval '1 hour', now(), '{failed}', true, 'evt_', 'test')`,
        [id, workspace.workspaceId, endpoint.id],
      )
    }
    await sleep(replayPolicy.replaySettleMs)
    const signal = new AbortController().signal
    const of = (id: string) => ({ workspaceId: workspace.workspaceId, replayId: id, endpointId: endpoint.id })
    const steps = await Promise.all(ids.map(id => moveReplay(hub, of(id), 0, signal)))
    expect(steps.reduce((sum, step) => sum + step.queued, 0)).toBe(151)
    expect(await rowsOf(endpoint.id)).toEqual({ waiting: 151, finished: 0, both: 0 })
  })
})
