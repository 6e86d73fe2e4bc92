import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { UnknownAddresses } from '../../provider-apps/unknown-addresses.ts'
import { environmentApp } from './manage.ts'
import { hashOfKey, isKey } from '../keys.ts'
import { secretsOf } from '../secrets.ts'
import { addressOf, type WebhookAddress } from './store.ts'

/** An address that something has come to, with what may sign it. */
export interface ResolvedAddress extends WebhookAddress {
  /** Its own secrets; none when it has none: what it takes is then signed with its app's. */
  secrets: string[]
}

const nowhere = new WeakMap<ConnectionParts, UnknownAddresses>()

/**
 * The address `/webhooks/:provider/:app/:key`, whatever its workspace: who asks carries no API key. Indexes: those of the unique
 * hashes. @throws HubError `WEBHOOK_NOT_FOUND`
 */
export async function resolveAddress(
  hub: ConnectionParts,
  provider: string,
  app: string,
  key: string,
): Promise<ResolvedAddress> {
  const unknown = nowhere.get(hub) ?? nowhere.set(hub, new UnknownAddresses()).get(hub)!
  const hash = hashOfKey(key)
  const asked = `${provider}/${app}/${hash.toString('base64')}`
  if (!isKey(key) || unknown.has(asked)) throw new HubError('WEBHOOK_NOT_FOUND')
  const row = await hub.db
    .selectFrom('webhook_addresses')
    .selectAll()
    .where(eb =>
      eb.or([
        eb('key_hash', '=', hash),
        eb.and([eb('key_before_hash', '=', hash), eb('key_overlap_ends_at', '>', new Date())]),
      ]),
    )
    .where('provider', '=', provider)
    .where('provider_app_id', app === environmentApp ? 'is' : '=', app === environmentApp ? null : app)
    .executeTakeFirst()
  if (!row) {
    unknown.add(asked)
    throw new HubError('WEBHOOK_NOT_FOUND')
  }
  const address = addressOf(row)
  return { ...address, secrets: await secretsOf(hub, address) }
}
