import { collectionOf, fieldAt } from '../../../catalogue/collections.ts'
import { fieldFaults } from '../../../catalogue/field-faults.ts'
import type { CollectionField } from '../../../catalogue/collections/shapes.ts'
import type { FieldMapping } from '../../../catalogue/schema/items/fields.ts'
import type { FieldOverride } from '../../../catalogue/schema/items/overrides.ts'
import type { ModelDefinition } from '../../../catalogue/schema/models.ts'
import { stepsOf } from '../../../calls/json-path.ts'
import { HubError } from '../../../errors.ts'
import { sameValue } from '../canonical.ts'
import { transformOf } from '../transforms/find.ts'
import { unfit } from '../transforms/transform.ts'
import { fieldOf, listOf, withOverrides } from './apply.ts'
import { samplesOf } from './samples.ts'

const mostFaults = 20

/**
 * Checks a workspace's pairs of fields in both directions, before they are accepted: that each names something, that no two
 * write to one place, that what is read fits the collection, and is the same when it has been told and read again.
 * @param models the models of the platform
 * @throws HubError `INVALID_REQUEST` with the place of each fault
 */
export function checkOverrides(model: ModelDefinition, overrides: readonly FieldOverride[], models: readonly string[]) {
  const fields = withOverrides(model, overrides).fields
  const wrong = overrides.flatMap((override, index) => {
    const messages = faultsOf(model, override, overrides, fields, models)
    return messages.map(message => ({ path: `body.mapping.${index}`, message: `${override.field} ${message}` }))
  })
  if (fields.length === 0) wrong.push({ path: 'body.mapping', message: 'leaves no field' })
  if (wrong.length > 0) throw new HubError('INVALID_REQUEST', { details: wrong.slice(0, mostFaults) })
}

function faultsOf(
  model: ModelDefinition,
  override: FieldOverride,
  overrides: readonly FieldOverride[],
  fields: readonly FieldMapping[],
  models: readonly string[],
): string[] {
  const list = listOf(model, override.field)
  if (list) return memberFaults(model, list, override, overrides, models)
  const { field } = override
  const isTwice = overrides.filter(one => one.field === field).length > 1
  const twice = isTwice ? ['is there twice'] : []
  const usual = model.fields.find(([path]) => path === field)
  if ('off' in override) return usual ? twice : [...twice, 'is no field of this model']
  if (isTwice) return twice
  const mapping = fieldOf(override)
  const parts = fieldFaults(fields, models).filter(({ at }) => fields[Number(at[0])]?.[0] === field)
  return [
    ...parts.map(({ message }) => message),
    ...nameFaults(model, field, fields),
    ...(usual?.[2]?.each ? ['is a list, which can only be left off'] : []),
    ...readOnlyFaults(model, mapping),
    ...placeFaults(mapping, fields),
    ...(parts.length > 0 ? [] : transformFaults(fieldAt(model.collection, field), mapping)),
  ]
}

/** What is wrong with a pair of a list's member, such as `lines.taxCode`: the list is taken for a model of its own. */
function memberFaults(
  model: ModelDefinition,
  [path, , options]: FieldMapping,
  override: FieldOverride,
  overrides: readonly FieldOverride[],
  models: readonly string[],
): string[] {
  const own = overrides.filter(({ field }) => field.startsWith(`${path}.`))
  const asModel = { ...model, fields: [...(options?.each ?? [])] }
  const members = own.map(one => ({ ...one, field: one.field.slice(path.length + 1) }))
  const member = { ...override, field: override.field.slice(path.length + 1) }
  const fields = withOverrides(asModel, members).fields
  const around = model.fields.filter(([other]) => other !== path)
  const usual = asModel.fields.find(([other]) => other === member.field)
  if ('off' in member) return usual ? [] : ['is no field of this list']
  if (members.filter(({ field }) => field === member.field).length > 1) return ['is there twice']
  const mapping = fieldOf(member)
  const parts = fieldFaults([...fields, ...around], models).filter(
    ({ at }) => fields[Number(at[0])]?.[0] === member.field,
  )
  return [
    ...parts.map(({ message }) => message),
    ...readOnlyFaults(asModel, mapping),
    ...placeFaults(mapping, fields),
    ...(parts.length > 0 ? [] : transformFaults(fieldAt(model.collection, path)?.fields?.[member.field], mapping)),
  ]
}

