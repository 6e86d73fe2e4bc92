import type { LookupDefinition, ManyLookups } from '../../catalogue/schema/items/lookup.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { asBody, placeOf, withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { valueAt } from '../json-path.ts'
import { itemsAt } from '../pages/list-answer.ts'
import { refusalOf } from '../writes/refusal.ts'

/**
 * The items that a platform finds by a key; undefined where the key cannot be said to it, or is refused: then nobody knows.
 * @param values of the key, by canonical path, as the platform writes them
 * @throws HubError as `ProviderClient` does, but for refusals of what was asked
 */
export async function lookUp(
  client: ProviderClient,
  { lookup: { call }, errors }: Pick<ModelDefinition, 'errors'> & { lookup: LookupDefinition },
  values: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<unknown[] | undefined> {
  const parts: Record<string, string> = {}
  for (const [name, template] of Object.entries(call.says)) {
    const said = saying(template, values, call.escape)
    if (said === undefined) return undefined
    parts[name] = said
  }
  const { query, ...place } = placeOf(call)
  const asked = asBody(call)
  const said =
    asked.method === 'GET'
      ? { ...asked, query: { ...query, ...parts } }
      : { ...asked, body: withParts(asked.body, parts), ...(query ? { query } : {}) }
  try {
    const { status, body } = await client.call({ ...place, ...said, path: call.path, signal })
    return status === 204 ? [] : found(body, call.items)
  } catch (error) {
    const why = refusalOf({ ...(errors ? { errors } : {}) }, error)
    if (why === undefined) throw error
    return why === 'missing' ? [] : undefined
  }
}

/**
 * The items that a platform finds by any of several keys; undefined where one of them cannot be said, the platform refuses the
 * question, or more is there than it tells: then each is looked up alone.
 * @param keys no more than `lookup.many.size`, each with its values by canonical path
 * @throws HubError as `ProviderClient` does, but for refusals of what was asked
 */
export async function lookUpMany(
  client: ProviderClient,
  { many, errors }: Pick<ModelDefinition, 'errors'> & { many: ManyLookups },
  keys: readonly Readonly<Record<string, string>>[],
  signal: AbortSignal,
): Promise<unknown[] | undefined> {
  const { call, most } = many
  const parts = partsOf(many, keys)
  if (!parts) return undefined
  const { query, ...place } = placeOf(call)
  const asked = asBody(call)
  const said =
    asked.method === 'GET' && typeof parts.value === 'string'
      ? { ...asked, query: { ...query, [parts.at]: parts.value } }
      : {
          method: 'POST' as const,
          body: withParts('body' in asked ? asked.body : {}, { [parts.at]: parts.value }),
          ...(query ? { query } : {}),
        }
  try {
    const { status, body } = await client.call({ ...place, ...said, path: call.path, signal })
    const items = status === 204 ? [] : found(body, call.items)
    return most !== undefined && items.length >= most ? undefined : items
  } catch (error) {
    if (refusalOf({ ...(errors ? { errors } : {}) }, error) === undefined) throw error
    return undefined
  }
}

/** What is said of several keys, and where. */
function partsOf(
  { call: { keys, escape } }: ManyLookups,
  values: readonly Readonly<Record<string, string>>[],
): { at: string; value: unknown } | undefined {
  const each: unknown[] = []
  for (const one of values) {
    if ('says' in keys) {
      each.push(saying(keys.each, one, escape))
      continue
    }
    const said = Object.entries(keys.each).map(([path, template]) => [path, saying(template, one, escape)] as const)
    const isSaid = said.every(([, text]) => text !== undefined)
    each.push(isSaid ? withParts(keys.body ?? {}, Object.fromEntries(said)) : undefined)
  }
  if (each.includes(undefined)) return undefined
  return { at: keys.at, value: 'says' in keys ? keys.says.replace('{keys}', () => each.join(keys.between)) : each }
}

/** A list of items, or the one where the platform answers it alone. */
function found(body: unknown, path: string | undefined): unknown[] {
  const value = path === undefined ? body : valueAt(body, path)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value]
  return itemsAt(body, path)
}

const placeholder = /(['"]?)\{([^{}\s]+)\}\1/g
/** What ends a line ends a quoted text in many a language. */
const control = /[\u0000-\u001f\u007f\u2028\u2029]/

/**
 * A template with its values in place, of which none can be read as more than a value; undefined where one is missing, or cannot be
 * written so.
 */
export function saying(
  template: string,
  values: Readonly<Record<string, string>>,
  escape: LookupDefinition['call']['escape'],
): string | undefined {
  let isSayable = true
  const text = template.replace(placeholder, (_, quote: string, path: string) => {
    const value = Object.hasOwn(values, path) ? values[path]! : ''
    const written = quote === '' ? value : quoted(value, quote, escape)
    if (value === '' || written === undefined) isSayable = false
    return quote + (written ?? '') + quote
  })
  return isSayable ? text : undefined
}

function quoted(value: string, quote: string, escape: LookupDefinition['call']['escape']): string | undefined {
  if (control.test(value)) return undefined
  switch (escape) {
    case 'backslash':
      return value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)
    case 'doubled':
      return value.replaceAll(quote, quote + quote)
    case 'none':
    case undefined:
      return /['"\\]/.test(value) ? undefined : value
  }
}
