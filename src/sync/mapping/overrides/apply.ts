import type { FieldMapping, MemberMapping } from '../../../catalogue/schema/items/fields.ts'
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
  const own = overrides.filter(({ field }) => listOf(model, field) === undefined)
  const named = new Set(own.map(({ field }) => field))
  const kept = model.fields.filter(([path]) => !named.has(path)).map(field => withMembers(field, overrides))
  return { ...model, fields: [...kept, ...own.flatMap(one => ('off' in one ? [] : [fieldOf(one)]))] }
}

/** The list that a field is in, such as `lines` of `lines.taxCode`. */
export function listOf({ fields }: ModelDefinition, field: string): FieldMapping | undefined {
  return fields.find(([path, , options]) => options?.each && field.startsWith(`${path}.`))
}

/** A list with the pairs of a workspace instead of its own of the same members. */
function withMembers(field: FieldMapping, overrides: readonly FieldOverride[]): FieldMapping {
  const [path, place, options] = field
  const own = overrides.filter(one => options?.each && one.field.startsWith(`${path}.`))
  if (own.length === 0 || !options?.each) return field
  const nameOf = (one: FieldOverride) => one.field.slice(path.length + 1)
  const kept = options.each.filter(([member]) => !own.some(one => nameOf(one) === member))
  const added = own.flatMap(one => ('off' in one ? [] : [fieldOf({ ...one, field: nameOf(one) }) as MemberMapping]))
  return [path, place, { ...options, each: [...kept, ...added] }]
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
