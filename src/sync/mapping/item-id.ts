import { stepsOf, textOf, valueBehind } from '../../calls/json-path.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'

/**
 * Reads the id of a model's items: one member, or several joined by `|`, in which that sign and `%` are encoded. Undefined
 * where the first is missing; another that is missing is empty, as a figure without a country is one too.
 */
export function idReader({ id, idWith }: Pick<ModelDefinition, 'id' | 'idWith'>): (raw: unknown) => string | undefined {
  const first = stepsOf(id)
  if (!idWith) return raw => textOf(valueBehind(raw, first))
  const others = idWith.map(stepsOf)
  return raw => {
    const begin = textOf(valueBehind(raw, first))
    if (begin === undefined) return undefined
    return [begin, ...others.map(steps => wordOf(valueBehind(raw, steps)))].map(encoded).join('|')
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'boolean' ? String(value) : (textOf(value) ?? '')
}

function encoded(part: string): string {
  return part.replaceAll(/[%|]/g, sign => (sign === '%' ? '%25' : '%7C'))
}
