import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { stepsOf, textOf, valueBehind } from '../../calls/json-path.ts'
import { isPathSegment } from '../../calls/path-segment.ts'
import { hasOddText, textOddity } from '../../json/oddities.ts'
import { hashTextOf } from './canonical.ts'
import { jsonOfValue, type Writer } from './canonical-writer.ts'
import type { Field } from './field.ts'
import { dotnetInstant, isoInstant, unixInstant, unixMsInstant } from './instant.ts'
import { idReader } from './item-id.ts'
import type { Known, Reading, UnresolvedReference } from './known.ts'
import { unfit as unfitValue } from './transforms/transform.ts'

const maxJsonLength = 1024 * 1024
const maxIdLength = 512

/** An item of the platform's as the hub sees it. */
export interface Item {
  externalId: string
  version: string | null
  /** Its mapped fields as canonical JSON, and the hash of that, each byte as a character. */
  json: string
  hash: string
  /** It counts as deleted. */
  isDeleted: boolean
  updatedAt: Date | undefined
  /** The fields whose values do not fit, and the references whose items have no records yet: `json` is without them. */
  gaps?: ItemGaps
}

export interface ItemGaps {
  /** Canonical paths. */
  unfit: readonly string[]
  unresolved: readonly UnresolvedReference[]
}

/** One item of a page that cannot be a record, and why. */
export interface BadItem {
  externalId: string | null
  errorCode: LinkErrorCode
}

/** Why a link is in error. */
export type LinkErrorCode =
  | 'INVALID_ITEM'
  | 'DUPLICATE'
  | 'PROVIDER_REJECTED'
  | 'PROVIDER_ERROR'
  | 'NOT_SETTLED'
  /** A record that it refers to is not at the platform yet. */
  | 'DEPENDENCY_MISSING'
  /** Nobody knows whether an item was made, or it is another record's already: a person decides. */
  | 'WRITE_UNSURE'
  | 'LINKED_ELSEWHERE'
  /** Several records may be the item's, or several items the record's: a person decides. */
  | 'AMBIGUOUS_MATCH'

export function isBadItem(item: Item | BadItem): item is BadItem {
  return 'errorCode' in item
}

/** Where an item says what it is, how new, and whether it is gone. */
export interface Marks {
  id(raw: unknown): string | undefined
  version(raw: unknown): string | null
  updatedAt: { steps: readonly string[]; read(value: unknown): Date | undefined } | undefined
  gone: readonly { steps: readonly string[]; equals: unknown }[]
  /** Whether it stands for several things, whose id is the same. */
  isShared(raw: unknown): boolean
}

export function marksOf({ updatedAt, gone = [], ...model }: ModelDefinition): Marks {
  return {
    id: idReader(model),
    version: versionReader(model),
    updatedAt: updatedAt && { steps: stepsOf(updatedAt.path), read: timeReader(updatedAt) },
    gone: gone.map(({ path, equals }) => ({ steps: stepsOf(path), equals })),
    isShared: model.list.kind === 'grid' ? raw => valueBehind(raw, ['shared']) === true : () => false,
  }
}

/** What an update has to bring along: a token, or several values as JSON by where they are said. Null where there is nothing. */
function versionReader({ version, brings }: Pick<ModelDefinition, 'version' | 'brings'>): Marks['version'] {
  if (version !== undefined) {
    const steps = stepsOf(version)
    return raw => textOf(valueBehind(raw, steps)) ?? null
  }
  if (brings === undefined) return () => null
  const places = Object.entries(brings).map(([said, path]) => [said, stepsOf(path)] as const)
  return raw => {
    const values = places.map(([said, steps]) => [said, valueBehind(raw, steps)] as const)
    const there = values.filter(([, value]) => value !== undefined && value !== null)
    return there.length === 0 ? null : JSON.stringify(Object.fromEntries(there))
  }
}

function timeReader(updatedAt: NonNullable<ModelDefinition['updatedAt']>): (value: unknown) => Date | undefined {
  switch (updatedAt.format) {
    case 'iso':
      return value => (typeof value === 'string' ? isoInstant(value, updatedAt.zone) : undefined)
    case 'unix-seconds':
      return unixInstant
    case 'unix-milliseconds':
      return unixMsInstant
    case 'dotnet':
      return dotnetInstant
  }
}

/** An item as the hub sees it. What of it does not fit fails its field; without an id it cannot be a record at all. */
export function itemOf(marks: Marks, write: Writer<Field>, raw: unknown, known: Known | undefined): Item | BadItem {
  const externalId = marks.id(raw)
  if (externalId === undefined || !isId(externalId)) return { externalId: null, errorCode: 'INVALID_ITEM' }
  if (marks.isShared(raw)) return { externalId, errorCode: 'DUPLICATE' }
  const isDeleted = marks.gone.some(({ steps, equals }) => valueBehind(raw, steps) === equals)
  const version = marks.version(raw)
  const reading: Reading = { raw, known, unresolved: [], at: '' }
  const failed: string[] = []
  let json = written(write, reading, failed, () => true)
  // Postgres keeps no NUL in text, nor half a surrogate pair.
  if (hasOddText(json)) {
    reading.unresolved = []
    failed.length = 0
    json = written(write, reading, failed, value => !hasOddText(jsonOfValue(value) ?? ''))
  }
  if (json.length > maxJsonLength || textOddity(version ?? '')) return { externalId, errorCode: 'INVALID_ITEM' }
  const updatedAt = marks.updatedAt?.read(valueBehind(raw, marks.updatedAt.steps))
  const item: Item = { externalId, version, json, hash: hashTextOf(json), isDeleted, updatedAt }
  return failed.length > 0 || reading.unresolved.length > 0 ? withGaps(item, failed, reading.unresolved) : item
}

function written(
  write: Writer<Field>,
  reading: Reading,
  failed: string[],
  isKept: (value: unknown) => boolean,
): string {
  const json = write(field => {
    const value = field.read(reading.raw, reading)
    if (value === undefined) return undefined
    if (value !== unfitValue && isKept(value)) return value
    failed.push(field.path)
    return undefined
  })
  return json ?? '{}'
}

/** Where a field does not fit, the hash tells the item from one in which it is simply empty. */
function withGaps(item: Item, unfit: string[], unresolved: UnresolvedReference[]): Item {
  const hash = unfit.length === 0 ? item.hash : hashTextOf(`${item.json}\n${JSON.stringify(unfit)}`)
  return { ...item, hash, gaps: { unfit, unresolved } }
}

function isId(text: string): boolean {
  return text.length <= maxIdLength && !textOddity(text) && isPathSegment(text)
}
