import type { ProviderClient } from '../../calls/call.ts'
import { textAt } from '../../calls/json-path.ts'
import { readItem } from '../../calls/read-item.ts'
import { readItems } from '../../calls/read-items.ts'
import { lookUpMany } from '../../calls/reads/look-up.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import { isBadItem, type Item } from '../mapping/mapping.ts'
import { itemsOf, type Sides } from '../mapping/references/read-items.ts'
import { pushLimits, type Fields } from '../policy.ts'
import { lookupKeyOf, readAtMost, type FoundItem, type LookupKey } from './find-made.ts'

interface Asked {
  sent: PushItem
  key: LookupKey
}

/**
 * Looks many records up in few calls, where the model says how. One of which that does not tell is not among what is found: it is
 * looked up alone.
 * @throws HubError as `ProviderClient` does
 */
export async function findManyMade(
  sides: Sides,
  client: ProviderClient,
  sents: readonly PushItem[],
  control: { signal: AbortSignal; onProgress(): void },
): Promise<ReadonlyMap<PushItem, FoundItem>> {
  const results = new Map<PushItem, FoundItem>()
  const many = sides.mapping.model.lookup?.many
  if (!many) return results
  const asked = sents.flatMap((sent): Asked[] => {
    const key = lookupKeyOf(sides.mapping, sent)
    return key ? [{ sent, key }] : []
  })
  const batches = Array.from({ length: Math.ceil(asked.length / many.size) }, (_, index) =>
    asked.slice(index * many.size, (index + 1) * many.size),
  )
  const waiting = batches.filter(batch => batch.length > 1)
  await Promise.all(
    Array.from({ length: pushLimits.callsAtOnce }, async () => {
      for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
        for (const [sent, found] of await findBatch(sides, client, batch, control.signal)) results.set(sent, found)
        control.onProgress()
      }
    }),
  )
  return results
}

async function findBatch(
  sides: Sides,
  client: ProviderClient,
  batch: readonly Asked[],
  signal: AbortSignal,
): Promise<[PushItem, FoundItem][]> {
  const { model } = sides.mapping
  const said = [...new Map(batch.map(({ key }) => [JSON.stringify(key.said), key.said])).values()]
  const answer = await lookUpMany(client, { ...model, many: model.lookup!.many! }, said, signal)
  if (!answer) return []
  const ids = [...new Set(answer.flatMap(raw => textAt(raw, model.id) ?? []))]
  // A search that finds that much has not looked for the keys.
  if (ids.length > batch.length * readAtMost) return []
  const items = await readFound(sides, client, ids, signal)
  return batch.map(({ sent, key }) => {
    const own = items.filter(({ fields }) => key.isOf(fields))
    const [first] = own
    if (!first) return [sent, { kind: 'none' }]
    return [sent, own.length > 1 ? { kind: 'several' } : { kind: 'one', item: first.item }]
  })
}

async function readFound(
  sides: Sides,
  client: ProviderClient,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ item: Item; fields: Fields }[]> {
  const { mapping } = sides
  const { model } = mapping
  const raws: unknown[] = []
  const size = model.readMany?.size ?? 1
  for (let from = 0; from < ids.length; from += size) {
    const some = ids.slice(from, from + size)
    const read = await readItems(client, model, some, signal)
    for (const id of some) {
      const raw = read.get(id) ?? (await readItem(client, model, id, signal))
      if (raw !== undefined && raw !== null) raws.push(raw)
    }
  }
  const items = await itemsOf(sides, raws)
  return items.flatMap(item =>
    isBadItem(item) || item.isDeleted ? [] : [{ item, fields: mapping.fieldsOf(JSON.parse(item.json)) }],
  )
}
