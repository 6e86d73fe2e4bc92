import { hostname } from 'node:os'
import type pg from 'pg'
import type { DeliveryParts } from '../parts.ts'
import { leased, type ClaimedDelivery, type ClaimedRow } from '../dispatch/claiming/claim.ts'
import { joinLines } from '../gates/gate-rows.ts'
import { heldGate, type Gate } from '../gates/gate-store.ts'
import type { Outcome } from './outcome.ts'
import { postOfEvents } from './post-events.ts'
import { recordReported } from '../dispatch/recording/record-reported.ts'
import type { Verdict } from '../dispatch/recording/result.ts'
import { endOutage } from '../recovery/outage.ts'
import { sameRow } from '../dispatch/claiming/same-row.ts'
import { send } from './send.ts'
import { TargetCache } from '../dispatch/targets/target-cache.ts'

const joinAtOnce = 1_000
/** The lease of a single send. Nothing renews it, so it is longer than the longest exchange. */
const leaseMs = 60_000

const lease = `taken as (
  update delivery_queue q set leased_until = now() + ${leaseMs} * interval '1 ms', lease = q.lease + 1
  from picked where ${sameRow('picked')}
  returning q.id, q.workspace_id as "workspaceId", q.endpoint_id as "endpointId", q.event_id as "eventId", q.lease,
    q.attempts, q.step, q.size, q.payload_days as "payloadDays", extract(epoch from q.due_at)::float8 * 1000 as "dueAtMs"
  )
  select taken.*, e.mode, e.version, e.failures from taken left join endpoints e on e.id = any(array[taken."endpointId"])`

/** Which delivery to try of an endpoint. */
export interface Pick {
  workspaceId: string
  endpointId: string
  /** Of a gated endpoint, held by the caller: what a former holder had is free. */
  gate: Gate | undefined
  /** Only the first of a line may be tried. */
  ordered: boolean
}

// Scheduled deliveries that were never tried are not due before their time; all others are, in trouble.
const triable = 'workspace_id = $1 and endpoint_id = $2 and (attempts > 0 or due_at <= now())'
const picked = {
  any: `select id, endpoint_id from delivery_queue where ${triable} and id > $3 and (leased_until is null or leased_until < now())
    order by id limit 1 for update skip locked`,
  gated: `select id, endpoint_id from delivery_queue where ${triable} and id > $3 and exists (select from gate)
    order by id limit 1 for update`,
  firstHead: `select id, endpoint_id from delivery_queue where workspace_id = $1 and endpoint_id = $2 and sequence is not null and $3 = ''
      and exists (select from gate)
    order by endpoint_id, ordering_key, sequence limit 1 for update`,
  nextHead: `select id, endpoint_id from delivery_queue where workspace_id = $1 and endpoint_id = $2 and sequence is not null
      and ordering_key > (select before.ordering_key from delivery_queue before where before.id = $3)
      and exists (select from gate)
    order by endpoint_id, ordering_key, sequence limit 1 for update`,
}

/**
 * Takes one waiting delivery of an endpoint, before its retry is due: the first with an id after `after`. Of an ordered
 * endpoint it takes the first delivery of the next key. Indexes: delivery_queue_by_endpoint, delivery_queue_line.
 */
export async function pickDelivery(pool: pg.Pool, endpoint: Pick, after: string): Promise<ClaimedDelivery | undefined> {
  const { workspaceId, endpointId, gate, ordered } = endpoint
  const leaseEndsAt = performance.now() + leaseMs
  if (gate && ordered) await joinLines(pool, gate, joinAtOnce)
  const heads = after === '' ? picked.firstHead : picked.nextHead
  const text = gate
    ? `with ${heldGate('$2', '$4')}, picked as (${ordered ? heads : picked.gated}), ${lease}`
    : `with picked as (${picked.any}), ${lease}`
  const values = [workspaceId, endpointId, after, ...(gate ? [gate.fence] : [])]
  const { rows } = await pool.query<ClaimedRow>(text, values)
  return leased(rows, leaseEndsAt)[0]
}

/**
 * Sends one delivery outside the batches and records its verdict; undefined when it could not be sent at all. An answer ends a
 * pause of all deliveries.
 */
export async function sendOne(
  hub: DeliveryParts,
  delivery: ClaimedDelivery,
  judge: (outcome: Outcome) => Verdict,
): Promise<Outcome | undefined> {
  const targets = new TargetCache(hub)
  await targets.load(delivery.workspaceId, [delivery.endpointId])
  const target = targets.get(delivery.endpointId)
  const { rows } = await hub.pool.query<{ body: Buffer }>(
    'select body from event_payloads where payload_days = $1 and event_id = $2',
    [delivery.payloadDays, delivery.eventId],
  )
  const body = rows[0]?.body
  const worker = `${hostname()}:${process.pid}`
  if (!target || !body) {
    const reason = target ? 'payload_expired' : 'endpoint_deleted'
    await recordReported(hub, hub.pool, [{ delivery, verdict: { kind: 'failed', reason } }], worker)
    return undefined
  }
  // A process that was frozen may find its lease over: somebody else has the delivery by now.
  const mayGo = () => performance.now() < delivery.leaseEndsAt
  const post = { ...postOfEvents(target, [{ id: delivery.eventId, body }]), mayGo }
  const outcome = await new Promise<Outcome>(resolve => send(hub.outgoing.dispatcher, post, resolve))
  await recordReported(hub, hub.pool, [{ delivery, verdict: judge(outcome), outcome }], worker)
  if (outcome.network === 'answered') await endOutage(hub)
  return outcome
}
