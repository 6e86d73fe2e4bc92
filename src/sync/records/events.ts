import type { Executor } from '../../db/database.ts'
import { publishEvents } from '../../delivery/events/publish.ts'
import { loadSubscriptions } from '../../delivery/events/subscriptions.ts'
import type { ConnectionParts } from '../../connections/parts.ts'

export const recordEventTypes = ['record.created', 'record.updated', 'record.deleted'] as const

export type RecordEventType = (typeof recordEventTypes)[number]

/** Ids of records by what happened to them. */
export type RecordChanges = Partial<Record<RecordEventType, string[]>>

const idsPerEvent = 1_000
const rememberedMs = 5_000

/**
 * Whether anybody subscribes to a workspace's record events. Remembered for five seconds, so that a page costs nothing
 * when nobody does: an endpoint that is new gets the events of changes from then on.
 */
export class RecordAudience {
  readonly #known = new Map<string, { until: number; types: ReadonlySet<string> }>()

  /** @param db the caller's transaction, in one: it has no second connection to ask with */
  async types(db: Executor, workspaceId: string): Promise<ReadonlySet<string>> {
    const known = this.#known.get(workspaceId)
    if (known && known.until > Date.now()) return known.types
    const subscriptions = await loadSubscriptions(db, workspaceId)
    const types = new Set(recordEventTypes.filter(type => subscriptions.isHeard(type)))
    if (this.#known.size >= 10_000) this.#known.clear()
    this.#known.set(workspaceId, { until: Date.now() + rememberedMs, types })
    return types
  }
}

const audiences = new WeakMap<ConnectionParts, RecordAudience>()

/** The audience as this process knows it. */
export function audienceOf(hub: ConnectionParts): RecordAudience {
  let audience = audiences.get(hub)
  if (!audience) audiences.set(hub, (audience = new RecordAudience()))
  return audience
}

/**
 * Publishes what happened to records, in the transaction that changed them: up to 1,000 ids an event, so that a page is
 * one event and not a thousand. Types that nobody subscribes to are not published.
 */
export async function publishRecordEvents(
  hub: ConnectionParts,
  db: Executor,
  workspaceId: string,
  source: { collection: string; syncId?: string; runId?: string },
  changes: RecordChanges,
): Promise<void> {
  const types = await audienceOf(hub).types(db, workspaceId)
  const events = recordEventTypes.flatMap(type => {
    const ids = types.has(type) ? (changes[type] ?? []) : []
    const chunks = Array.from({ length: Math.ceil(ids.length / idsPerEvent) }, (_, index) =>
      ids.slice(index * idsPerEvent, (index + 1) * idsPerEvent),
    )
    return chunks.map(recordIds => ({ type, data: { ...source, recordIds } }))
  })
  if (events.length > 0) await publishEvents(hub, db, workspaceId, events)
}
