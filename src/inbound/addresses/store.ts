import type { Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import { behind, type Position } from '../../db/keyset.ts'
import type { WebhookAddressesTable } from '../../db/schema/webhook-addresses.ts'
import { HubError } from '../../errors.ts'

/** An address with a key, for the webhooks of one connection. */
export interface WebhookAddress {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
  /** Null for the environment's app. */
  providerAppId: string | null
  name: string
  topics: string[]
  /** Until then the key before the current one leads here too. */
  keyOverlapEndsAt: Date | null
  /** Until then the secret before the current one verifies too. */
  secretOverlapEndsAt: Date | null
  /** Until then a handshake may bring a new secret. */
  learnsUntil: Date | null
  createdAt: Date
  updatedAt: Date
}

/** The addresses of a connection behind a position, newest first. Index webhook_addresses_by_connection. */
export async function listAddresses(
  db: Executor,
  workspaceId: string,
  connectionId: string,
  list: { after: Position | undefined; limit: number },
): Promise<WebhookAddress[]> {
  const rows = await selectAddresses(db, workspaceId, connectionId)
    .where(behind(list.after))
    .orderBy('id', 'desc')
    .limit(list.limit)
    .execute()
  return rows.map(addressOf)
}

/** Which address, and of which connection of which workspace. */
export interface AddressRef {
  workspaceId: string
  connectionId: string
  id: string
}

/** @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND` */
export async function findAddress(
  db: Executor,
  { workspaceId, connectionId, id }: AddressRef,
): Promise<WebhookAddress> {
  return found(await selectAddresses(db, workspaceId, connectionId).where('id', '=', id).executeTakeFirst())
}

/** The same, locked until the caller's transaction ends. @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND` */
export async function lockAddress(
  db: Executor,
  { workspaceId, connectionId, id }: AddressRef,
): Promise<WebhookAddress> {
  return found(await selectAddresses(db, workspaceId, connectionId).where('id', '=', id).forUpdate().executeTakeFirst())
}

function selectAddresses(db: Executor, workspaceId: string, connectionId: string) {
  return db
    .selectFrom('webhook_addresses')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
}

function found(row: Selectable<WebhookAddressesTable> | undefined): WebhookAddress {
  if (!row) throw new HubError('WEBHOOK_ADDRESS_NOT_FOUND')
  return addressOf(row)
}

export function addressOf(row: Selectable<WebhookAddressesTable>): WebhookAddress {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    connectionId: row.connection_id,
    provider: row.provider,
    providerAppId: row.provider_app_id,
    name: row.name,
    topics: row.topics,
    keyOverlapEndsAt: row.key_overlap_ends_at,
    secretOverlapEndsAt: row.secret_overlap_ends_at,
    learnsUntil: row.learns_until,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
