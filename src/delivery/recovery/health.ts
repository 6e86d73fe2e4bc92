import type pg from 'pg'
import type { DeliveryParts } from '../parts.ts'
import { disableEndpoint } from '../endpoints/disable.ts'
import { asksForLess, describeError, type Outcome } from '../sending/outcome.ts'
import type { ClaimedDelivery } from '../dispatch/claiming/claim.ts'
import { standsInLine } from '../dispatch/recording/record.ts'
import type { Result } from '../dispatch/recording/result.ts'
import { enterTrouble } from './trouble.ts'

interface Failures {
  workspaceId: string
  count: number
  error: string | null
  deliveryId: string
  outcome: Outcome
  /** Of more than one delivery, or surely not for the delivery's sake. */
  several: boolean
}

interface Failing {
  id: string
  workspace_id: string
  epoch: number
  url: string
}

/**
 * Endpoints that failed in this process and have not succeeded since. Deliveries claimed earlier do not know of the failure.
 */
const failingHere = new WeakMap<pg.Pool, Set<string>>()
const mostFailingHere = 10_000

/**
 * Follows the health of endpoints by their recorded results: a success ends a row of failures, a failure extends it, and enough
 * failures over enough time are trouble. A success after a success costs nothing here.
 */
export async function noteHealth(hub: DeliveryParts, pool: pg.Pool, results: readonly Result[]): Promise<void> {
  const failures = new Map<string, Failures>()
  const succeeded = new Set<string>()
  const gone = new Map<string, string>()
  const failing = failingHere.get(pool) ?? new Set<string>()
  failingHere.set(pool, failing)
  for (const { delivery, verdict, outcome } of results) {
    if (!outcome) continue
    if (verdict.kind === 'delivered') {
      if (delivery.failures !== 0 || failing.has(delivery.endpointId)) succeeded.add(delivery.endpointId)
      continue
    }
    if (outcome.status === 410) gone.set(delivery.endpointId, delivery.workspaceId)
    const known = failures.get(delivery.endpointId)
    failures.set(delivery.endpointId, {
      // A batch fails once.
      count: (known?.count ?? 0) + (known?.outcome === outcome ? 0 : 1),
      outcome,
      error: describeError(outcome),
      workspaceId: delivery.workspaceId,
      deliveryId: delivery.id,
      several:
        (known !== undefined && (known.several || known.deliveryId !== delivery.id)) || isUnserved(delivery, outcome),
    })
  }
  // An endpoint that succeeded in the same batch is not without a success.
  for (const { delivery, verdict } of results) {
    if (verdict.kind === 'delivered' && failures.delete(delivery.endpointId)) succeeded.add(delivery.endpointId)
  }
  if (failing.size > mostFailingHere) failing.clear()
  for (const endpointId of failures.keys()) failing.add(endpointId)
  if (succeeded.size > 0) {
    for (const endpointId of succeeded) failing.delete(endpointId)
    // While it is drained its trouble is not over: the next failure is not told of as another one.
    await pool.query({
      name: 'endpoints-succeeded',
      text: `update endpoints set failures = 0, failing_since = null, last_error = null, failing_delivery_id = null,
          failing_several = false, failing_notified_at = case when mode = 'draining' then failing_notified_at end
        where id = any($1::text[]) and failures > 0 and mode in ('open', 'draining')`,
      values: [[...succeeded]],
    })
  }
  for (const [endpointId, workspaceId] of gone) await disableEndpoint(hub, workspaceId, endpointId, 'gone')
  if (failures.size === 0) return
  const { troubleFailures, troubleAfterMs } = hub.deliveryPolicy
  const { rows } = await pool.query<Failing & { troubled: boolean }>({
    name: 'endpoints-failed',
    text: `update endpoints e set failures = e.failures + f.count, failing_since = coalesce(e.failing_since, now()),
        last_error = f.error, failing_delivery_id = f.delivery_id,
        failing_several = e.failing_several or f.several or coalesce(e.failing_delivery_id <> f.delivery_id, false)
      from unnest($1::text[], $2::text[], $3::int[], $4::text[], $7::text[], $8::boolean[])
        as f(id, workspace_id, count, error, delivery_id, several)
      where e.id = f.id and e.workspace_id = f.workspace_id and e.mode in ('open', 'draining')
      returning e.id, e.workspace_id, e.epoch, e.url, e.mode = 'open' and e.failing_several and e.failures >= $5
        and e.failing_since <= now() - $6::bigint * interval '1 ms' as troubled`,
    values: [
      [...failures.keys()],
      [...failures.values()].map(failure => failure.workspaceId),
      [...failures.values()].map(failure => failure.count),
      [...failures.values()].map(failure => failure.error),
      troubleFailures,
      troubleAfterMs,
      [...failures.values()].map(failure => failure.deliveryId),
      [...failures.values()].map(failure => failure.several),
    ],
  })
  for (const { id, workspace_id: workspaceId, epoch, url, troubled } of rows) {
    if (troubled) await enterTrouble(hub, { endpointId: id, workspaceId, epoch, host: new URL(url).host })
  }
}

/**
 * Whether a failure in a line is the endpoint's own, and not its payload's. The kind of failure tells: a payload does not keep
 * a server from answering. While the first delivery of a line fails, no other may be tried.
 */
function isUnserved(delivery: ClaimedDelivery, outcome: Outcome): boolean {
  return standsInLine(delivery) && (outcome.status === undefined || asksForLess(outcome))
}
