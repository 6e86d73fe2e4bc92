import { sql, type Selectable } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { ConnectionsTable, StoredSecond } from '../db/schema/connections.ts'
import { HubError } from '../errors.ts'
import type { ConnectionStatus } from './states.ts'
import { putTags } from './tags.ts'

/** The id of a connection's method, also where a version before methods wrote the row. */
export function methodIn(row: { method: string | null; auth_kind: string }): string {
  return row.method ?? (row.auth_kind === 'oauth2' ? 'oauth' : 'key')
}

/** A connection as the hub's features see it: never with its tokens. */
export interface Connection {
  id: string
  workspaceId: string
  provider: string
  /** Null for the environment's app. */
  providerAppId: string | null
  environment: string
  authKind: AuthMethod['kind']
  /** The id of the method by which it is connected. */
  method: string
  status: ConnectionStatus
  statusReason: string | null
  statusChangedAt: Date
  externalAccountId: string | null
  externalAccountName: string | null
  /** What the redirect carried and URLs need, such as `realmId`. */
  config: Record<string, string>
  scopes: string[]
  /** Those that were asked for and not given, as far as the platform says which it gave. */
  scopesMissing: string[]
  /** The product's user whose it is. */
  ownerId: string | null
  tags: string[]
  metadata: Record<string, unknown>
  /** Raised by every stored token. */
  generation: number
  leaseUntil: Date | null
  refreshAttempts: number
  refreshAt: Date | null
  accessExpiresAt: Date | null
  refreshExpiresAt: Date | null
  absoluteExpiresAt: Date | null
  /** When its person has to connect again in any case, as far as it is known. */
  endsAt: Date | null
  refreshFailures: number
  /** The first of those failures. */
  firstFailureAt: Date | null
  lastError: string | null
  recovery: 'refresh' | 'provider' | null
  checkedAt: Date | null
  /** A second token of the same visit, such as the person's beside the bot's. */
  second: StoredSecond | null
  /** When the last webhook about it came, to within a minute; null before the first. */
  lastWebhookAt: Date | null
  destroyAt: Date | null
  createdAt: Date
  updatedAt: Date
}

