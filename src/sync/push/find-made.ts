import type { PushItem } from '../../db/schema/push-calls.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { textAt, textOf } from '../../calls/json-path.ts'
import { lookUp } from '../../calls/reads/look-up.ts'
import { readItem } from '../../calls/read-item.ts'
import { isBadItem, type Item, type Mapping } from '../mapping/mapping.ts'
import { itemsOf, type Sides } from '../mapping/references/read-items.ts'
import { keyValue } from '../matching/keys.ts'

/** What a platform has by the key of a record that is to be made there. */
export type FoundItem =
  | { kind: 'one'; item: Item }
  | { kind: 'none' }
  | { kind: 'several' }
  /** The record has no key, or it cannot be said. */
  | { kind: 'no-key' }
  /** The platform does not take the question. */
  | { kind: 'refused' }

/** So many are read at most: a search that finds more has not looked for the key. */
export const readAtMost = 10

/**
 * Looks a record up at its platform by the key that the model names. A search may be lax, or show no more than ids: what it finds
 * is read, and counts where it has the very key.
 * @throws HubError as `ProviderClient` does
 */
export async function findMade(
  sides: Sides,
  client: ProviderClient,
  sent: PushItem,
  signal: AbortSignal,
): Promise<FoundItem> {
  const { mapping } = sides
  const { model } = mapping
  const { lookup } = model
  const key = lookup && lookupKeyOf(mapping, sent)
  if (!key) return { kind: 'no-key' }
  const answer = await lookUp(client, { ...model, lookup }, key.said, signal)
  if (!answer) return { kind: 'refused' }
  const ids = new Set(answer.flatMap(raw => textAt(raw, model.id) ?? []))
  const items: Item[] = []
  for (const id of [...ids].slice(0, readAtMost)) {
    const raw = await readItem(client, model, id, signal)
    const [item] = raw === undefined || raw === null ? [] : await itemsOf(sides, [raw])
    if (item && !isBadItem(item) && !item.isDeleted && key.isOf(mapping.fieldsOf(JSON.parse(item.json))))
      items.push(item)
  }
  if (items.length > 1 || ids.size > readAtMost) return { kind: 'several' }
  return items[0] ? { kind: 'one', item: items[0] } : { kind: 'none' }
}

export interface LookupKey {
  /** As the platform writes it. */
  said: Record<string, string>
  isOf(fields: Record<string, unknown>): boolean
}

export function lookupKeyOf({ model }: Mapping, { write, values }: PushItem): LookupKey | undefined {
  const paths = model.lookup?.by ?? []
  const said: Record<string, string> = {}
  for (const path of paths) {
    const place = model.fields.find(([mapped]) => mapped === path)?.[1]
    const written = write.kind === 'create' && typeof place === 'string' ? textAt(write.body, place) : undefined
    const text = written ?? textOf(values[path])
    if (text === undefined || keyValue(path, values[path]) === undefined) return undefined
    said[path] = text
  }
  const isOf = (fields: Record<string, unknown>) =>
    paths.every(path => keyValue(path, fields[path]) === keyValue(path, values[path]))
  return { said, isOf }
}
