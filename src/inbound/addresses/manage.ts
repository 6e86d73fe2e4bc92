import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import { findProvider } from '../../catalogue/find.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { lockConnection } from '../../connections/store.ts'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { defaultOverlapSeconds } from '../../provider-apps/webhook-secrets.ts'
import { hashOfKey, newKey } from '../keys.ts'
import { changeSecret } from '../secrets.ts'
import { addressOf, lockAddress, type AddressRef, type WebhookAddress } from './store.ts'

/** An address, with what only its making and a new key tell. */
export interface ToldAddress extends WebhookAddress {
  webhookUrl: string
}

/** What a caller says of an address. */
export interface AddressWords {
  name?: string | undefined
  secret?: string | null | undefined
  topics?: string[] | undefined
}

export interface AddressChange extends AddressWords {
  /** For how long the secret before a new one is still taken. */
  secretOverlapSeconds?: number | undefined
  /** For how long a handshake may bring a new secret. */
  learnForSeconds?: number | undefined
}

/** The most addresses of one connection. */
const mostAddresses = 100

/**
 * Makes an address that nobody can guess for the webhooks of one connection. Its key is told this once.
 * @throws HubError `CONNECTION_NOT_FOUND`; `CONFLICT` for a connection that has ended, a platform without webhooks, or too many
 */
export function createAddress(
  hub: ConnectionParts,
  workspaceId: string,
  connectionId: string,
  actor: string,
  words: AddressWords,
): Promise<ToldAddress> {
  return hub.db.transaction().execute(trx => createAddressIn(hub, trx, { workspaceId, connectionId }, actor, words))
}

