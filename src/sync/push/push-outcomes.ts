import { HubError, isHubError } from '../../errors.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { textAt } from '../../calls/json-path.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { WriteAnswer } from '../../calls/writes/write.ts'
import { changeOf } from '../pull/apply-page.ts'
import { readChange } from '../pull/compare.ts'
import { isBadItem, type LinkErrorCode, type Mapping, type Item } from '../mapping/mapping.ts'
import { freeDeletions } from '../policy.ts'
import type { RunHold } from '../runs/run-hold.ts'
import type { Change } from '../links/settle.ts'

/** What an answer comes to. */
export type Outcome =
  | { kind: 'seen'; change: Change; refused: 'stale' | 'missing' | null }
  | { kind: 'failed'; errorCode: LinkErrorCode }
  /** The item was written and cannot be understood: what is known of it is kept, and it is looked at again later. */
  | { kind: 'unread'; externalId: string; version: string | null }
  /** The answer could not be followed up just now: the very same call is made again. */
  | { kind: 'open'; error: unknown }

/** What an answer tells, with a look at the item where the answer alone does not say. */
export async function outcomeOf(
  hold: RunHold,
  client: ProviderClient,
  sent: PushItem,
  answer: WriteAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await judged(hold, client, sent, answer, signal)
  } catch (error) {
    if (!isHubError(error)) throw error
    return { kind: 'open', error }
  }
}

async function judged(
  hold: RunHold,
  client: ProviderClient,
  sent: PushItem,
  answer: WriteAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  const { write } = sent
  if (answer.kind === 'written') return written(hold, client, sent, answer.item, signal)
  if (answer.kind === 'deleted') return { kind: 'seen', change: tombstoneOf(sent), refused: null }
  if (write.kind === 'create') {
    return { kind: 'failed', errorCode: answer.why === 'duplicate' ? 'DUPLICATE' : 'PROVIDER_REJECTED' }
  }
  switch (answer.why) {
    case 'missing': {
      // It is also said of something that the write refers to: only a look at the item tells that it is gone.
      const change = await readChange(hold, client, write.externalId, signal)
      if (!change || !('tombstone' in change)) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
      // So many at once are rather a lost permission: they are left to the next pass, which holds them for a person.
      if (++hold.deletedByRefusal > freeDeletions) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
      return { kind: 'seen', change, refused: 'missing' }
    }
    case 'stale': {
      const change = await readChange(hold, client, write.externalId, signal)
      if (!change) return { kind: 'failed', errorCode: 'INVALID_ITEM' }
      return { kind: 'seen', change, refused: 'stale' }
    }
    case 'duplicate':
      return { kind: 'failed', errorCode: 'DUPLICATE' }
    case 'rejected':
      return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
  }
}

/** An answer may hold the item, a part of it, or something that cannot be understood: then the item is read. */
async function written(
  hold: RunHold,
  client: ProviderClient,
  sent: PushItem,
  answered: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  const { mapping } = hold
  const { model } = mapping
  const item = mapping.itemOf(answered)
  if (!isBadItem(item) && (item.isDeleted || isWhole(mapping, item, sent))) {
    return { kind: 'seen', change: changeOf(item), refused: null }
  }
  const externalId = item.externalId ?? (sent.write.kind === 'create' ? null : sent.write.externalId)
  if (externalId === null) return { kind: 'open', error: unnamed() }
  const change = await readChange(hold, client, externalId, signal)
  if (change && 'item' in change) return { kind: 'seen', change, refused: null }
  return {
    kind: 'unread',
    externalId,
    version: model.version === undefined ? null : (textAt(answered, model.version) ?? null),
  }
}

/** Whether an answer holds a value wherever the item is to have one. A deletion is not asked for its fields. */
function isWhole(mapping: Mapping, item: Item, { write, values }: PushItem): boolean {
  if (write.kind === 'delete') return true
  const fields = mapping.fieldsOf(JSON.parse(item.json))
  return mapping.writablePaths.every(path => fields[path] !== undefined || (values[path] ?? undefined) === undefined)
}

function tombstoneOf({ write }: PushItem): Change {
  return { tombstone: true, externalId: write.kind === 'create' ? '' : write.externalId, version: null, at: undefined }
}

function unnamed(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not name what it has made." })
}
