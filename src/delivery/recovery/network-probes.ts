import type { DeliveryParts } from '../parts.ts'
import type { ClaimedDelivery } from '../dispatch/claiming/claim.ts'
import { releaseGate, takeGates, type Gate } from '../gates/gate-store.ts'
import { pickDelivery } from '../sending/send-one.ts'

/** What a probe of the network sends, and through which gate. */
export interface NetworkProbe {
  delivery: ClaimedDelivery
  gate: Gate | undefined
}

interface Candidate {
  id: string
  workspaceId: string
  gated: boolean
  ordered: boolean
}

/** Longer than the longest exchange, since nobody prolongs it. */
const gateMs = 60_000

/**
 * Selects the endpoints to probe while all deliveries pause, among those with waiting deliveries. Each workspace gets one place
 * before any gets a second, and within a workspace each host. Prefers endpoints not probed in this pause, then those that took
 * deliveries within the last hour, then those probed longest ago. Steps from endpoint to endpoint through
 * delivery_queue_by_endpoint, so its cost grows with the endpoints and not with their deliveries.
 */
export const networkCandidatesText = `
  with recursive step as (
    (select endpoint_id from delivery_queue order by endpoint_id limit 1)
    union all
    select next.endpoint_id from step, lateral (
      select endpoint_id from delivery_queue where endpoint_id > step.endpoint_id order by endpoint_id limit 1) next
  ), candidates as (
    select e.id, e.workspace_id, e.gated, e.ordered,
      case when e.outage_probe_at >= $1::timestamptz then e.outage_probe_at end as asked_at,
      lower(substring(e.url from '^[A-Za-z]+://([[][^]]*[]]|[^/?#:]*)')) as host,
      (select max(s.at) from endpoint_statistics s where s.endpoint_id = e.id and s.minutes = 1
        and s.at > now() - interval '1 hour' and s.succeeded > 0) as succeeded_at
    from (select endpoint_id from step limit 100000) w join endpoints e on e.id = any(array[w.endpoint_id])
    where e.mode in ('open', 'draining')
      and exists (
        select from delivery_queue q where q.endpoint_id = e.id and (q.attempts > 0 or q.due_at <= now())
          and (q.leased_until is null or q.leased_until < now()))
      and not (e.gated and exists (select from endpoint_gates g where g.endpoint_id = e.id and g.leased_until > now()))
  ), at_host as (
    select *, row_number() over (partition by workspace_id, host
      order by asked_at nulls first, succeeded_at desc nulls last, id) as place_at_host
    from candidates
  ), placed as (
    select *, max(asked_at) over (partition by workspace_id) as workspace_asked_at, row_number() over (
      partition by workspace_id order by place_at_host, asked_at nulls first, succeeded_at desc nulls last, id) as place
    from at_host
  )
  select id, workspace_id as "workspaceId", gated, ordered from placed
  order by place, workspace_asked_at nulls first, succeeded_at desc nulls last, asked_at nulls first, id
  limit $2`

/** Takes one waiting delivery of each of a few endpoints. Takes those of gated endpoints through their gates. */
export async function takeNetworkProbes(hub: DeliveryParts, since: Date): Promise<NetworkProbe[]> {
  const { rows } = await hub.pool.query<Candidate>(networkCandidatesText, [since, hub.deliveryPolicy.outageProbes])
  const gated = rows.filter(row => row.gated)
  const gates = await takeGates(
    hub.pool,
    gated.map(row => ({ endpointId: row.id, workspaceId: row.workspaceId })),
    gateMs,
  )
  const probes = await Promise.all(rows.map(row => take(hub, row, gates)))
  return probes.filter(probe => probe !== undefined)
}

async function take(
  hub: DeliveryParts,
  candidate: Candidate,
  gates: readonly Gate[],
): Promise<NetworkProbe | undefined> {
  const { id, workspaceId, gated, ordered } = candidate
  const gate = gates.find(one => one.endpointId === id)
  if (gated && !gate) return undefined
  const from = { endpointId: id, workspaceId, gate, ordered }
  const delivery = await pickDelivery(hub.pool, from, '')
  if (!delivery) {
    if (gate) await releaseGate(hub.pool, gate)
    return undefined
  }
  await hub.pool.query('update endpoints set outage_probe_at = now() where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ])
  return { delivery, gate }
}
