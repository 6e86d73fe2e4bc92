import { hostname } from 'node:os'
import type pg from 'pg'
import type { Hub } from '../hub.ts'
import type { ClaimedDelivery } from './claim.ts'
import type { Outcome } from './outcome.ts'
import { postOf } from './post.ts'
import { recordResults, type Verdict } from './record.ts'
import { send } from './send.ts'
import { TargetCache } from './targets.ts'

/** Longer than the longest exchange, since nobody prolongs it. */
const leaseMs = 60_000

const lease = `
  update delivery_queue q set leased_until = now() + ${leaseMs} * interval '1 ms', lease = q.lease + 1
  from picked where q.id = any(array[picked.id])
  returning q.id, q.workspace_id as "workspaceId", q.endpoint_id as "endpointId", q.event_id as "eventId", q.lease,
    q.attempts, q.step, q.size, q.payload_days as "payloadDays"`

/** Takes one waiting delivery of an endpoint, due or not: the first whose id is after `after`. Index: delivery_queue_by_endpoint. */
export async function pickDelivery(
  pool: pg.Pool,
  endpoint: { workspaceId: string; endpointId: string },
  after: string,
): Promise<ClaimedDelivery | undefined> {
  const { rows } = await pool.query<ClaimedDelivery>(
    `with picked as (
      select id from delivery_queue where workspace_id = $1 and endpoint_id = $2 and id > $3
        and (leased_until is null or leased_until < now())
      order by id limit 1 for update skip locked
    ) ${lease}`,
    [endpoint.workspaceId, endpoint.endpointId, after],
  )
  return rows[0]
}

/** Sends one delivery outside the batches and records what the verdict says. Undefined when it could not be sent at all. */
export async function sendOne(
  hub: Hub,
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
    await recordResults(hub.pool, [{ delivery, verdict: { kind: 'failed', reason } }], worker)
    return undefined
  }
  const outcome = await new Promise<Outcome>(resolve =>
    send(hub.outgoing.dispatcher, postOf(target, delivery.eventId, body), resolve),
  )
  await recordResults(hub.pool, [{ delivery, verdict: judge(outcome), outcome }], worker)
  return outcome
}
