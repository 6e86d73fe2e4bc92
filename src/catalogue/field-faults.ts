import type { FieldMapping, FieldOptions } from './schema/items/fields.ts'
import type { Transform } from './schema/items/transforms.ts'

/** What is wrong with a field, by its number; in a list with the number of its own. */
export interface FieldFault {
  at: (number | string)[]
  message: string
}

/**
 * What does not fit together in the fields of a model: a currency that is no field, a list with a transform, a reference to no
 * model.
 * @param models the platform's models, by which references are named
 */
export function fieldFaults(fields: readonly FieldMapping[], models: readonly string[]): FieldFault[] {
  const paths = fields.map(([path]) => path)
  return fields.flatMap((field, at) => {
    const { each = [] } = field[2] ?? {}
    const inner = each.map(([path]) => path)
    return [
      ...faultsOf(field, paths, models).map(message => ({ at: [at], message })),
      ...each.flatMap((member, index) =>
        faultsOf(member, [...inner, ...paths], models).map(message => ({ at: [at, 2, 'each', index], message })),
      ),
    ]
  })
}

function faultsOf(
  [, place, options = {}]: FieldMapping,
  paths: readonly string[],
  models: readonly string[],
): string[] {
  const { transform, reference, also, each, where, constant } = options
  const isJoin = ['join', 'line-amount'].includes(kindOf(transform) ?? '')
  const found = {
    'has several places, which only a join takes': typeof place !== 'string' && !isJoin,
    'is a join of one place': typeof place === 'string' && isJoin,
    'is a list, whose fields have transforms and references of their own':
      each && (transform !== undefined || reference !== undefined),
    'says what each of a list has, and is none': !each && (where !== undefined || constant !== undefined),
    'refers to no model of this platform': reference !== undefined && !models.includes(reference),
    'says more of what it refers to, and refers to nothing': also !== undefined && reference === undefined,
    'is told in one place what is read in several': options.written !== undefined && typeof place !== 'string',
  }
  const wrong = Object.entries(found).flatMap(([message, isFound]) => (isFound ? [message] : []))
  return [...wrong, ...transformFaults(transform, paths)]
}

function kindOf(transform: FieldOptions['transform']): string | undefined {
  return typeof transform === 'object' ? transform.kind : transform
}

function transformFaults(transform: Transform | undefined, paths: readonly string[]): string[] {
  if (typeof transform !== 'object') return []
  if (transform.kind === 'minor-units' && !paths.includes(transform.currency)) {
    return [`has its currency in ${transform.currency}, which is no field`]
  }
  if (transform.kind === 'split' && !paths.includes(transform.beside)) {
    return [`has its other part in ${transform.beside}, which is no field`]
  }
  if (transform.kind !== 'enum') return []
  const values = Object.values(transform.values).flat()
  return new Set(values).size < values.length ? ['has a value in two rows'] : []
}
