import type { Hub } from '../../hub.ts'
import type { ClaimedDelivery } from '../dispatch/claim.ts'
import { sameRow } from '../dispatch/same-row.ts'
import { sendOne } from '../sending/send-one.ts'

/** What a look at the network found. */
export interface NetworkStep {
  /** Whether deliveries go on. */
  open: boolean
  waitMs: number
  sinceMs: number
}

/** Tries one waiting delivery of each of a few endpoints; any answer, whatever its status, ends the pause. */
export async function probeNetwork(hub: Hub): Promise<NetworkStep> {
  const { rows } = await hub.pool.query<{ since: Date }>('select since from delivery_outage')
  const since = rows[0]?.since
  if (!since) return { open: true, waitMs: 0, sinceMs: 0 }
  const picked = await pickOfSeveral(hub)
  const outcomes = await Promise.all(
    picked.map(delivery =>
      sendOne(hub, delivery, answer =>
        answer.error === undefined ? { kind: 'delivered' } : { kind: 'back', delayMs: 0 },
      ),
    ),
  )
  const reached = picked.length === 0 || outcomes.some(outcome => outcome?.status !== undefined)
  if (reached) {
    await hub.pool.query('delete from delivery_outage')
    hub.wake.soon()
  }
  const sinceMs = Date.now() - since.getTime()
  return { open: reached, waitMs: reached ? 0 : hub.deliveryPolicy.outageProbeMs, sinceMs }
}

// Index: delivery_queue_claim, its beginning.
async function pickOfSeveral(hub: Hub): Promise<ClaimedDelivery[]> {
  const { rows } = await hub.pool.query<ClaimedDelivery>(
    `with first as (
      select id, endpoint_id from delivery_queue
      where not held and due_at <= now() and (leased_until is null or leased_until < now())
      order by due_at, id limit 200 for update skip locked
    ), picked as (
      select distinct on (endpoint_id) id, endpoint_id from first order by endpoint_id, id limit 5
    )
    update delivery_queue q set leased_until = now() + interval '60 seconds', lease = q.lease + 1
    from picked where ${sameRow('picked')}
    returning q.id, q.workspace_id as "workspaceId", q.endpoint_id as "endpointId", q.event_id as "eventId", q.lease,
      q.attempts, q.step, q.size, q.payload_days as "payloadDays"`,
  )
  return rows
}
