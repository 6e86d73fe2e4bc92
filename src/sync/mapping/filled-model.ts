import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { isPathSegment } from '../../calls/path-segment.ts'
import { fill, valueOf, type Named } from '../../calls/template.ts'

/** Members whose braces a sync's configuration fills; in others they mean something else. */
const calling = [
  'list',
  'export',
  'changedSince',
  'read',
  'readMany',
  'create',
  'update',
  'delete',
  'batch',
  'lookup',
  'windows',
  'fields',
] as const

/**
 * A model with what a sync says in place of the names that it asks for; other names stay, for what a connection says.
 * @throws HubError `INVALID_REQUEST` where a value would lead out of its segment of a path
 */
export function filledModel(model: ModelDefinition, config: Named): ModelDefinition {
  if (!model.asks) return model
  const names = new Set(model.asks.map(({ name }) => name))
  const values = Object.fromEntries(Object.entries(config).filter(([name]) => names.has(name)))
  const filled = calling.flatMap(member => {
    const part = (model as Record<string, unknown>)[member]
    return part === undefined ? [] : [[member, filledPart(part, '', names, values)]]
  })
  return { ...model, ...(Object.fromEntries(filled) as Partial<ModelDefinition>) }
}

function filledPart(part: unknown, key: string, names: ReadonlySet<string>, values: Named): unknown {
  if (typeof part === 'string')
    return key === 'path' ? filledPath(part, names, values) : filledText(part, names, values)
  if (Array.isArray(part)) return part.map(item => filledPart(item, key, names, values))
  if (typeof part !== 'object' || part === null) return part
  const members = Object.entries(part).map(([name, member]) => [name, filledPart(member, name, names, values)])
  return Object.fromEntries(members) as object
}

function filledText(text: string, names: ReadonlySet<string>, values: Named): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (names.has(name) ? (valueOf(values, name) ?? '') : whole))
}

/** Each name for itself, as what a connection fills is not known here. Braces of a value are encoded, and filled no more. */
function filledPath(path: string, names: ReadonlySet<string>, values: Named): string {
  return path.replace(/\{(\+?)(\w+)\}/g, (whole, _, name: string) => {
    if (!names.has(name)) return whole
    return fill(whole, values, (value, several) => {
      const segments = several ? value.split('/') : [value]
      return segments.every(isPathSegment) ? segments.map(encodeURIComponent).join('/') : undefined
    })
  })
}
