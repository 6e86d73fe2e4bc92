import { locateAuditEntry } from '../audit/locate.ts'
import { writeAudit } from '../audit/log.ts'
import { locateAccount, locateAttempt, locateConnection } from '../connections/locate.ts'
import type { Database, Executor } from '../db/database.ts'
import { locateDelivery, locateEndpoint, locateEvent, locateReplay } from '../delivery/log/locate.ts'
import { HubError } from '../errors.ts'
import { idPrefixes, isId, type IdKind } from '../ids.ts'
import {
  locateInboundEvent,
  locateInboundReplay,
  locateInboundSource,
  locateWebhookAddress,
  locateWebhookSubscription,
} from '../inbound/locate.ts'
import type { Located } from '../located.ts'
import { locateProviderApp } from '../provider-apps/locate.ts'
import { locateRecord, locateRule, locateRun, locateSync } from '../sync/locate.ts'
import { locateApiKey, locateWorkspace } from '../workspaces/locate.ts'

type Locate = (db: Executor, id: string) => Promise<Located | undefined>

/** The feature that knows each kind of id. Requests leave no row; an attempt is found by its delivery. */
const locates: Partial<Record<IdKind, Locate>> = {
  workspace: locateWorkspace,
  apiKey: locateApiKey,
  providerApp: locateProviderApp,
  connection: locateConnection,
  connectAttempt: locateAttempt,
  sync: locateSync,
  syncRun: locateRun,
  rule: locateRule,
  record: locateRecord,
  inboundEvent: locateInboundEvent,
  inboundReplay: locateInboundReplay,
  inboundSource: locateInboundSource,
  webhookAddress: locateWebhookAddress,
  webhookSubscription: locateWebhookSubscription,
  endpoint: locateEndpoint,
  event: locateEvent,
  delivery: locateDelivery,
  replay: locateReplay,
  audit: locateAuditEntry,
}

/** The most connections that are told of one account. */
const mostAccounts = 50

/** A thing that was found, and what kind it is. */
export interface Found extends Located {
  kind: IdKind
}

/**
 * Finds what an id names, in any workspace. The id may be the hub's or a platform's account id, which may have several
 * connections. Writes the look-up to the audit log of each workspace concerned.
 * @throws HubError `ID_NOT_FOUND`
 */
export async function findAnywhere(db: Database, actor: string, id: string): Promise<Found[]> {
  const kinds = Object.keys(idPrefixes) as IdKind[]
  const kind = kinds.find(kind => isId(kind, id))
  const locate = kind && locates[kind]
  const thing = await locate?.(db, id)
  const found: Found[] =
    kind && thing
      ? [{ kind, ...thing }]
      : (await locateAccount(db, id, mostAccounts)).map(located => ({ kind: 'connection', ...located }))
  if (found.length === 0) throw new HubError('ID_NOT_FOUND')
  const workspaces = new Set(found.flatMap(({ workspaceId }) => workspaceId ?? []))
  for (const workspaceId of workspaces) {
    await writeAudit(db, { workspaceId, actor, action: 'operator.looked_up', subjectId: id })
  }
  return found
}
