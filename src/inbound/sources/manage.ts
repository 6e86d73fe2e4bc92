import { sql } from 'kysely'
import { writeAudit } from '../../audit/log.ts'
import type { WebhookScheme } from '../../catalogue/schema/webhooks/schemes.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import type { Executor } from '../../db/database.ts'
import type { SourceField } from '../../db/schema/inbound-sources.ts'
import { isOwnType } from '../../delivery/events/types/event-types.ts'
import { HubError } from '../../errors.ts'
import { newId } from '../../ids.ts'
import { defaultOverlapSeconds } from '../../provider-apps/webhook-secrets.ts'
import { hashOfKey, newKey } from '../keys.ts'
import { changeSecret } from '../secrets.ts'
import { lockSource, sourceOf, type InboundSource } from './store.ts'

/** A source with its address; the key in it is told at its making and with each new one alone. */
export interface ToldSource extends InboundSource {
  webhookUrl: string | null
}

export interface NewSource {
  slug: string
  name: string
  scheme: WebhookScheme
  secret?: string | undefined
  type: SourceField | null
  deliveryId: SourceField | null
}

/** What is absent stays. */
export interface SourceChange {
  name?: string | undefined
  secret?: string | undefined
  secretOverlapSeconds?: number | undefined
  type?: SourceField | null | undefined
  deliveryId?: SourceField | null | undefined
}

/** The most sources of a workspace. */
const mostSources = 500

/**
 * Makes a source. Its address is known by its id, or by a key where nothing else proves the sender.
 * @throws HubError `INVALID_REQUEST` without a secret that its scheme needs, or for a slug that stands for something else;
 * `CONFLICT` for one that is taken, or too many sources
 */
export async function createSource(
  hub: ConnectionParts,
  workspaceId: string,
  actor: string,
  { secret, ...source }: NewSource,
): Promise<ToldSource> {
  const byKey = source.scheme.kind === 'address'
  if (byKey !== (secret === undefined)) {
    const message = byKey ? 'Nothing is signed with it' : 'Must be given: the sender signs with it'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.secret', message }] })
  }
  if (isOwnType(`${source.slug}.`) || (await hub.definitions.find(hub.db, workspaceId, source.slug))) {
    const message = 'Events of the hub or of a platform begin so'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.slug', message }] })
  }
  const key = byKey ? newKey() : undefined
  return hub.db.transaction().execute(async trx => {
    await sql`select pg_advisory_xact_lock(hashtext('inbound-sources'), hashtext(${workspaceId}))`.execute(trx)
    if ((await countSources(trx, workspaceId)) >= mostSources)
      throw new HubError('CONFLICT', { message: `A workspace has ${mostSources} sources at most; delete some.` })
    const row = await trx
      .insertInto('inbound_sources')
      .values({
        id: newId('inboundSource'),
        workspace_id: workspaceId,
        slug: source.slug,
        name: source.name,
        scheme: JSON.stringify(source.scheme),
        type_from: source.type === null ? null : JSON.stringify(source.type),
        delivery_id_from: source.deliveryId === null ? null : JSON.stringify(source.deliveryId),
        key_hash: key === undefined ? null : hashOfKey(key),
      })
      .onConflict(conflict => conflict.columns(['workspace_id', 'slug']).doNothing())
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new HubError('CONFLICT', { message: `There is a source ${source.slug} already.` })
    const made = sourceOf(row)
    if (secret !== undefined) await changeSecret(hub, trx, made, secret, 0)
    await audit(trx, made, actor, 'created')
    return { ...made, webhookUrl: sourceUrl(hub, made, key) }
  })
}