/** One field cannot be within another one. */
function nameFaults({ collection }: ModelDefinition, field: string, fields: readonly FieldMapping[]): string[] {
  if (field.split('.').some(step => step === '__proto__')) return ['has a name that is not taken']
  const known = Object.keys(collectionOf(collection)?.fields ?? {})
  const all = [...known, ...fields.map(([path]) => path)]
  const other = all.find(path => path.startsWith(`${field}.`) || field.startsWith(`${path}.`))
  return other === undefined ? [] : [`stands in the way of ${other}`]
}

/** What the platform only gives, or only takes with a new thing, stays so. */
function readOnlyFaults(model: ModelDefinition, [, place, options]: FieldMapping): string[] {
  const usual = model.fields.find(([, other]) => sameValue(other, place))?.[2]?.only
  if (usual === undefined || usual === options?.only || options?.only === 'read') return []
  return [usual === 'read' ? 'must be `only: read`: the platform takes nothing there' : 'must be `only: create`']
}

/** Two fields that write to one place would overwrite each other. */
function placeFaults(mapping: FieldMapping, fields: readonly FieldMapping[]): string[] {
  const own = targetsOf(mapping)
  const other = fields.find(
    one =>
      one[0] !== mapping[0] &&
      !arePartsOfOne(one, mapping) &&
      targetsOf(one).some(place => own.some(isSamePlace(place))),
  )
  return other ? [`writes to the same place as ${other[0]}`] : []
}

function targetsOf([, place, options = {}]: FieldMapping): string[][] {
  if (options.only === 'read') return []
  const places = options.written ?? place
  return (typeof places === 'string' ? [places] : places).map(path => [...stepsOf(path)])
}

/** Whether one place is the other, or within it. */
function isSamePlace(one: readonly string[]): (other: readonly string[]) => boolean {
  return other => {
    const depth = Math.min(one.length, other.length)
    return sameValue(one.slice(0, depth), other.slice(0, depth))
  }
}

function arePartsOfOne(one: FieldMapping, other: FieldMapping): boolean {
  const partner = ([, , options]: FieldMapping) =>
    typeof options?.transform === 'object' && options.transform.kind === 'split' ? options.transform.beside : undefined
  return partner(one) === other[0] && partner(other) === one[0]
}

function transformFaults(shape: CollectionField | undefined, [, place, options = {}]: FieldMapping): string[] {
  const { transform } = options
  if (transform === undefined) return []
  const places = typeof place === 'string' ? 1 : place.length
  const way = transformOf(transform, places)
  // A currency, or the other part of a text.
  const beside = (path: string) => (path === besideOf(transform) ? 'Text' : 'USD')
  for (const sample of samplesOf(transform, places)) {
    const hub = way.in(sample, beside)
    if (hub === unfit) return ['cannot be read as it is said']
    if (shape && hub !== undefined && !shape.holds(hub))
      return [`would hold ${JSON.stringify(hub)}, which is no ${shape.type}`]
    const told = way.out(hub, beside)
    if (told === unfit) return ['cannot be told as it is said']
    if (!isToldOtherwise(transform) && !sameValue(way.in(told, beside), hub))
      return ['is another value when it was told and read again']
  }
  return []
}

function besideOf(transform: FieldOptionsTransform): string | undefined {
  return typeof transform === 'object' && transform.kind === 'split' ? transform.beside : undefined
}

type FieldOptionsTransform = NonNullable<NonNullable<FieldMapping[2]>['transform']>

/** What is told in another form than it is read in cannot be read again. */
function isToldOtherwise(transform: FieldOptionsTransform): boolean {
  return typeof transform === 'object' && 'written' in transform && transform.written !== undefined
}
