import { HubError, isHubError } from '../../errors.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { textAt } from '../../calls/json-path.ts'
import type { ProviderClient } from '../../calls/call.ts'
import type { PlatformWords } from '../../calls/writes/platform-words.ts'
import { isCut } from '../../calls/reads/whole-lists.ts'
import { readItems } from '../../calls/read-items.ts'
import type { WriteAnswer } from '../../calls/writes/write.ts'
import { changeOf } from '../pull/apply-page.ts'
import { readChange } from '../pull/compare.ts'
import { isBadItem, type BadItem, type LinkErrorCode, type Mapping, type Item } from '../mapping/mapping.ts'
import { itemsOf } from '../mapping/references/read-items.ts'
import { freeDeletions } from '../policy.ts'
import type { RunHold } from '../runs/run-hold.ts'
import type { Change } from '../links/settle.ts'

/** What an answer comes to. */
export type Outcome =
  | { kind: 'seen'; change: Change; refused: 'stale' | 'missing' | null }
  | { kind: 'failed'; errorCode: LinkErrorCode; said?: PlatformWords | undefined }
  /** The item was written and cannot be understood: what is known of it is kept, and it is looked at again later. */
  | { kind: 'unread'; externalId: string; version: string | null }
  /** The answer could not be followed up just now: the very same call is made again. */
  | { kind: 'open'; error: unknown }

/** What an answer tells, with a look at the item where neither the answer nor what was `read` says, by its id. */
export async function outcomeOf(
  hold: RunHold,
  client: ProviderClient,
  sent: PushItem,
  answer: WriteAnswer,
  read: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    return await judged(hold, client, sent, answer, read, signal)
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
  read: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { write } = sent
  if (answer.kind === 'written') return written(hold, client, sent, answer.item, read, signal)
  if (answer.kind === 'deleted') return { kind: 'seen', change: tombstoneOf(sent), refused: null }
  const { said } = answer
  if (write.kind === 'create') {
    return { kind: 'failed', errorCode: answer.why === 'duplicate' ? 'DUPLICATE' : 'PROVIDER_REJECTED', said }
  }
  switch (answer.why) {
    case 'missing': {
      // It is also said of something that the write refers to: only a look at the item tells that it is gone.
      const change = await readChange(hold, client, write.externalId, signal)
      if (!change || !('tombstone' in change)) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED', said }
      // So many at once are rather a lost permission: they are left to the next pass, which holds them for a person.
      if (++hold.deletedByRefusal > freeDeletions) return { kind: 'failed', errorCode: 'PROVIDER_REJECTED', said }
      return { kind: 'seen', change, refused: 'missing' }
    }
    case 'stale': {
      const change = await readChange(hold, client, write.externalId, signal)
      if (!change) return { kind: 'failed', errorCode: 'INVALID_ITEM' }
      return { kind: 'seen', change, refused: 'stale' }
    }
    case 'duplicate':
      return { kind: 'failed', errorCode: 'DUPLICATE', said }
    case 'rejected':
      return { kind: 'failed', errorCode: 'PROVIDER_REJECTED', said }
  }
}

/** An answer may hold the item, a part of it, or something that cannot be understood: then the item is read. */
async function written(
  hold: RunHold,
  client: ProviderClient,
  sent: PushItem,
  answered: unknown,
  read: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { mapping } = hold
  const { model } = mapping
  const [item] = await itemsOf(hold, [answered])
  if (item && !isCut(model, answered) && isAnswered(mapping, sent, item))
    return { kind: 'seen', change: changeOf(item), refused: null }
  const externalId = idOf(sent, item)
  if (externalId === null) return { kind: 'open', error: unnamed() }
  const [readItem] = await itemsOf(hold, [read.get(externalId)])
  if (readItem && !isBadItem(readItem)) return { kind: 'seen', change: changeOf(readItem), refused: null }
  const change = await readChange(hold, client, externalId, signal)
  if (change && 'item' in change) return { kind: 'seen', change, refused: null }
  return {
    kind: 'unread',
    externalId,
    version: model.version === undefined ? null : (textAt(answered, model.version) ?? null),
  }
}

/**
 * The items of a call whose answers do not hold them, read together where the platform lets several be read at once, by their
 * ids. One that is not among them, as the call failed or left it out, is looked at alone.
 */
export async function readWritten(
  hold: RunHold,
  client: ProviderClient,
  items: readonly PushItem[],
  answers: readonly WriteAnswer[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  const { mapping } = hold
  const answered = await itemsOf(
    hold,
    answers.map(answer => (answer.kind === 'written' ? answer.item : undefined)),
  )
  const ids = items.flatMap((sent, index) => {
    const item = answered[index]!
    const answer = answers[index]!
    if (answer.kind !== 'written') return []
    if (!isCut(mapping.model, answer.item) && isAnswered(mapping, sent, item)) return []
    return idOf(sent, item) ?? []
  })
  const most = mapping.model.readMany?.size ?? 0
  const read = new Map<string, unknown>()
  try {
    for (let from = 0; most > 0 && ids.length > 1 && from < ids.length; from += most) {
      for (const [id, item] of await readItems(client, mapping.model, ids.slice(from, from + most), signal))
        read.set(id, item)
    }
  } catch (error) {
    if (!isHubError(error)) throw error
  }
  return read
}

/** Whether an answer tells all of an item. */
function isAnswered(mapping: Mapping, sent: PushItem, item: Item | BadItem): item is Item {
  return !isBadItem(item) && (item.isDeleted || isWhole(mapping, item, sent))
}

function idOf({ write }: PushItem, item: Item | BadItem | undefined): string | null {
  return item?.externalId ?? (write.kind === 'create' ? null : write.externalId)
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
