import type pg from 'pg'
import type { EndpointMode } from '../contract.ts'

/** The right to send to a gated endpoint, until it ends. */
export interface Gate {
  endpointId: string
  workspaceId: string
  fence: number
  /**
   * An instant of `performance.now()`, counted from before the statement. So the lease ends here before it ends in the
   * database.
   */
  endsAt: number
  /** For so long requests are counted ahead, by the rate limit. */
  rateAheadMs: number
}

/**
 * Builds the expression `gate` of a statement that only the holder may carry out. The expression has a row while the holder has
 * the gate, and keeps others from taking it until the statement is done. A process that was frozen thus changes nothing when it
 * wakes too late.
 */
export const heldGate = (endpointId: string, fence: string) => `gate as materialized (
    select from endpoint_gates where endpoint_id = ${endpointId} and fence = ${fence} and leased_until > now() for share
  )`

interface Row {
  endpointId: string
  workspaceId: string
  fence: number
  rateAheadMs: number | null
}

const lists = (rows: readonly (string | number)[]) => `{${rows.join()}}`

/** Takes the gates that nobody holds. Primary key of endpoint_gates. */
export async function takeGates(
  pool: pg.Pool,
  endpoints: readonly { endpointId: string; workspaceId: string }[],
  leaseMs: number,
): Promise<Gate[]> {
  const endsAt = performance.now() + leaseMs
  const { rows } = await pool.query<Row>({
    name: 'take-gates',
    text: `
      insert into endpoint_gates as g (endpoint_id, workspace_id, leased_until, fence)
      select id, workspace_id, now() + $3::int * interval '1 ms', nextval('gate_fence')
      from unnest($1::text[], $2::text[]) as wanted(id, workspace_id)
      on conflict (endpoint_id) do update set leased_until = excluded.leased_until, fence = excluded.fence
        where g.leased_until < now()
      returning endpoint_id as "endpointId", workspace_id as "workspaceId", fence,
        extract(epoch from rate_at - now())::float8 * 1000 as "rateAheadMs"`,
    values: [...columns(inOneOrder(endpoints)), leaseMs],
  })
  return rows.map(row => ({ ...row, endsAt, rateAheadMs: row.rateAheadMs ?? 0 }))
}

/** Locked in this order, two processes never wait for each other. */
function inOneOrder<One extends { endpointId: string }>(gates: readonly One[]): One[] {
  return gates.toSorted((a, b) => (a.endpointId < b.endpointId ? -1 : 1))
}

function columns(endpoints: readonly { endpointId: string; workspaceId: string }[]): string[] {
  return [lists(endpoints.map(one => one.endpointId)), lists(endpoints.map(one => one.workspaceId))]
}

/** Renews gates that are still held, and stores how far their rate limits are used. Gives the endpoints renewed. */
export async function renewGates(pool: pg.Pool, gates: readonly Gate[], leaseMs: number): Promise<Set<string>> {
  const ordered = inOneOrder(gates)
  const { rows } = await pool.query<{ id: string }>({
    name: 'renew-gates',
    text: `
      update endpoint_gates g set leased_until = now() + $4::int * interval '1 ms', rate_at = now() + r.ahead * interval '1 ms'
      from unnest($1::text[], $2::bigint[], $3::float8[]) as r(id, fence, ahead)
      where g.endpoint_id = any(array[r.id]) and g.fence = r.fence
      returning g.endpoint_id as id`,
    values: [
      lists(ordered.map(gate => gate.endpointId)),
      lists(ordered.map(gate => gate.fence)),
      lists(ordered.map(gate => (gate.rateAheadMs > 0 ? gate.rateAheadMs : 'NULL'))),
      leaseMs,
    ],
  })
  return new Set(rows.map(row => row.id))
}

/** Gives a gate back: another process may take it at once. */
export async function releaseGate(pool: pg.Pool, gate: Gate): Promise<void> {
  const { endpointId, workspaceId, fence } = gate
  const own = [endpointId, workspaceId, fence]
  if (gate.rateAheadMs <= 0) {
    await pool.query('delete from endpoint_gates where endpoint_id = $1 and workspace_id = $2 and fence = $3', own)
    return
  }
  await pool.query(
    `update endpoint_gates set leased_until = '-infinity', rate_at = now() + $4::float8 * interval '1 ms'
     where endpoint_id = $1 and workspace_id = $2 and fence = $3`,
    [...own, gate.rateAheadMs],
  )
}

/** Forgets gates of dead processes and of rate limits that are free again. */
export async function forgetOldGates(pool: pg.Pool): Promise<void> {
  await pool.query(
    `delete from endpoint_gates where endpoint_id in (
      select endpoint_id from endpoint_gates
      where leased_until < now() - interval '5 minutes' and (rate_at is null or rate_at < now()) limit 1000)`,
  )
}

/** A gated endpoint, or one that was, for which something may be due. */
export interface WaitingEndpoint {
  endpointId: string
  workspaceId: string
  /** Null when the endpoint is gone. */
  mode: EndpointMode | null
  version: number | null
  /** False when it is gated no more. */
  gated: boolean
  /** Some process holds its gate. */
  taken: boolean
}

/**
 * Lists gated endpoints with due deliveries or a line. Steps from endpoint to endpoint through delivery_queue_gated and
 * delivery_queue_line, so its cost grows with the endpoints and not with their deliveries.
 */
export const waitingEndpointsText = `
  with recursive apart as (
    (select endpoint_id, workspace_id, due_at from delivery_queue where gated and sequence is null
      order by endpoint_id, due_at, id limit 1)
    union all
    select next.* from apart, lateral (
      select endpoint_id, workspace_id, due_at from delivery_queue
      where gated and sequence is null and endpoint_id > apart.endpoint_id order by endpoint_id, due_at, id limit 1) next
  ), lined as (
    (select endpoint_id, workspace_id from delivery_queue where sequence is not null
      order by endpoint_id, ordering_key, sequence limit 1)
    union all
    select next.* from lined, lateral (
      select endpoint_id, workspace_id from delivery_queue
      where sequence is not null and endpoint_id > lined.endpoint_id
      order by endpoint_id, ordering_key, sequence limit 1) next
  ), waiting as (
    select endpoint_id, workspace_id from apart where due_at <= now() union select endpoint_id, workspace_id from lined
  )
  select w.endpoint_id as "endpointId", w.workspace_id as "workspaceId", e.mode, e.version, coalesce(e.gated, false) as gated,
    coalesce(g.leased_until > now(), false) as taken
  from waiting w left join endpoints e on e.id = any(array[w.endpoint_id])
  left join endpoint_gates g on g.endpoint_id = any(array[w.endpoint_id])
  limit 10000`

export async function waitingEndpoints(pool: pg.Pool): Promise<WaitingEndpoint[]> {
  return (await pool.query<WaitingEndpoint>({ name: 'waiting-endpoints', text: waitingEndpointsText })).rows
}
