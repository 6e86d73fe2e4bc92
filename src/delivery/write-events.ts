import { CompiledQuery } from 'kysely'
import type { Executor } from '../db/database.ts'
import type { Hub } from '../hub.ts'
import { mintDeliveryId } from './mint.ts'
import type { PreparedEvent } from './payload.ts'
import type { Subscriptions } from './subscriptions.ts'

/** A publish that makes more deliveries than this is expanded by the dispatcher. */
export const fanoutLimit = 10_000

/** What runs a statement: the pool with a prepared statement, or the caller's transaction. */
export type RunStatement = (name: string, text: string, values: unknown[]) => Promise<{ id: string }[]>

export function runOnPool(pool: Hub['pool']): RunStatement {
  return async (name, text, values) => (await pool.query<{ id: string }>({ name, text, values })).rows
}

export function runOnExecutor(db: Executor): RunStatement {
  return async (_name, text, values) => (await db.executeQuery<{ id: string }>(CompiledQuery.raw(text, values))).rows
}

/**
 * Writes events, payloads and queue rows in one statement, if every workspace's endpoints still have the version that the
 * events are matched with; otherwise it writes nothing. Gives the ids that were written (without those whose caller's id
 * was there before), or undefined when a version was stale.
 */
export async function writeEvents(
  run: RunStatement,
  events: readonly PreparedEvent[],
  subscriptions: ReadonlyMap<string, Subscriptions>,
  eventKeyMs: number,
): Promise<Set<string> | undefined> {
  const keyed = events.some(event => event.callerId !== null)
  const deliveries = { ids: '', endpoints: '', events: '', held: '' }
  const fanouts: number[] = []
  const sizes: number[] = []
  const days: number[] = []
  let made = 0
  for (const [index, event] of events.entries()) {
    const current = subscriptions.get(event.workspaceId)!
    const subscribers =
      event.onlyTo === undefined ? current.subscribersOf(event.type) : [{ endpointId: event.onlyTo, held: false }]
    sizes.push(event.body.length)
    days.push(current.payloadDays)
    if (subscribers.length + made > fanoutLimit) {
      fanouts.push(index + 1)
      continue
    }
    made += subscribers.length
    for (const { endpointId, held } of subscribers) {
      if (endpointId === event.except) continue
      deliveries.ids += `,${mintDeliveryId(event.id)}`
      deliveries.endpoints += `,${endpointId}`
      deliveries.events += `,${index + 1}`
      deliveries.held += held ? ',t' : ',f'
    }
  }
  const variant = variants[(keyed ? 1 : 0) + (fanouts.length > 0 ? 2 : 0)]!
  const values: unknown[] = [
    arrayOf([...subscriptions.keys()]),
    arrayOf([...subscriptions.values()].map(current => current.version)),
    arrayOf(events.map(event => event.id)),
    arrayOf(events.map(event => event.workspaceId)),
    arrayOf(events.map(event => event.type)),
    arrayOf(sizes),
    arrayOf(days),
    Buffer.concat(events.map(event => event.body)),
    `{${deliveries.ids.slice(1)}}`,
    `{${deliveries.endpoints.slice(1)}}`,
    `{${deliveries.events.slice(1)}}`,
    `{${deliveries.held.slice(1)}}`,
  ]
  if (keyed)
    values.push(
      events.map(event => event.callerId),
      events.map(event => event.hash),
      eventKeyMs,
    )
  if (fanouts.length > 0) values.push(fanouts)
  const rows = await run(variant.name, variant.text, values)
  const written = new Set(rows.map(row => row.id))
  // The first row answers for the versions: it is there exactly when they held.
  return written.delete('current') ? written : undefined
}

/** A Postgres array literal of values that need no quotes: ids, event types, numbers. */
function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}

const variants = [false, true].flatMap(fanout =>
  [false, true].map(keyed => ({
    name: `publish${keyed ? '-keyed' : ''}${fanout ? '-fanout' : ''}`,
    text: statement(keyed, fanout),
  })),
)

// The primary key of delivery_settings answers for the version. The bodies come as one value with their sizes: an array of
// them would have to be quoted here and parsed there.
function statement(keyed: boolean, fanout: boolean): string {
  const source = keyed ? 'accepted' : 'input'
  return `
    with settled as materialized (
      select 'current' as id where not exists (
        select from unnest($1::text[], $2::bigint[]) as matched(workspace_id, version)
        left join delivery_settings s on s.workspace_id = matched.workspace_id
        where coalesce(s.endpoints_version, 0) <> matched.version)
    ), input as materialized (
      select i.*, (sum(size) over (order by n) - size + 1)::int as start
      from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::smallint[]${keyed ? ', $13::text[], $14::bytea[]' : ''})
        with ordinality as i(id, workspace_id, type, size, payload_days${keyed ? ', caller_id, hash' : ''}, n)
      where exists (select from settled)
    )${
      keyed
        ? `, fresh as (
      insert into event_keys (workspace_id, key, event_id, body_hash, expires_at)
      select workspace_id, caller_id, id, hash, now() + $15::bigint * interval '1 ms' from input where caller_id is not null
      on conflict do nothing returning event_id
    ), accepted as materialized (
      select * from input where caller_id is null or id in (select event_id from fresh)
    )`
        : ''
    }, written as (
      insert into events (id, workspace_id, type, size, payload_days, caller_id)
      select id, workspace_id, type, size, payload_days, ${keyed ? 'caller_id' : 'null'} from ${source}
    ), stored as (
      insert into event_payloads (payload_days, event_id, body)
      select payload_days, id, substr($8::bytea, start, size) from ${source}
    ), queued as (
      insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held)
      select d.id, e.workspace_id, d.endpoint_id, e.id, e.size, e.payload_days, d.held
      from unnest($9::text[], $10::text[], $11::bigint[], $12::boolean[]) as d(id, endpoint_id, n, held)
      join ${source} e on e.n = d.n
    )${
      fanout
        ? `, expanding as (
      insert into event_fanouts (event_id, workspace_id)
      select e.id, e.workspace_id from unnest($${keyed ? 16 : 13}::bigint[]) as f(n) join ${source} e on e.n = f.n
    )`
        : ''
    }
    select id from settled ${keyed ? `union all select id from ${source}` : ''}`
}