export function connectionFromRow(row: Selectable<ConnectionsTable>): Connection {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    provider: row.provider,
    providerAppId: row.provider_app_id,
    environment: row.environment,
    authKind: row.auth_kind as AuthMethod['kind'],
    method: methodIn(row),
    status: row.status,
    statusReason: row.status_reason,
    statusChangedAt: row.status_changed_at,
    externalAccountId: row.external_account_id,
    externalAccountName: row.external_account_name,
    config: row.config,
    scopes: row.scopes,
    scopesMissing: row.scopes_missing,
    ownerId: row.owner_id,
    tags: row.tags,
    metadata: row.metadata,
    generation: row.generation,
    leaseUntil: row.lease_until,
    refreshAttempts: row.refresh_attempts,
    refreshAt: row.refresh_at,
    accessExpiresAt: row.access_expires_at,
    refreshExpiresAt: row.refresh_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    endsAt: row.ends_at,
    refreshFailures: row.refresh_failures,
    firstFailureAt: row.first_failure_at,
    lastError: row.last_error,
    recovery: row.recovery,
    checkedAt: row.checked_at,
    second: row.second,
    lastWebhookAt: row.last_webhook_at,
    destroyAt: row.destroy_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** @throws HubError `CONNECTION_NOT_FOUND` */
export async function findConnection(db: Executor, workspaceId: string, connectionId: string): Promise<Connection> {
  const row = await db
    .selectFrom('connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .executeTakeFirst()
  if (!row) throw new HubError('CONNECTION_NOT_FOUND')
  return connectionFromRow(row)
}

/** The same, locked until the caller's transaction ends. @throws HubError `CONNECTION_NOT_FOUND` */
export async function lockConnection(db: Executor, workspaceId: string, connectionId: string): Promise<Connection> {
  const row = await db
    .selectFrom('connections')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw new HubError('CONNECTION_NOT_FOUND')
  return connectionFromRow(row)
}

/** Connections that became unusable in the last day, the latest first: over connections_unusable, all workspaces. */
export async function latelyUnusable(db: Executor, limit: number): Promise<Pick<Connection, 'id' | 'workspaceId'>[]> {
  return db
    .selectFrom('connections')
    .select(['id', 'workspace_id as workspaceId'])
    .where('status', 'in', ['needs_reauth', 'disconnecting', 'disconnected'])
    .where('status_changed_at', '>', sql<Date>`now() - interval '1 day'`)
    .orderBy('status_changed_at', 'desc')
    .limit(limit)
    .execute()
}

export interface ConnectionFilter {
  provider?: string | undefined
  status?: ConnectionStatus | undefined
  externalAccountId?: string | undefined
  ownerId?: string | undefined
  tag?: string | undefined
  after?: Position | undefined
  limit: number
}

/**
 * A workspace's connections behind a position, newest first: over connections_by_workspace, or the index of a filter
 * (connections_by_owner, _by_provider, _by_status, _by_external_account; the key of connection_tags).
 */
export async function listConnections(
  db: Executor,
  workspaceId: string,
  filter: ConnectionFilter,
): Promise<Connection[]> {
  let query = db.selectFrom('connections').selectAll().where('workspace_id', '=', workspaceId)
  if (filter.provider !== undefined) query = query.where('provider', '=', filter.provider)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.externalAccountId !== undefined) query = query.where('external_account_id', '=', filter.externalAccountId)
  if (filter.ownerId !== undefined) query = query.where('owner_id', '=', filter.ownerId)
  const { tag, after } = filter
  if (tag !== undefined) {
    query = query.where('id', 'in', eb =>
      eb
        .selectFrom('connection_tags')
        .select('connection_id')
        .where('workspace_id', '=', workspaceId)
        .where('tag', '=', tag),
    )
  }
  return (await query.where(behind(after)).orderBy('id', 'desc').limit(filter.limit).execute()).map(connectionFromRow)
}

export interface NewConnection {
  id: string
  workspaceId: string
  provider: string
  providerAppId: string | null
  environment: string
  authKind: AuthMethod['kind']
  method: string
  config?: Record<string, string>
  scopes?: string[]
  ownerId?: string | null
  tags?: string[]
  metadata?: Record<string, unknown>
  /** The id of the row of an import. */
  importedAs?: string
}

/** Writes a connection in state `pending`. */
export async function insertConnection(db: Executor, connection: NewConnection): Promise<Connection> {
  const row = await db
    .insertInto('connections')
    .values({
      id: connection.id,
      workspace_id: connection.workspaceId,
      provider: connection.provider,
      provider_app_id: connection.providerAppId,
      environment: connection.environment,
      auth_kind: connection.authKind,
      method: connection.method,
      status: 'pending',
      config: JSON.stringify(connection.config ?? {}),
      scopes: connection.scopes ?? [],
      owner_id: connection.ownerId ?? null,
      tags: connection.tags ?? [],
      metadata: JSON.stringify(connection.metadata ?? {}),
      imported_as: connection.importedAs ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (row.tags.length > 0) await putTags(db, connection, row.tags)
  return connectionFromRow(row)
}

/** What the product says of a connection; what is undefined stays as it is. */
export interface ConnectionNotes {
  metadata?: Record<string, unknown> | undefined
  ownerId?: string | null | undefined
  tags?: string[] | undefined
}

/** Replaces what the product says of a connection, in the caller's transaction. @throws HubError `CONNECTION_NOT_FOUND` */
export async function updateNotes(
  trx: Executor,
  workspaceId: string,
  connectionId: string,
  { metadata, ownerId, tags }: ConnectionNotes,
): Promise<Connection> {
  const row = await trx
    .updateTable('connections')
    .set({
      ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      ...(ownerId === undefined ? {} : { owner_id: ownerId }),
      ...(tags === undefined ? {} : { tags }),
      updated_at: sql<Date>`now()`,
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', connectionId)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw new HubError('CONNECTION_NOT_FOUND')
  if (tags !== undefined) await putTags(trx, { workspaceId, id: connectionId }, tags)
  return connectionFromRow(row)
}
