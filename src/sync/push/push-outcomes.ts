import { HubError, isHubError } from '../../errors.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { textAt } from '../../calls/json-path.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { WriteAnswer } from '../../calls/writes/write.ts'
import { sightingOf } from '../pull/apply-page.ts'
import { sight } from '../pull/compare.ts'
import { isBadItem, type LinkErrorCode, type Mapping, type Thing } from '../mapping/mapping.ts'
import { freeDeletions } from '../policy.ts'
import type { RunHold } from '../runs/run-hold.ts'
import type { Sighting } from '../links/settle.ts'

/** What an answer comes to. */
export type Outcome =
  | { kind: 'seen'; sighting: Sighting; refused: 'stale' | 'missing' | null }
  | { kind: 'failed'; errorCode: LinkErrorCode }
  /** The thing was written and cannot be understood: what is known of it is kept, and it is looked at again later. */
  | { kind: 'unread'; externalId: string; version: string | null }
  /** The answer could not be followed up just now: the very same call is made again. */
  | { kind: 'open'; error: unknown }

/** What an answer tells, with a look at the thing where the answer alone does not say. */
export async function outcomeOf(
  hold: RunHold,
  client: ProviderClient,
  item: PushItem,
  answer: WriteAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await judged(hold, client, item, answer, signal)
  } catch (error) {
    if (!isHubError(error)) throw error
    return { kind: 'open', error }
  }
}

async function judged(
  hold: RunHold,
  client: ProviderClient,
  item: PushItem,
  answer: WriteAnswer,
  signal: AbortSignal,
): Promise<Outcome> {
  const { write } = item
  if (answer.kind === 'written') return written(hold, client, item, answer.item, signal)
  if (answer.kind === 'deleted') return { kind: 'seen', sighting: goneOf(item), refused: null }
  if (write.kind === 'create') {
    return { kind: 'failed', errorCode: answer.why === 'duplicate' ? 'DUPLICATE' : 'PROVIDER_REJECTED' }
  }
  switch (answer.why) {
    case 'missing': {
      // It is also said of something that the write refers to: only a look at the thing tells that it is gone.
      const sighting = await sight(hold, client, write.externalId, signal)
      if (!sighting || !('gone' in sighting)) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
      // So many at once are rather a lost permission: they are left to the next pass, which holds them for a person.
      if (++hold.goneByRefusal > freeDeletions) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
      return { kind: 'seen', sighting, refused: 'missing' }
    }
    case 'stale': {
      const sighting = await sight(hold, client, write.externalId, signal)
      if (!sighting) return { kind: 'failed', errorCode: 'INVALID_ITEM' }
      return { kind: 'seen', sighting, refused: 'stale' }
    }
    case 'duplicate':
      return { kind: 'failed', errorCode: 'DUPLICATE' }
    case 'rejected':
      return { kind: 'failed', errorCode: 'PROVIDER_REJECTED' }
  }
}

/** An answer may hold the thing, a part of it, or something that cannot be understood: then the thing is read. */
async function written(
  hold: RunHold,
  client: ProviderClient,
  item: PushItem,
  answered: unknown,
  signal: AbortSignal,
): Promise<Outcome> {
  const { mapping } = hold
  const { model } = mapping
  const thing = mapping.thingOf(answered)
  if (!isBadItem(thing) && (thing.gone || isWhole(mapping, thing, item))) {
    return { kind: 'seen', sighting: sightingOf(thing), refused: null }
  }
  const externalId = thing.externalId ?? (item.write.kind === 'create' ? null : item.write.externalId)
  if (externalId === null) return { kind: 'open', error: unnamed() }
  const sighting = await sight(hold, client, externalId, signal)
  if (sighting && 'thing' in sighting) return { kind: 'seen', sighting, refused: null }
  return {
    kind: 'unread',
    externalId,
    version: model.version === undefined ? null : (textAt(answered, model.version) ?? null),
  }
}

/** Whether an answer holds a value wherever the thing is to have one. A deletion is not asked for its fields. */
function isWhole(mapping: Mapping, thing: Thing, { write, values }: PushItem): boolean {
  if (write.kind === 'delete') return true
  const fields = mapping.fieldsOf(JSON.parse(thing.json))
  return mapping.writablePaths.every(path => fields[path] !== undefined || (values[path] ?? undefined) === undefined)
}

function goneOf({ write }: PushItem): Sighting {
  return { gone: true, externalId: write.kind === 'create' ? '' : write.externalId, version: null, at: undefined }
}

function unnamed(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not name what it has made." })
}