/** @throws HubError `INBOUND_SOURCE_NOT_FOUND`; `INVALID_REQUEST` for a secret of a source that nothing signs for */
export function changeSource(
  hub: ConnectionParts,
  workspaceId: string,
  id: string,
  actor: string,
  { name, secret, secretOverlapSeconds = defaultOverlapSeconds, type, deliveryId }: SourceChange,
): Promise<InboundSource> {
  return hub.db.transaction().execute(async trx => {
    const source = await lockSource(trx, workspaceId, id)
    if (secret !== undefined && source.scheme.kind === 'address') {
      const message = 'Nothing is signed with it: give the source another key instead'
      throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.secret', message }] })
    }
    const overlapMs = secretOverlapSeconds * 1_000
    const overlapEndsAt = secret === undefined ? undefined : await changeSecret(hub, trx, source, secret, overlapMs)
    const json = (field: SourceField | null) => (field === null ? null : JSON.stringify(field))
    await trx
      .updateTable('inbound_sources')
      .set({
        updated_at: sql`now()`,
        ...(name === undefined ? {} : { name }),
        ...(type === undefined ? {} : { type_from: json(type) }),
        ...(deliveryId === undefined ? {} : { delivery_id_from: json(deliveryId) }),
        ...(overlapEndsAt === undefined ? {} : { secret_overlap_ends_at: overlapEndsAt }),
      })
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .execute()
    await audit(trx, source, actor, 'changed', { secret: secret !== undefined })
    return lockSource(trx, workspaceId, id)
  })
}

/**
 * Gives a source whose address is its proof another key; the one before leads there until the overlap ends.
 * @throws HubError `INBOUND_SOURCE_NOT_FOUND`; `CONFLICT` for a source that signs
 */
export function rotateSource(
  hub: ConnectionParts,
  workspaceId: string,
  id: string,
  actor: string,
  overlapSeconds: number,
): Promise<ToldSource> {
  const key = newKey()
  return hub.db.transaction().execute(async trx => {
    const { scheme } = await lockSource(trx, workspaceId, id)
    if (scheme.kind !== 'address')
      throw new HubError('CONFLICT', { message: 'This source signs: change its secret instead.' })
    await trx
      .updateTable('inbound_sources')
      .set(eb => ({
        key_before_hash: overlapSeconds > 0 ? eb.ref('key_hash') : null,
        key_overlap_ends_at: overlapSeconds > 0 ? new Date(Date.now() + overlapSeconds * 1_000) : null,
        key_hash: hashOfKey(key),
        updated_at: sql<Date>`now()`,
      }))
      .where('workspace_id', '=', workspaceId)
      .where('id', '=', id)
      .execute()
    const source = await lockSource(trx, workspaceId, id)
    await audit(trx, source, actor, 'rotated', { overlapSeconds })
    return { ...source, webhookUrl: sourceUrl(hub, source, key) }
  })
}

/** Ends a source: nothing that is sent there is taken any more. What has come stays. @throws HubError `INBOUND_SOURCE_NOT_FOUND` */
export function deleteSource(hub: ConnectionParts, workspaceId: string, id: string, actor: string): Promise<void> {
  return hub.db.transaction().execute(async trx => {
    const source = await lockSource(trx, workspaceId, id)
    await hub.credentials.destroy(trx, workspaceId, id)
    await trx.deleteFrom('inbound_sources').where('workspace_id', '=', workspaceId).where('id', '=', id).execute()
    await audit(trx, source, actor, 'deleted')
  })
}

/** Where a source sends to; null where that has a key which is not told now. */
export function sourceUrl(hub: ConnectionParts, { id, scheme }: InboundSource, key?: string): string | null {
  const place = scheme.kind === 'address' ? key : id
  return place === undefined ? null : `${hub.config.http.publicUrl}/webhooks/in/${place}`
}

async function countSources(db: Executor, workspaceId: string): Promise<number> {
  const { count } = await db
    .selectFrom('inbound_sources')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirstOrThrow()
  return count
}

function audit(
  trx: Executor,
  source: InboundSource,
  actor: string,
  what: string,
  details: Record<string, unknown> = {},
) {
  const { workspaceId, id: subjectId, slug } = source
  return writeAudit(trx, {
    ...{ workspaceId, actor, action: `inbound_source.${what}`, subjectId, details: { slug, ...details } },
  })
}
