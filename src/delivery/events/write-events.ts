import { CompiledQuery } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { DeliveryParts } from '../parts.ts'
import type { Looks } from './filters/filter.ts'
import { mintDeliveryId } from '../mint.ts'
import type { PreparedEvent } from './payload.ts'
import type { Subscriptions } from './subscriptions.ts'

/** A publish that makes more deliveries than this is expanded by the dispatcher. */
export const fanoutLimit = 10_000

/** The dispatcher also expands a publish whose filters would compare more values than this. */
const looksPerWrite = 500_000

/** Runs a statement: on the pool as a prepared statement, or in the caller's transaction. */
export type RunStatement = (name: string, text: string, values: unknown[]) => Promise<{ id: string }[]>

export function runOnPool(pool: Pick<DeliveryParts['pool'], 'query'>): RunStatement {
  return async (name, text, values) => (await pool.query<{ id: string }>({ name, text, values })).rows
}

export function runOnExecutor(db: Executor): RunStatement {
  return async (_name, text, values) => (await db.executeQuery<{ id: string }>(CompiledQuery.raw(text, values))).rows
}

/** What was written: the ids of events whose caller's id did not exist before, and whether some have met rules. */
export interface Written {
  ids: Set<string>
  hasMetRules: boolean
}

/**
 * Writes events, payloads, queue rows and the rules that were met in one statement, provided that each workspace's endpoints still
 * have the version that matched the events. Gives undefined, with nothing written, when a version was stale.
 */
export async function writeEvents(
  run: RunStatement,
  events: readonly PreparedEvent[],
  subscriptions: ReadonlyMap<string, Subscriptions>,
  eventKeyMs: number,
): Promise<Written | undefined> {
  const keyed = events.some(event => event.callerId !== null)
  const deliveries = { ids: '', endpoints: '', events: '', held: '' }
  const gates: boolean[] = []
  const keys: (string | null)[] = []
  let gated = false
  const fanouts: number[] = []
  const sizes: number[] = []
  const days: number[] = []
  const looks: Looks = { left: looksPerWrite }
  const met = { rules: '', events: '' }
  const ruleLooks: Looks = { left: looksPerWrite }
  let extended = false
  let made = 0
  for (const [index, event] of events.entries()) {
    const current = subscriptions.get(event.workspaceId)!
    const subscribers =
      event.onlyTo === undefined ? current.subscribersOf(event, looks) : [current.subscriber(event.onlyTo) ?? []].flat()
    extended ||= event.channels !== null || event.orderingKey !== null || event.deliverAt !== null
    sizes.push(event.body.length)
    days.push(current.payloadDays)
    // Only what the product publishes: a run's own events would start it again.
    if (event.checked) {
      for (const ruleId of current.rulesMetBy(event, ruleLooks)) {
        met.rules += `,${ruleId}`
        met.events += `,${index + 1}`
      }
    }
    if (!subscribers || subscribers.length + made > fanoutLimit) {
      fanouts.push(index + 1)
      continue
    }
    made += subscribers.length
    for (const subscriber of subscribers) {
      const { endpointId, held } = subscriber
      if (endpointId === event.except) continue
      deliveries.ids += `,${mintDeliveryId(event.id)}`
      deliveries.endpoints += `,${endpointId}`
      deliveries.events += `,${index + 1}`
      deliveries.held += held ? ',t' : ',f'
      gates.push(subscriber.gated)
      keys.push(subscriber.ordered ? (event.orderingKey ?? '') : null)
      gated ||= subscriber.gated
    }
  }
  const hasMetRules = met.rules !== ''
  const bits = [keyed, fanouts.length > 0, gated, extended, hasMetRules]
  const variant = variants[bits.reduce((sum, isSet, bit) => sum + (isSet ? 1 << bit : 0), 0)]!
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
  if (gated) values.push(gates, keys)
  if (extended)
    values.push(
      events.map(event => event.channels && quotedArrayOf(event.channels)),
      events.map(event => event.orderingKey),
      events.map(event => event.deliverAt),
    )
  if (hasMetRules) values.push(`{${met.rules.slice(1)}}`, `{${met.events.slice(1)}}`)
  const rows = await run(variant.name, variant.text, values)
  const ids = new Set(rows.map(row => row.id))
  // The first row answers for the versions: it is there exactly when they held.
  return ids.delete('current') ? { ids, hasMetRules } : undefined
}

