import { createPartitions, dropExpiredPartitions } from '../../src/db/partitions.ts'
import { expireWaiting } from '../../src/delivery/by-hand/expire-waiting.ts'
import { expireReplays } from '../../src/delivery/by-hand/replay-store.ts'
import type { Hub } from '../../src/hub.ts'
import { lowestIdAt } from '../../src/ids.ts'
import {
  createDeliveringHub,
  createSubscriber,
  deliveriesOf,
  publish,
  settled,
  startTestReceiver,
  until,
} from '../support/delivery.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'

const dayMs = 86_400_000
const receiver = await startTestReceiver()
const [keeping, waiting, hub] = [await createDeliveringHub(), await createTestHub(), await createDeliveringHub()]

async function rowsOf(of: Hub, table: string, workspaceId?: string): Promise<number> {
  const { rows } = await of.pool.query<{ count: number }>(
    `select count(*) as count from ${table} ${workspaceId === undefined ? '' : 'where workspace_id = $1'}`,
    workspaceId === undefined ? [] : [workspaceId],
  )
  return rows[0]!.count
}

describe('the payloads of each class', () => {
  it('go at their time, while the trail stays for ninety days', async () => {
    const { workspace, hook } = await createSubscriber(keeping, receiver, 'kept')
    for (const payloadDays of [7, 30, 90]) {
      await workspace.request('PATCH', '/v1/delivery-settings', { payloadDays })
      hook.answerWith(500)
      const event = await publish(workspace)
      await until(async () => (await deliveriesOf(workspace, `?eventId=${event}`))[0]?.attempts === 1)
      hook.answerWith(200)
      await settled(workspace, event)
    }
    const kept = async (days: number) => {
      await dropExpiredPartitions(keeping, {}, Date.now() + days * dayMs)
      const of = (table: string) => rowsOf(keeping, table, workspace.workspaceId)
      const trail = [await of('events'), await of('deliveries'), (await of('delivery_attempts')) >= 3]
      return { payloads: await rowsOf(keeping, 'event_payloads'), trail }
    }
    const whole = [3, 3, true]
    expect(await kept(7)).toEqual({ payloads: 3, trail: whole })
    expect(await kept(8)).toEqual({ payloads: 2, trail: whole })
    expect(await kept(30)).toEqual({ payloads: 2, trail: whole })
    expect(await kept(31)).toEqual({ payloads: 1, trail: whole })
    expect(await kept(90)).toEqual({ payloads: 1, trail: whole })
    expect(await kept(91)).toEqual({ payloads: 0, trail: [0, 0, false] })
  })
})

describe('what waits for a payload that is gone', () => {
  it('fails when its turn comes', async () => {
    const { workspace, endpoint } = await createSubscriber(hub, receiver, 'late')
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/pause`)
    const event = await publish(workspace)
    await hub.pool.query('delete from event_payloads where event_id = $1', [event])
    await workspace.request('POST', `/v1/endpoints/${endpoint.id}/resume`)
    expect((await settled(workspace, event)).map(one => [one.status, one.reason])).toEqual([
      ['failed', 'payload_expired'],
    ])
  })

  it('fails though its turn never comes, and none whose payload is there', async () => {
    const { workspaceId, request } = await createWorkspace(waiting)
    const queue = async (age: number, days: number) => {
      const at = Date.now() - age * dayMs
      if (age < 90) await createPartitions(waiting.db, at)
      const id = lowestIdAt('delivery', new Date(at))
      await waiting.pool.query(
        `insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held)
         values ($1, $2, 'ep_paused', 'evt_old', 10, $3, true)`,
        [id, workspaceId, days],
      )
      return id
    }
    const gone = [await queue(8.1, 7), await queue(31.1, 30), await queue(89.1, 90)]
    const without = await queue(200, 30)
    const there = [await queue(6, 7), await queue(29, 30), await queue(88, 90), await queue(10, 30)]
    // A batch of one, in turns, until there is less.
    let ended = 0
    for (let some = 1; some > 0; ended += some) some = await expireWaiting(waiting, 1)
    expect(ended).toBe(4)
    const { rows } = await waiting.pool.query<{ id: string }>('select id from delivery_queue order by id')
    expect(rows.map(row => row.id)).toEqual([...there].sort())
    for (const id of gone) {
      const shown = await request('GET', `/v1/deliveries/${id}`)
      expect([shown.body['status'], shown.body['reason']]).toEqual(['failed', 'payload_expired'])
    }
    expect((await request('GET', `/v1/deliveries/${without}`)).status).toBe(404)
  })
})

describe('replays', () => {
  it('are forgotten ninety days after their end', async () => {
    const { workspaceId } = await createWorkspace(waiting)
    for (const [n, finished] of ["now() - interval '91 days'", "now() - interval '89 days'", 'null'].entries()) {
      await waiting.pool.query(
        `insert into replays (id, workspace_id, from_at, to_at, statuses, cursor, actor, finished_at)
         values ($1, $2, now(), now(), '{failed}', 'dlv_', 'test', ${finished})`,
        [`rpl_${n}`, workspaceId],
      )
    }
    expect(await expireReplays(waiting.db, 10)).toBe(1)
    const { rows } = await waiting.pool.query('select id from replays order by id')
    expect(rows).toEqual([{ id: 'rpl_1' }, { id: 'rpl_2' }])
  })
})
