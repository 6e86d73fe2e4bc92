import type { DeliveryParts } from './parts.ts'
import {
  deliveriesDue,
  deliveriesPaused,
  deliveriesPausedUntil,
  deliveryQueueDepth,
  endpointsByMode,
  oldestDueSeconds,
} from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'
import { findOutage } from './recovery/outage.ts'

/** Counting stops here: a queue this long is long, and looking at it must stay cheap. */
const countedAtMost = 100_000

/** The delivery queue and the endpoints of all workspaces, as they stand when metrics are asked for. */
export const deliveryGauges: GaugeSource<DeliveryParts> = {
  name: 'delivery',
  async read({ pool }) {
    // By delivery_queue_claim, delivery_queue_held, delivery_queue_gated and delivery_queue_line.
    const { rows } = await pool.query<{ waiting: number; held: number; due: number; oldest: number | null }>({
      name: 'delivery-gauges',
      text: `
        with due as (
          select due_at from delivery_queue
          where not held and due_at <= now() and (leased_until is null or leased_until < now())
          order by due_at limit $1
        )
        select
          (select count(*) from (select from delivery_queue where not held limit $1) as q)
            + (select count(*) from (select from delivery_queue where gated and sequence is null limit $1) as q)
            + (select count(*) from (select from delivery_queue where sequence is not null limit $1) as q) as waiting,
          (select count(*) from (select from delivery_queue where held and not gated limit $1) as q) as held,
          (select count(*) from due) as due,
          (select extract(epoch from now() - min(due_at))::float8 from due) as oldest`,
      values: [countedAtMost],
    })
    const queue = rows[0]!
    deliveryQueueDepth.set({ state: 'waiting' }, queue.waiting)
    deliveryQueueDepth.set({ state: 'held' }, queue.held)
    deliveriesDue.set(queue.due)
    oldestDueSeconds.set(queue.oldest ?? 0)
    const outage = await findOutage(pool)
    deliveriesPaused.set(outage ? 1 : 0)
    deliveriesPausedUntil.set(outage ? outage.nextProbeAt.getTime() / 1_000 : 0)
    const { rows: modes } = await pool.query<{ mode: string; count: number }>(
      'select mode, count(*) as count from endpoints group by mode',
    )
    endpointsByMode.reset()
    for (const { mode, count } of modes) endpointsByMode.set({ mode }, count)
  },
}