/** The same in the caller's transaction. */
export async function createAddressIn(
  hub: ConnectionParts,
  trx: Executor,
  { workspaceId, connectionId }: { workspaceId: string; connectionId: string },
  actor: string,
  { name = '', secret, topics = [] }: AddressWords,
): Promise<ToldAddress> {
  const { provider, providerAppId, status } = await lockConnection(trx, workspaceId, connectionId)
  if (status === 'disconnecting' || status === 'disconnected')
    throw new HubError('CONFLICT', { message: 'The connection has ended.' })
  const { webhooks, name: platform } = await findProvider(hub, workspaceId, provider)
  if (!webhooks) throw new HubError('CONFLICT', { message: `The hub takes no webhooks from ${platform}.` })
  if ((await countAddresses(trx, workspaceId, connectionId)) >= mostAddresses)
    throw new HubError('CONFLICT', { message: `A connection has ${mostAddresses} addresses at most; delete some.` })
  const key = newKey()
  const row = await trx
    .insertInto('webhook_addresses')
    .values({
      id: newId('webhookAddress'),
      workspace_id: workspaceId,
      connection_id: connectionId,
      provider,
      provider_app_id: providerAppId,
      name,
      topics,
      key_hash: hashOfKey(key),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const address = addressOf(row)
  if (typeof secret === 'string') await changeSecret(hub, trx, address, secret, 0)
  await audit(trx, address, actor, 'created')
  return { ...address, webhookUrl: urlOf(hub, address, key) }
}

/** @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND` */
export function changeAddress(
  hub: ConnectionParts,
  ref: AddressRef,
  actor: string,
  { name, secret, topics, secretOverlapSeconds = defaultOverlapSeconds, learnForSeconds }: AddressChange,
): Promise<WebhookAddress> {
  return hub.db.transaction().execute(async trx => {
    const address = await lockAddress(trx, ref)
    const overlapMs = secretOverlapSeconds * 1_000
    const overlapEndsAt = secret === undefined ? undefined : await changeSecret(hub, trx, address, secret, overlapMs)
    await trx
      .updateTable('webhook_addresses')
      .set({
        updated_at: sql`now()`,
        ...(name === undefined ? {} : { name }),
        ...(topics === undefined ? {} : { topics }),
        ...(overlapEndsAt === undefined ? {} : { secret_overlap_ends_at: overlapEndsAt }),
        ...(learnForSeconds === undefined ? {} : { learns_until: new Date(Date.now() + learnForSeconds * 1_000) }),
      })
      .where('workspace_id', '=', ref.workspaceId)
      .where('id', '=', ref.id)
      .execute()
    await audit(trx, address, actor, 'changed', { secret: secret !== undefined, learnForSeconds })
    return lockAddress(trx, ref)
  })
}

/**
 * Gives an address another key, told this once. The one before leads here until the overlap ends.
 * @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND`
 */
export function rotateAddress(
  hub: ConnectionParts,
  ref: AddressRef,
  actor: string,
  overlapSeconds: number,
): Promise<ToldAddress> {
  const key = newKey()
  return hub.db.transaction().execute(async trx => {
    await lockAddress(trx, ref)
    await trx
      .updateTable('webhook_addresses')
      .set(eb => ({
        key_before_hash: overlapSeconds > 0 ? eb.ref('key_hash') : null,
        key_overlap_ends_at: overlapSeconds > 0 ? new Date(Date.now() + overlapSeconds * 1_000) : null,
        key_hash: hashOfKey(key),
        updated_at: sql<Date>`now()`,
      }))
      .where('workspace_id', '=', ref.workspaceId)
      .where('id', '=', ref.id)
      .execute()
    const address = await lockAddress(trx, ref)
    await audit(trx, address, actor, 'rotated', { overlapSeconds })
    return { ...address, webhookUrl: urlOf(hub, address, key) }
  })
}

/** Ends an address: nothing that is sent to it is taken any more. @throws HubError `WEBHOOK_ADDRESS_NOT_FOUND` */
export function deleteAddress(hub: ConnectionParts, ref: AddressRef, actor: string): Promise<void> {
  return hub.db.transaction().execute(async trx => {
    const address = await lockAddress(trx, ref)
    await removeAddress(hub, trx, address)
    await audit(trx, address, actor, 'deleted')
  })
}

/** Ends the addresses of a connection that ends, in the transaction of that change. */
export async function deleteAddressesOf(
  hub: ConnectionParts,
  trx: Executor,
  connection: { workspaceId: string; id: string },
): Promise<void> {
  const rows = await trx
    .selectFrom('webhook_addresses')
    .select(['id', 'workspace_id as workspaceId'])
    .where('workspace_id', '=', connection.workspaceId)
    .where('connection_id', '=', connection.id)
    .limit(mostAddresses)
    .execute()
  for (const address of rows) await removeAddress(hub, trx, address)
}

/** Ends one address, with its secrets. */
export async function removeAddress(
  hub: ConnectionParts,
  trx: Executor,
  { workspaceId, id }: { workspaceId: string; id: string },
) {
  await hub.credentials.destroy(trx, workspaceId, id)
  await trx.deleteFrom('webhook_addresses').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
}

async function countAddresses(db: Executor, workspaceId: string, connectionId: string): Promise<number> {
  const { count } = await db
    .selectFrom('webhook_addresses')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', workspaceId)
    .where('connection_id', '=', connectionId)
    .executeTakeFirstOrThrow()
  return count
}

/** What stands for the app in the address of a connection without one of its workspace's own. */
export const environmentApp = 'environment'

function urlOf(hub: ConnectionParts, { provider, providerAppId }: WebhookAddress, key: string): string {
  return `${hub.config.http.publicUrl}/webhooks/${provider}/${providerAppId ?? environmentApp}/${key}`
}

function audit(
  trx: Executor,
  address: WebhookAddress,
  actor: string,
  what: string,
  details: Record<string, unknown> = {},
) {
  const { workspaceId, id: subjectId, connectionId } = address
  return writeAudit(trx, {
    ...{ workspaceId, actor, action: `webhook_address.${what}`, subjectId, details: { connectionId, ...details } },
  })
}
