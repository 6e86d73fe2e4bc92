import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { isId } from '../../ids.ts'
import { UnknownAddresses } from '../../provider-apps/unknown-addresses.ts'
import { hashOfKey, isKey } from '../keys.ts'
import { secretsOf } from '../secrets.ts'
import { sourceOf, type InboundSource } from './store.ts'

/** A source that something has come to, with what may sign it. */
export interface ResolvedSource extends InboundSource {
  secrets: string[]
}

const nowhere = new WeakMap<ConnectionParts, UnknownAddresses>()

/**
 * The source at `/webhooks/in/:source`, by its id, or by its key where nothing else proves the sender.
 * @throws HubError `WEBHOOK_NOT_FOUND`
 */
export async function resolveSource(hub: ConnectionParts, place: string): Promise<ResolvedSource> {
  const unknown = nowhere.get(hub) ?? nowhere.set(hub, new UnknownAddresses()).get(hub)!
  const byId = isId('inboundSource', place)
  if (!byId && !isKey(place)) throw new HubError('WEBHOOK_NOT_FOUND')
  const hash = hashOfKey(place)
  const asked = hash.toString('base64')
  if (unknown.has(asked)) throw new HubError('WEBHOOK_NOT_FOUND')
  const query = hub.db.selectFrom('inbound_sources').selectAll()
  const row = byId
    ? await query.where('id', '=', place).where('key_hash', 'is', null).executeTakeFirst()
    : await query
        .where(eb =>
          eb.or([
            eb('key_hash', '=', hash),
            eb.and([eb('key_before_hash', '=', hash), eb('key_overlap_ends_at', '>', new Date())]),
          ]),
        )
        .executeTakeFirst()
  if (!row) {
    unknown.add(asked)
    throw new HubError('WEBHOOK_NOT_FOUND')
  }
  const source = sourceOf(row)
  return { ...source, secrets: await secretsOf(hub, source) }
}

/** What a source sends, as what a platform sends is described. */
export function definitionOf({ scheme, type, deliveryId }: InboundSource): WebhookDefinition {
  return {
    docs: 'https://www.standardwebhooks.com',
    scheme,
    shapes: [{ type: type ?? { constant: 'received' }, account: [], ...(deliveryId === null ? {} : { deliveryId }) }],
    triggers: {},
  }
}
