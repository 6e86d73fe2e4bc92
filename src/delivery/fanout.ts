import type pg from 'pg'
import type { Hub } from '../hub.ts'
import { matchesType } from './event-types.ts'
import { mintDeliveryId } from './mint.ts'

const stepEndpoints = 2_000
const stepsAtOnce = 10

/**
 * Makes the deliveries of events that go to more endpoints than one publish makes, in steps that each advance the event's
 * cursor in the statement that makes them. Gives how many deliveries were made.
 */
export async function expandFanouts(hub: Hub, pool: pg.Pool): Promise<number> {
  let made = 0
  for (let step = 0; step < stepsAtOnce; step++) {
    const { rows } = await pool.query<Fanout>({
      name: 'lease-fanout',
      text: `
        with next as (
          select event_id from event_fanouts where leased_until < now() order by event_id limit 1 for update skip locked
        ), leased as (
          update event_fanouts f set leased_until = now() + interval '30 seconds' from next where f.event_id = next.event_id
          returning f.event_id, f.workspace_id, f.after_endpoint_id
        )
        select l.*, e.type, e.size, e.payload_days from leased l left join events e on e.id = l.event_id`,
    })
    const fanout = rows[0]
    if (!fanout) break
    made += await expandStep(hub, pool, fanout)
  }
  return made
}

interface Fanout {
  event_id: string
  workspace_id: string
  after_endpoint_id: string
  type: string | null
  size: number
  payload_days: number
}

async function expandStep(hub: Hub, pool: pg.Pool, fanout: Fanout): Promise<number> {
  const endpoints = await hub.db
    .selectFrom('endpoints')
    .select(['id', 'event_types', 'mode'])
    .where('workspace_id', '=', fanout.workspace_id)
    .where('id', '>', fanout.after_endpoint_id)
    .where('id', '<', fanout.event_id.replace(/^evt_/, 'ep_'))
    .orderBy('id')
    .limit(stepEndpoints)
    .execute()
  const last = endpoints.at(-1)
  if (!last || fanout.type === null) {
    await pool.query('delete from event_fanouts where event_id = $1 and workspace_id = $2', [
      fanout.event_id,
      fanout.workspace_id,
    ])
    return 0
  }
  const { type } = fanout
  const matched = endpoints.filter(one => one.mode !== 'disabled' && matchesType(one.event_types, type))
  await pool.query({
    name: 'expand-fanout',
    text: `
      with advanced as (
        update event_fanouts set after_endpoint_id = $5, leased_until = '-infinity'
        where event_id = $1 and workspace_id = $2 and after_endpoint_id = $6 returning event_id
      )
      insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held)
      select d.id, $2, d.endpoint_id, $1, $7, $8, d.held
      from unnest($3::text[], $4::text[], $9::boolean[]) as d(id, endpoint_id, held) where exists (select from advanced)`,
    values: [
      fanout.event_id,
      fanout.workspace_id,
      matched.map(() => mintDeliveryId(fanout.event_id)),
      matched.map(one => one.id),
      last.id,
      fanout.after_endpoint_id,
      fanout.size,
      fanout.payload_days,
      matched.map(one => one.mode !== 'open'),
    ],
  })
  return matched.length
}
