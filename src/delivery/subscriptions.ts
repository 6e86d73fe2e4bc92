import type { Executor } from '../db/database.ts'
import type { EndpointMode } from './contract.ts'
import { matchesType } from './event-types.ts'

/** An endpoint as publishing sees it. */
export interface Subscriber {
  endpointId: string
  /** Its deliveries wait for its recovery or for a person: the general claim does not see them. */
  held: boolean
}

/** The endpoints of a workspace at one version of them. */
export interface Subscriptions {
  version: number
  payloadDays: number
  /** Who subscribes to an event type, in the order of their ids. */
  subscribersOf(type: string): Subscriber[]
}

const rememberedTypes = 1_000
const heldModes: ReadonlySet<EndpointMode> = new Set<EndpointMode>(['recovering', 'draining', 'paused'])

/** Reads the endpoints of a workspace and their version in one statement, so that they belong together. */
export async function loadSubscriptions(db: Executor, workspaceId: string): Promise<Subscriptions> {
  const rows = await db
    .selectFrom('delivery_settings as settings')
    .leftJoin('endpoints as endpoint', join =>
      join.onRef('endpoint.workspace_id', '=', 'settings.workspace_id').on('endpoint.mode', '<>', 'disabled'),
    )
    .select([
      'settings.endpoints_version',
      'settings.payload_days',
      'endpoint.id',
      'endpoint.event_types',
      'endpoint.mode',
    ])
    .where('settings.workspace_id', '=', workspaceId)
    .orderBy('endpoint.id')
    .execute()
  const endpoints = rows.flatMap(row =>
    row.id === null || row.event_types === null || row.mode === null
      ? []
      : [{ id: row.id, patterns: row.event_types, held: heldModes.has(row.mode) }],
  )
  const byType = new Map<string, Subscriber[]>()
  return {
    // A workspace that never had an endpoint has no row yet; version 0 stands for that.
    version: rows[0]?.endpoints_version ?? 0,
    payloadDays: rows[0]?.payload_days ?? 30,
    subscribersOf(type) {
      const known = byType.get(type)
      if (known) return known
      const found = endpoints
        .filter(endpoint => matchesType(endpoint.patterns, type))
        .map(endpoint => ({ endpointId: endpoint.id, held: endpoint.held }))
      if (byType.size >= rememberedTypes) byType.clear()
      byType.set(type, found)
      return found
    },
  }
}

/** The subscriptions that a process remembers. Whoever uses them has their version checked by the statement that writes. */
export class SubscriptionCache {
  readonly #byWorkspace = new Map<string, Subscriptions>()

  async get(db: Executor, workspaceId: string): Promise<Subscriptions> {
    const known = this.#byWorkspace.get(workspaceId)
    if (known) return known
    const loaded = await loadSubscriptions(db, workspaceId)
    if (this.#byWorkspace.size >= 10_000) this.#byWorkspace.clear()
    this.#byWorkspace.set(workspaceId, loaded)
    return loaded
  }

  forget(workspaceId: string): void {
    this.#byWorkspace.delete(workspaceId)
  }
}
