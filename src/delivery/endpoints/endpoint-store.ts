import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { EndpointsTable, SignatureScheme } from '../../db/schema/endpoints.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import type { EndpointMode } from '../contract.ts'
import { raiseEndpointsVersion } from './endpoint-mode.ts'
import { endVersions, noteVersion } from './endpoint-versions.ts'

/** What its owner decides. */
export interface EndpointSettings {
  url: string
  description: string | null
  metadata: Record<string, string>
  eventTypes: string[]
  channels: string[] | null
  filter: Record<string, unknown> | null
  headerNames: string[]
  headerStyle: 'webhook' | 'svix'
  signatures: SignatureScheme[]
  timeoutMs: number
  retryDelaysMs: number[] | null
  maxInFlight: number | null
  rateLimit: RateLimit | null
  ordered: boolean
  batchSize: number
}

/** What the hub adds to the settings. */
interface DerivedSettings {
  /** What its `v1a` signatures are verified with; null until it was first signed so. */
  publicKey: string | null
  /** When its client certificate ends; null when it has none. */
  certificateExpiresAt: Date | null
}

/** At most so many requests in so many seconds. */
export interface RateLimit {
  requests: number
  seconds: number
}

/** Where a workspace's events are delivered to. */
export interface Endpoint extends EndpointSettings, DerivedSettings {
  id: string
  workspaceId: string
  verifiedAt: Date | null
  /** One process at a time sends to it, so that its order and its limits hold. */
  gated: boolean
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

export async function insertEndpoint(db: Executor, workspaceId: string, settings: EndpointSettings): Promise<Endpoint> {
  const row = await db
    .insertInto('endpoints')
    .values({
      id: newId('endpoint'),
      workspace_id: workspaceId,
      ...columnsOf(settings),
      url: settings.url,
      metadata: JSON.stringify(settings.metadata),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await noteVersion(db, row)
  await raiseEndpointsVersion(db, workspaceId)
  return endpointOf(row)
}

/** @throws HubError `ENDPOINT_NOT_FOUND` */
export async function findEndpoint(db: Executor, workspaceId: string, endpointId: string): Promise<Endpoint> {
  return foundEndpoint(await endpointById(db, workspaceId, endpointId).executeTakeFirst())
}

/** Finds an endpoint and locks it until the transaction ends. @throws HubError `ENDPOINT_NOT_FOUND` */
export async function lockEndpoint(tx: Executor, workspaceId: string, endpointId: string): Promise<Endpoint> {
  return foundEndpoint(await endpointById(tx, workspaceId, endpointId).forUpdate().executeTakeFirst())
}

function endpointById(db: Executor, workspaceId: string, endpointId: string) {
  return db.selectFrom('endpoints').selectAll().where('workspace_id', '=', workspaceId).where('id', '=', endpointId)
}

function foundEndpoint(row: Parameters<typeof endpointOf>[0] | undefined): Endpoint {
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
  change: Partial<EndpointSettings & DerivedSettings>,
): Promise<Endpoint> {
  const row = await db
    .updateTable('endpoints')
    .set({ ...columnsOf(change), ...unverified(change.url), version: sql<number>`version + 1`, updated_at: new Date() })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', endpointId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('ENDPOINT_NOT_FOUND')
  await noteVersion(db, row)
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
  await endVersions(db, workspaceId, endpointId)
  await raiseEndpointsVersion(db, workspaceId)
  return endpointOf(row)
}

/** What was learned of another URL says nothing of this one. */
function unverified(url: string | undefined) {
  if (url === undefined) return {}
  return {
    verified_at: sql<Date | null>`case when url = ${url} then verified_at end`,
    test_event_id: sql<string | null>`case when url = ${url} then test_event_id end`,
  }
}

/** The columns of what is given; kysely leaves out those that are undefined. */
function columnsOf(settings: Partial<EndpointSettings & DerivedSettings>) {
  const { metadata, filter, rateLimit } = settings
  return {
    url: settings.url,
    description: settings.description,
    metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
    event_types: settings.eventTypes,
    channels: settings.channels,
    filter: filter === undefined || filter === null ? filter : JSON.stringify(filter),
    header_names: settings.headerNames,
    header_style: settings.headerStyle,
    signatures: settings.signatures,
    timeout_ms: settings.timeoutMs,
    retry_delays_ms: settings.retryDelaysMs,
    max_in_flight: settings.maxInFlight,
    rate_requests: rateLimit === null ? null : rateLimit?.requests,
    rate_seconds: rateLimit === null ? null : rateLimit?.seconds,
    ordered: settings.ordered,
    batch_size: settings.batchSize,
    public_key: settings.publicKey,
    certificate_expires_at: settings.certificateExpiresAt,
  }
}

function endpointOf(row: Selectable<EndpointsTable>): Endpoint {
  const { rate_requests: requests, rate_seconds: seconds } = row
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    url: row.url,
    description: row.description,
    metadata: row.metadata,
    eventTypes: row.event_types,
    channels: row.channels,
    filter: row.filter,
    headerNames: row.header_names,
    headerStyle: row.header_style,
    signatures: row.signatures,
    timeoutMs: row.timeout_ms,
    retryDelaysMs: row.retry_delays_ms,
    maxInFlight: row.max_in_flight,
    rateLimit: requests === null || seconds === null ? null : { requests, seconds },
    ordered: row.ordered,
    batchSize: row.batch_size,
    publicKey: row.public_key,
    certificateExpiresAt: row.certificate_expires_at,
    verifiedAt: row.verified_at,
    gated: row.gated,
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
