import type { Values } from '../../calls/json-write.ts'
import type { LinkConflict } from '../../db/schema/record-links.ts'
import { hashBytes } from '../mapping/canonical.ts'
import { unfitFields } from '../mapping/gaps.ts'
import type { Item, LinkErrorCode, Mapping } from '../mapping/mapping.ts'
import { mostTries, retryDelayMs, type Fields } from '../policy.ts'
import type { Link, LinkWrite } from './link-store.ts'

/**
 * A link that says that its item could not be taken or written, and in what words the platform refused it. What was agreed on
 * before stays. After so many times it is held: a person says whether it is tried again.
 */
export function failedLink(
  link: LinkWrite,
  errorCode: LinkErrorCode,
  now: Date,
  { code = null, message = null }: { code?: string | null; message?: string | null } = {},
): LinkWrite {
  const failures = link.failures + 1
  const retryAt = failures >= mostTries ? null : new Date(now.getTime() + retryDelayMs(failures)).toISOString()
  return { ...link, state: 'error', errorCode, errorMessage: message, providerCode: code, failures, retryAt }
}

/** A link of an item that has no record yet. */
export function emptyLink(recordId: string, externalId: string | null): LinkWrite {
  return {
    recordId,
    externalId,
    externalVersion: null,
    externalUpdatedAt: null,
    externalHash: null,
    recordVersion: 0,
    base: null,
    state: 'ok',
    gone: false,
    conflict: null,
    errorCode: null,
    errorMessage: null,
    providerCode: null,
    failures: 0,
    retryAt: null,
    place: null,
    echoes: null,
    fieldErrors: null,
  }
}

/** A link as it is. */
export function unchanged(link: Link): LinkWrite {
  return {
    recordId: link.record_id,
    externalId: link.external_id,
    externalVersion: link.external_version,
    externalUpdatedAt: link.external_updated_at?.toISOString() ?? null,
    externalHash: link.external_hash?.toString('hex') ?? null,
    recordVersion: link.record_version,
    base: link.base,
    state: link.state,
    gone: link.gone,
    conflict: link.conflict,
    errorCode: link.error_code,
    errorMessage: link.error_message,
    providerCode: link.provider_code,
    failures: link.failures,
    retryAt: link.retry_at?.toISOString() ?? null,
    place: link.place,
    echoes: link.echoes,
    fieldErrors: link.field_errors,
  }
}

/** A link that has just seen an item, with nothing open; its record's version is still to be said. */
export function seen(mapping: Mapping, recordId: string, item: Item, base: Fields): LinkWrite {
  return {
    ...emptyLink(recordId, item.externalId),
    externalVersion: item.version,
    externalUpdatedAt: item.updatedAt?.toISOString() ?? null,
    externalHash: hashBytes([item.hash]).toString('hex'),
    fieldErrors: unfitFields(item.gaps),
    base: JSON.parse(mapping.jsonOf(base)) as Values,
  }
}

/** Whether an item is just as its link last saw it. */
export function isAsSeen(item: Item, link: Link): boolean {
  const isSame = link.external_hash?.equals(hashBytes([item.hash])) === true
  return !item.isDeleted && isSame && item.version === link.external_version
}

/** What a link says that waits for a person. */
export function inConflict(conflict: LinkConflict): Pick<LinkWrite, 'state' | 'conflict'> {
  return { state: 'conflict', conflict }
}

/** What could not be pushed and still has to be is tried again at once where something about it has changed, else when it is due. */
export function stillFailing(link: Link, isChanged: boolean, now: Date): Partial<LinkWrite> {
  const { state, errorCode, errorMessage, providerCode, failures, retryAt } = unchanged(link)
  return { state, errorCode, errorMessage, providerCode, failures, retryAt: isChanged ? now.toISOString() : retryAt }
}
