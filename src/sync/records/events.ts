import type { Executor } from '../../db/database.ts'
import { publishEvents } from '../../delivery/events/publish.ts'
import { loadSubscriptions } from '../../delivery/events/subscriptions.ts'
import type { ConnectionParts } from '../../connections/parts.ts'

export const recordEventTypes = ['record.created', 'record.updated', 'record.deleted'] as const

export type RecordEventType = (typeof recordEventTypes)[number]

/** What was created, updated and deleted together, in one event. */
export const recordsChanged = 'records.changed'

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
    const types = new Set<string>([...recordEventTypes, recordsChanged].filter(type => subscriptions.isHeard(type)))
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

/** Whether somebody is told of new records. */
export async function hearsOfCreated(hub: ConnectionParts, db: Executor, workspaceId: string): Promise<boolean> {
  const types = await audienceOf(hub).types(db, workspaceId)
  return types.has('record.created') || types.has(recordsChanged)
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
  const events: { type: string; data: Record<string, unknown> }[] = recordEventTypes.flatMap(type => {
    const ids = types.has(type) ? (changes[type] ?? []) : []
    return chunksOf(ids).map(recordIds => ({ type, data: { ...source, recordIds } }))
  })
  if (types.has(recordsChanged)) {
    for (const data of batchesOf(changes)) events.push({ type: recordsChanged, data: { ...source, ...data } })
  }
  if (events.length > 0) await publishEvents(hub, db, workspaceId, events)
}

/** Ids of all kinds together, up to 1,000 in a batch. */
function batchesOf(changes: RecordChanges): Record<'created' | 'updated' | 'deleted', string[]>[] {
  const all = recordEventTypes.flatMap(type => (changes[type] ?? []).map(id => ({ type, id })))
  return chunksOf(all).map(chunk => {
    const of = (type: RecordEventType) => chunk.filter(one => one.type === type).map(({ id }) => id)
    return { created: of('record.created'), updated: of('record.updated'), deleted: of('record.deleted') }
  })
}

function chunksOf<One>(all: readonly One[]): One[][] {
  return Array.from({ length: Math.ceil(all.length / idsPerEvent) }, (_, index) =>
    all.slice(index * idsPerEvent, (index + 1) * idsPerEvent),
  )
}
