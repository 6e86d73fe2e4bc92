import type { PushCandidate } from '../../push/push-plan.ts'
import type { BadItem, Item } from '../items.ts'
import { fieldName, type Known } from '../known.ts'
import type { Mapping } from '../mapping.ts'
import type { References } from './look-up.ts'

/** A model's mapping, and what tells which records its items refer to. */
export interface Sides {
  mapping: Mapping
  references: References
}

/** Items as the hub sees them, with the records that they refer to: one look for all of them. */
export async function itemsOf(sides: Sides, raws: readonly unknown[]): Promise<(Item | BadItem)[]> {
  const known = await recordsNamedBy(sides, raws)
  return raws.map(raw => sides.mapping.itemOf(raw, known))
}

/** The records that items refer to; undefined where the model refers to nothing. */
export async function recordsNamedBy(
  { mapping, references }: Sides,
  raws: readonly unknown[],
): Promise<Known | undefined> {
  if (mapping.references.length === 0) return undefined
  return references.recordsOf(raws.flatMap(raw => mapping.referencesOf(raw)))
}

/** The items that records to be pushed refer to; undefined where the model refers to nothing. */
export async function itemsNamedBy(
  { mapping, references }: Sides,
  candidates: readonly PushCandidate[],
): Promise<Known | undefined> {
  if (mapping.references.length === 0) return undefined
  const named = candidates.flatMap(({ record }) => mapping.namedBy(mapping.fieldsOf(record.data)))
  const known = await references.itemsOf(named)
  const asked = saidOf(mapping)
  if (asked.length === 0) return known
  const fields = asked.map(async ({ model, path }) => {
    const ids = named.flatMap(one => (one.model === model ? [one.recordId] : []))
    return [fieldName(model, path), await references.fieldOf(ids, path)] as const
  })
  return new Map([...known, ...(await Promise.all(fields))])
}

/** What a model's items are told besides of the records that they refer to. */
function saidOf({ model }: Mapping): { model: string; path: string }[] {
  return model.fields.flatMap(([, , { reference, also = {} } = {}]) =>
    reference === undefined ? [] : Object.values(also).map(path => ({ model: reference, path })),
  )
}