/** A Postgres array literal of values that need no quotes: ids, event types, numbers. */
function arrayOf(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`
}

/** One of any texts. */
function quotedArrayOf(texts: readonly string[]): string {
  return `{${texts.map(text => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join()}}`
}

/** The statements that events are written by. Exported for the test of what they give. */
export const variants = Array.from({ length: 32 }, (_, bits) => {
  const has = (bit: number) => (bits & bit) > 0
  const variant = { keyed: has(1), fanout: has(2), gated: has(4), extended: has(8), ruled: has(16) }
  const names = Object.entries(variant).flatMap(([name, isSet]) => (isSet ? [`-${name}`] : []))
  return { name: `publish${names.join('')}`, text: statement(variant) }
})

type Variant = Record<'keyed' | 'fanout' | 'gated' | 'extended' | 'ruled', boolean>

// The primary key of delivery_settings answers for the version. The bodies come as one value with their sizes: an array of
// them would have to be quoted here and parsed there. An ordered endpoint's deliveries get their places in line here, in the order
// of the events; one that is not due yet must be left without (see queue-row.ts).
function statement({ keyed, fanout, gated, extended, ruled }: Variant): string {
  const source = keyed ? 'accepted' : 'input'
  const gates = 13 + (keyed ? 3 : 0) + (fanout ? 1 : 0)
  const extras = gates + (gated ? 2 : 0)
  const met = extras + (extended ? 3 : 0)
  const due = 'greatest(e.deliver_at, now())'
  return `
    with settled as materialized (
      select 'current' as id where not exists (
        select from unnest($1::text[], $2::bigint[]) as matched(workspace_id, version)
        left join delivery_settings s on s.workspace_id = matched.workspace_id
        where coalesce(s.endpoints_version, 0) <> matched.version)
    ), input as materialized (
      select i.*, (sum(size) over (order by n) - size + 1)::int as start
      from unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::smallint[]${keyed ? ', $13::text[], $14::bytea[]' : ''}${
        extended ? `, $${extras}::text[], $${extras + 1}::text[], $${extras + 2}::timestamptz[]` : ''
      })
        with ordinality as i(id, workspace_id, type, size, payload_days${keyed ? ', caller_id, hash' : ''}${
          extended ? ', channels, ordering_key, deliver_at' : ''
        }, n)
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
      insert into events (id, workspace_id, type, size, payload_days, caller_id${
        extended ? ', channels, ordering_key, deliver_at' : ''
      })
      select id, workspace_id, type, size, payload_days, ${keyed ? 'caller_id' : 'null'}${
        extended ? ', channels::text[], ordering_key, deliver_at' : ''
      } from ${source}
    ), stored as (
      insert into event_payloads (payload_days, event_id, body)
      select payload_days, id, substr($8::bytea, start, size) from ${source}
    ), queued as (
      insert into delivery_queue (id, workspace_id, endpoint_id, event_id, size, payload_days, held${
        gated ? ', gated, ordering_key, sequence' : ''
      }${extended ? ', due_at' : ''})${
        gated
          ? `
      select id, workspace_id, endpoint_id, event_id, size, payload_days, held, gated, ordering_key,
        case when ordering_key is not null${extended ? ' and due_at <= now()' : ''} then nextval('delivery_sequence') end${
          extended ? ', due_at' : ''
        }
      from (
        select d.id, e.workspace_id, d.endpoint_id, e.id as event_id, e.size, e.payload_days, d.held, d.gated, d.ordering_key${
          extended ? `, ${due} as due_at` : ''
        }
        from unnest($9::text[], $10::text[], $11::bigint[], $12::boolean[], $${gates}::boolean[], $${gates + 1}::text[])
          as d(id, endpoint_id, n, held, gated, ordering_key)
        join ${source} e on e.n = d.n order by d.n
      ) lined`
          : `
      select d.id, e.workspace_id, d.endpoint_id, e.id, e.size, e.payload_days, d.held${extended ? `, ${due}` : ''}
      from unnest($9::text[], $10::text[], $11::bigint[], $12::boolean[]) as d(id, endpoint_id, n, held)
      join ${source} e on e.n = d.n`
      }
    )${
      fanout
        ? `, expanding as (
      insert into event_fanouts (event_id, workspace_id)
      select e.id, e.workspace_id from unnest($${keyed ? 16 : 13}::bigint[]) as f(n) join ${source} e on e.n = f.n
    )`
        : ''
    }${
      ruled
        ? `, meeting as (
      insert into rules_met (workspace_id, rule_id, event_id, due_at)
      select distinct e.workspace_id, m.rule_id, ${
        extended ? `case when e.deliver_at > now() then e.id end, ${due}` : 'null, now()'
      }
      from unnest($${met}::text[], $${met + 1}::bigint[]) as m(rule_id, n) join ${source} e on e.n = m.n
    )`
        : ''
    }
    select id from settled ${keyed ? `union all select id from ${source}` : ''}`
}
