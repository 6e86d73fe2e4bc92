import type { FieldMapping } from '../../../catalogue/schema/items/fields.ts'
import type { FieldOverride } from '../../../catalogue/schema/items/overrides.ts'
import type { ModelDefinition } from '../../../catalogue/schema/models.ts'
import { canonicalJson } from '../canonical.ts'
import { mappingOf, type Mapping } from '../mapping.ts'

/** What a sync says of its mapping, as its row has it. */
export interface OwnMapping {
  mapping: readonly { field: string }[] | null
  remapped: readonly string[] | null
}

/** The mapping of a sync: the platform's, with the workspace's own pairs before it. */
export function mappingOfSync(model: ModelDefinition, { mapping, remapped }: OwnMapping): Mapping {
  const own = mappingOf(withOverrides(model, (mapping ?? []) as readonly FieldOverride[]))
  return remapped === null || remapped.length === 0 ? own : { ...own, remapped }
}

/** A model with the pairs of a workspace instead of its own of the same fields. */
export function withOverrides(model: ModelDefinition, overrides: readonly FieldOverride[]): ModelDefinition {
  if (overrides.length === 0) return model
  const named = new Set(overrides.map(({ field }) => field))
  const kept = model.fields.filter(([path]) => !named.has(path))
  return { ...model, fields: [...kept, ...overrides.flatMap(one => ('off' in one ? [] : [fieldOf(one)]))] }
}

/** A pair of a workspace's as a definition has it. */
export function fieldOf({ field, path, ...options }: Exclude<FieldOverride, { off: true }>): FieldMapping {
  return [field, path, options]
}

/** Fields that another place of the platform's is mapped to: what both sides agreed on of them was said of the place before. */
export function remappedBetween(before: ModelDefinition, after: ModelDefinition): string[] {
  const places = ({ fields }: ModelDefinition) =>
    new Map(fields.map(([path, place, options]) => [path, canonicalJson([place, options?.written ?? null])]))
  const [old, now] = [places(before), places(after)]
  return [...now].flatMap(([path, place]) => (old.has(path) && old.get(path) !== place ? [path] : []))
}
