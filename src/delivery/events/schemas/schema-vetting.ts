import { HubError } from '../../../errors.ts'

/** The largest schema, in bytes of JSON. */
export const schemaLimit = 64 * 1024
const deepest = 40
const mostSubschemas = 1_000
const mostPatterns = 100

type Json = Record<string, unknown>

/** A schema that holds nothing but what the validator is to see, with the cost of checking a value against each part. */
export type VettedSchema = boolean | Json

/** The keyword that carries the cost of a subschema, in front of its own keywords; see schema-validator.ts. */
export const costKeyword = 'x-cost'

const one = new Set(['additionalProperties', 'contains', 'else', 'if', 'items', 'not', 'propertyNames', 'then'])
for (const name of ['unevaluatedItems', 'unevaluatedProperties']) one.add(name)
const several = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const named = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties'])
const plain = new Set(['const', 'dependentRequired', 'enum', 'exclusiveMaximum', 'exclusiveMinimum', 'maxContains'])
for (const name of ['maximum', 'maxItems', 'maxLength', 'maxProperties', 'minContains', 'minimum', 'minItems'])
  plain.add(name)
for (const name of ['minLength', 'minProperties', 'multipleOf', 'pattern', 'required', 'type', 'uniqueItems'])
  plain.add(name)
const references = new Set(['$ref', '$dynamicRef'])
const anchors = new Set(['$anchor', '$dynamicAnchor'])
/** Would change what the rest means, or fetch something. */
const refused = new Set(['$async', '$recursiveAnchor', '$recursiveRef', '$vocabulary'])

/**
 * Goes through a workspace's schema (JSON Schema 2020-12) and copies the keywords of the standard that assert something.
 * Titles, examples, formats and keywords of one's own are left out: they assert nothing. References lead to places in
 * the schema itself, and to nothing but subschemas.
 * @throws HubError `INVALID_REQUEST` with the path of what it cannot take
 */
export function vetSchema(schema: Json): VettedSchema {
  if (Buffer.byteLength(JSON.stringify(schema)) > schemaLimit) refuse('', `A schema is at most ${schemaLimit} bytes`)
  const { $schema, $id: _, ...root } = schema
  if ($schema !== undefined && $schema !== 'https://json-schema.org/draft/2020-12/schema') {
    refuse('/$schema', 'Schemas are JSON Schema 2020-12: https://json-schema.org/draft/2020-12/schema')
  }
  /** Where the subschemas are here, by where they were. */
  const places = new Map<string, string>()
  const anchored = new Set<string>()
  let patterns = 0
  const targets: { holder: Json; keyword: string; from: string; to: string }[] = []

  const subschema = (value: unknown, at: string, now: string, depth: number): VettedSchema => {
    places.set(at, now)
    if (typeof value === 'boolean') return value
    if (!isObject(value)) return refuse(at, 'A schema is an object, true or false')
    if (depth > deepest) refuse(at, `A schema is nested at most ${deepest} levels deep`)
    if (places.size > mostSubschemas) refuse(at, `A schema has at most ${mostSubschemas} subschemas`)
    const inside = `${now}/allOf/1`
    const vetted: Json = {}
    let cost = 1
    patterns += Object.keys(isObject(value['patternProperties']) ? value['patternProperties'] : {}).length
    if ('pattern' in value) patterns++
    if (patterns > mostPatterns) refuse(at, `A schema has at most ${mostPatterns} patterns`)
    for (const [keyword, inner] of Object.entries(value)) {
      const here = `${at}/${escaped(keyword)}`
      const there = `${inside}/${escaped(keyword)}`
      if (refused.has(keyword) || keyword === '$id') refuse(here, 'This keyword is not taken here')
      if (one.has(keyword)) vetted[keyword] = subschema(inner, here, there, depth + 1)
      else if (several.has(keyword)) vetted[keyword] = list(inner, here, there, depth)
      else if (named.has(keyword)) {
        const members = map(inner, here, there, depth)
        cost += Object.keys(members).length
        vetted[keyword] = members
      } else if (references.has(keyword)) {
        if (typeof inner !== 'string' || !inner.startsWith('#'))
          refuse(here, 'A reference leads into this schema: #/$defs/…')
        targets.push({ holder: vetted, keyword, from: here, to: inner })
        vetted[keyword] = inner
      } else if (anchors.has(keyword)) {
        if (typeof inner !== 'string' || !/^[A-Za-z_][A-Za-z0-9._-]{0,99}$/.test(inner)) refuse(here, 'Must be a name')
        anchored.add(`#${inner}`)
        vetted[keyword] = inner
      } else if (plain.has(keyword)) {
        // What is compared with many values costs more.
        cost += sizeOf(inner)
        vetted[keyword] = inner
      }
    }
    return { allOf: [{ [costKeyword]: cost }, vetted] }
  }
  const list = (value: unknown, at: string, now: string, depth: number): VettedSchema[] => {
    if (!Array.isArray(value)) return refuse(at, 'Must be an array of schemas')
    return value.map((inner, index) => subschema(inner, `${at}/${index}`, `${now}/${index}`, depth + 1))
  }
  const map = (value: unknown, at: string, now: string, depth: number): Record<string, VettedSchema> => {
    if (!isObject(value)) return refuse(at, 'Must be an object of schemas')
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => {
        const member = `/${escaped(name)}`
        return [name, subschema(inner, at + member, now + member, depth + 1)]
      }),
    )
  }

  const vetted = subschema(root, '', '', 0)
  for (const { holder, keyword, from, to } of targets) {
    if (anchored.has(to)) continue
    const place = places.get(decoded(to.slice(1)))
    if (place === undefined) refuse(from, 'There is no schema where this leads')
    holder[keyword] = `#${encodeURI(place)}`
  }
  return vetted
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How many values there are in a value, itself included. */
function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, inner) => sum + sizeOf(inner), 1)
}

/** A member's name in a JSON Pointer. https://www.rfc-editor.org/rfc/rfc6901 */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** A pointer in a URI's fragment may be percent-encoded. */
function decoded(pointer: string): string {
  try {
    return decodeURIComponent(pointer)
  } catch {
    return pointer
  }
}

function refuse(at: string, message: string): never {
  const path = at === '' ? 'body.schema' : `body.schema${at.slice(0, 200)}`
  throw new HubError('INVALID_REQUEST', { details: [{ path, message }] })
}
