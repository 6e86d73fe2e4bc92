import type { Executor } from '../../db/database.ts'
import { conditionOf, type Condition, type ConditionedEvent } from './filters/endpoint-condition.ts'
import type { EndpointMode } from '../contract.ts'
import { schemaHashes } from './types/event-type-store.ts'
import { matchesType } from './types/event-types.ts'
import { looksPerTest, type Looks } from './filters/filter.ts'
import { loadRules, rulesMetBy, type MatchedRule } from '../rules/match-rules.ts'

/** An endpoint as publishing sees it. */
export interface Subscriber {
  endpointId: string
  /** Whether its deliveries wait for a recovery, a gate or a person. The general claim then does not see them. */
  held: boolean
  /** Its deliveries go through its gate. */
  gated: boolean
  /** They also stand in line, by their ordering key. */
  ordered: boolean
  /** What it asks of an event beyond its type; undefined for nothing. */
  condition: Condition | undefined
}

/** The endpoints and rules of a workspace at one version of them. */
export interface Subscriptions {
  version: number
  payloadDays: number
  /**
   * Gives the endpoints that take an event, in the order of their ids; undefined when matching needs more looks than are left,
   * so that the dispatcher has to do it.
   */
  subscribersOf(event: ConditionedEvent & { type: string }, looks: Looks): Subscriber[] | undefined
  /** Gives the ids of the rules that an event meets. */
  rulesMetBy(event: ConditionedEvent & { type: string }, looks: Looks): readonly string[]
  /** Whether anyone subscribes to a type. */
  isHeard(type: string): boolean
  /** The hash of the schema that events of a type must fit; undefined for none. */
  schemaOf(type: string): string | undefined
  /** One endpoint, unless it is disabled or gone. */
  subscriber(endpointId: string): Subscriber | undefined
}

const rememberedTypes = 1_000
const noRules: readonly string[] = []
const heldModes: ReadonlySet<EndpointMode> = new Set<EndpointMode>(['recovering', 'draining', 'paused'])

/**
 * Reads a workspace's endpoints and their version in one statement, so that both belong together. Reads the schemas and
 * rules afterwards. One that changed in between has also raised the version, so a write with this version is refused.
 */
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
      'endpoint.gated',
      'endpoint.ordered',
      'endpoint.channels',
      'endpoint.filter',
    ])
    .where('settings.workspace_id', '=', workspaceId)
    .orderBy('endpoint.id')
    .execute()
  const endpoints = rows.flatMap(row =>
    row.id === null || row.event_types === null || row.mode === null
      ? []
      : [
          {
            endpointId: row.id,
            patterns: row.event_types,
            held: row.gated === true || heldModes.has(row.mode),
            gated: row.gated === true,
            ordered: row.ordered === true,
            condition: conditionOf(row),
          },
        ],
  )
  const schemas = rows.length === 0 ? new Map<string, string>() : await schemaHashes(db, workspaceId)
  const rules = rows.length === 0 ? [] : await loadRules(db, workspaceId)
  const byType = new Map<string, { all: Subscriber[]; conditional: boolean; rules: MatchedRule[] }>()
  const subscribed = (type: string) => {
    const known = byType.get(type)
    if (known) return known
    const all = endpoints.filter(endpoint => matchesType(endpoint.patterns, type))
    const found = {
      ...{ all, conditional: all.some(endpoint => endpoint.condition !== undefined) },
      rules: rules.filter(rule => matchesType(rule.patterns, type)),
    }
    if (byType.size >= rememberedTypes) byType.clear()
    byType.set(type, found)
    return found
  }
  return {
    // A workspace that never had an endpoint has no row yet; version 0 stands for that.
    version: rows[0]?.endpoints_version ?? 0,
    payloadDays: rows[0]?.payload_days ?? 30,
    subscribersOf(event, looks) {
      const { all, conditional } = subscribed(event.type)
      return conditional ? meeting(all, event, looks) : all
    },
    rulesMetBy(event, looks) {
      if (rules.length === 0) return noRules
      const { rules: ofType } = subscribed(event.type)
      return ofType.length === 0 ? noRules : rulesMetBy(ofType, event, looks)
    },
    isHeard: type => subscribed(type).all.length > 0,
    schemaOf: type => schemas.get(type),
    subscriber: endpointId => endpoints.find(endpoint => endpoint.endpointId === endpointId),
  }
}

/** The version that stands now. Index: the primary key. */
export async function endpointsVersion(db: Executor, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('delivery_settings')
    .select('endpoints_version')
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
  return row?.endpoints_version ?? 0
}

/** Selects the subscribers whose conditions an event meets; undefined when the looks ran out. */
function meeting(all: Subscriber[], event: ConditionedEvent, looks: Looks): Subscriber[] | undefined {
  const met: Subscriber[] = []
  for (const one of all) {
    if (one.condition) {
      if (looks.left < looksPerTest) return undefined
      if (!one.condition(event, looks)) continue
    }
    met.push(one)
  }
  return met
}

/** Caches subscriptions in the process. The statement that writes events checks the version of those it used. */
export class SubscriptionCache {
  readonly #byWorkspace = new Map<string, Subscriptions>()

  async get(db: Executor, workspaceId: string): Promise<Subscriptions> {
    const known = this.#byWorkspace.get(workspaceId)
    if (known) return known
    const loaded = await loadSubscriptions(db, workspaceId)
    // A transaction may see its own changes, which it may yet undo.
    if (db.isTransaction) return loaded
    if (this.#byWorkspace.size >= 10_000) this.#byWorkspace.clear()
    this.#byWorkspace.set(workspaceId, loaded)
    return loaded
  }

  forget(workspaceId: string): void {
    this.#byWorkspace.delete(workspaceId)
  }
}
