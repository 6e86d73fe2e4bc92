import { sql, type Selectable } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import type { EndpointsTable } from '../db/schema/endpoints.ts'
import { HubError } from '../errors.ts'
import { newId } from '../ids.ts'
import type { EndpointMode } from './contract.ts'
import { raiseEndpointsVersion } from './endpoint-mode.ts'

/** Where a workspace's events are delivered to. */
export interface Endpoint {
  id: string
  workspaceId: string
  url: string
  description: string | null
  metadata: Record<string, string>
  eventTypes: string[]
  headerNames: string[]
  timeoutMs: number
  retryDelaysMs: number[] | null
  maxInFlight: number | null
  mode: EndpointMode
  epoch: number
  failures: number
  failingSince: Date | null
  lastError: string | null
  nextProbeAt: Date | null
  disabledReason: 'by_hand' | 'failing' | 'gone' | null
  disabledAt: Date | null
  createdAt: Date
  updatedAt: Date
}

/** What its owner decides. */
export interface EndpointSettings {
  url: string
  description: string | null
  metadata: Record<string, string>
  eventTypes: string[]
  headerNames: string[]
  timeoutMs: number
  retryDelaysMs: number[] | null
  maxInFlight: number | null
}

export async function insertEndpoint(db: Executor, workspaceId: string, settings: EndpointSettings): Promise<Endpoint> {
  const row = await db
    .insertInto('endpoints')
    .values({ id: newId('endpoint'), workspace_id: workspaceId, ...columnsOf(settings), ...required(settings) })
    .returningAll()
    .executeTakeFirstOrThrow()
  await raiseEndpointsVersion(db, workspaceId)
  return endpointOf(row)
}

/** @throws HubError `ENDPOINT_NOT_FOUND` */
export async function findEndpoint(db: Executor, workspaceId: string, endpointId: string): Promise<Endpoint> {
  const row = await db
    .selectFrom('endpoints')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .executeTakeFirst()
  if (!row) throw new HubError('ENDPOINT_NOT_FOUND')
  return endpointOf(row)
}

/** Newest first. Index: endpoints_by_workspace. */
export async function listEndpoints(
  db: Executor,
  workspaceId: string,
  list: { after: Position | undefined; limit: number; mode?: EndpointMode | undefined },
): Promise<Endpoint[]> {
  let query = db
    .selectFrom('endpoints')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
  if (list.mode !== undefined) query = query.where('mode', '=', list.mode)
  return (await query.execute()).map(endpointOf)
}

/** @throws HubError `ENDPOINT_NOT_FOUND` */
export async function updateEndpoint(
  db: Executor,
  workspaceId: string,
  endpointId: string,
  change: Partial<EndpointSettings>,
): Promise<Endpoint> {
  const row = await db
    .updateTable('endpoints')
    .set({ ...columnsOf(change), version: sql<number>`version + 1`, updated_at: new Date() })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('ENDPOINT_NOT_FOUND')
  await raiseEndpointsVersion(db, workspaceId)
  return endpointOf(row)
}

/** Gives the endpoint that was. @throws HubError `ENDPOINT_NOT_FOUND` */
export async function deleteEndpoint(db: Executor, workspaceId: string, endpointId: string): Promise<Endpoint> {
  const row = await db
    .deleteFrom('endpoints')
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('ENDPOINT_NOT_FOUND')
  await raiseEndpointsVersion(db, workspaceId)
  return endpointOf(row)
}

function required(settings: EndpointSettings) {
  const { description, retryDelaysMs, maxInFlight } = settings
  const metadata = JSON.stringify(settings.metadata)
  return { url: settings.url, description, metadata, retry_delays_ms: retryDelaysMs, max_in_flight: maxInFlight }
}

function columnsOf(change: Partial<EndpointSettings>) {
  return {
    ...(change.url === undefined ? {} : { url: change.url }),
    ...(change.description === undefined ? {} : { description: change.description }),
    ...(change.metadata === undefined ? {} : { metadata: JSON.stringify(change.metadata) }),
    ...(change.eventTypes === undefined ? {} : { event_types: change.eventTypes }),
    ...(change.headerNames === undefined ? {} : { header_names: change.headerNames }),
    ...(change.timeoutMs === undefined ? {} : { timeout_ms: change.timeoutMs }),
    ...(change.retryDelaysMs === undefined ? {} : { retry_delays_ms: change.retryDelaysMs }),
    ...(change.maxInFlight === undefined ? {} : { max_in_flight: change.maxInFlight }),
  }
}

function endpointOf(row: Selectable<EndpointsTable>): Endpoint {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    description: row.description,
    metadata: row.metadata,
    eventTypes: row.event_types,
    headerNames: row.header_names,
    timeoutMs: row.timeout_ms,
    retryDelaysMs: row.retry_delays_ms,
    maxInFlight: row.max_in_flight,
    mode: row.mode,
    epoch: row.epoch,
    failures: row.failures,
    failingSince: row.failing_since,
    lastError: row.last_error,
    nextProbeAt: row.next_probe_at,
    disabledReason: row.disabled_reason,
    disabledAt: row.disabled_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
