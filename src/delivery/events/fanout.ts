import type pg from 'pg'
import type { DeliveryParts } from '../parts.ts'
import { conditionOf } from './filters/endpoint-condition.ts'
import { matchesType } from './types/event-types.ts'
import { looksPerTest, type Looks } from './filters/filter.ts'
import { mintDeliveryId } from '../mint.ts'
import { dataOf } from './payload.ts'

const stepEndpoints = 2_000
const stepsAtOnce = 10
/** The most values that the filters of one step compare, so that other work gets its turn. */
const looksPerStep = 500_000

/**
 * Expands events that go to more endpoints than one publish handles. Each step creates deliveries and advances the event's
 * cursor in one statement. Gives how many deliveries it created.
 */
export async function expandFanouts(hub: DeliveryParts, pool: pg.Pool): Promise<number> {
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
        select l.*, e.type, e.size, e.payload_days, e.ordering_key, e.channels, e.deliver_at
        from leased l left join events e on e.id = l.event_id`,
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
  ordering_key: string | null
  channels: string[] | null
  deliver_at: Date | null
}

async function expandStep(hub: DeliveryParts, pool: pg.Pool, fanout: Fanout): Promise<number> {
  const endpoints = await hub.db
    .selectFrom('endpoints')
    .select(['id', 'event_types', 'mode', 'gated', 'ordered', 'channels', 'filter'])
    .where('workspace_id', '=', fanout.workspace_id)
    .where('id', '>', fanout.after_endpoint_id)
    .where('id', '<', fanout.event_id.replace(/^evt_/, 'ep_'))
    .orderBy('id')
    .limit(stepEndpoints)
    .execute()
  if (endpoints.length === 0 || fanout.type === null) {
    await pool.query('delete from event_fanouts where event_id = $1 and workspace_id = $2', [
      fanout.event_id,
      fanout.workspace_id,
    ])
    return 0
  }
  const { matched, lastId } = await matchStep(hub, fanout, fanout.type, endpoints)
  await pool.query({
    name: 'expand-fanout',
    text: `
      with advanced as (
        update event_fanouts set after_endpoint_id = $5, leased_until = '-infinity'
        where event_id = $1 and workspace_id = $2 and after_endpoint_id = $6 returning event_id
      )
      insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held, gated, ordering_key, due_at)
      select d.id, $2, d.endpoint_id, $1, $7, $8, d.held, d.gated, d.ordering_key, greatest($12::timestamptz, now())
      from unnest($3::text[], $4::text[], $9::boolean[], $10::boolean[], $11::text[])
        as d(id, endpoint_id, held, gated, ordering_key) where exists (select from advanced)`,
    values: [
      fanout.event_id,
      fanout.workspace_id,
      matched.map(() => mintDeliveryId(fanout.event_id)),
      matched.map(one => one.id),
      lastId,
      fanout.after_endpoint_id,
      fanout.size,
      fanout.payload_days,
      matched.map(one => one.gated || one.mode !== 'open'),
      matched.map(one => one.gated),
      matched.map(one => (one.ordered ? (fanout.ordering_key ?? '') : null)),
      fanout.deliver_at,
    ],
  })
  return matched.length
}

interface StepEndpoint {
  id: string
  event_types: string[]
  mode: string
  gated: boolean
  ordered: boolean
  channels: string[] | null
  filter: Record<string, unknown> | null
}

/**
 * Selects the endpoints of a step that take the event, until the looks run out. `lastId` is the last endpoint that was checked.
 */
async function matchStep(
  hub: DeliveryParts,
  fanout: Fanout,
  type: string,
  endpoints: readonly StepEndpoint[],
): Promise<{ matched: StepEndpoint[]; lastId: string }> {
  const looks: Looks = { left: looksPerStep }
  const matched: StepEndpoint[] = []
  let data: { value: unknown } | undefined
  let lastId = fanout.after_endpoint_id
  for (const endpoint of endpoints) {
    if (endpoint.mode !== 'disabled' && matchesType(endpoint.event_types, type)) {
      if (looks.left < looksPerTest) break
      if (endpoint.filter !== null) data ??= { value: await storedData(hub, fanout) }
      const condition = conditionOf(endpoint)
      if (!condition || condition({ channels: fanout.channels, data: data?.value }, looks)) matched.push(endpoint)
    }
    lastId = endpoint.id
  }
  return { matched, lastId }
}

/** An event's data as it was stored; none when its payload is gone. */
async function storedData(hub: DeliveryParts, { event_id: id, payload_days: days }: Fanout): Promise<unknown> {
  const row = await hub.db
    .selectFrom('event_payloads')
    .select('body')
    .where('payload_days', '=', days)
    .where('event_id', '=', id)
    .executeTakeFirst()
  return row && dataOf(row.body)
}
