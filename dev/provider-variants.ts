import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { z } from 'zod'
import { platforms } from '../src/catalogue/platforms/index.ts'
import { providerDefinition } from '../src/catalogue/schema/definition.ts'

/** One of several things that can stand in a place of a definition, or the words of which one can. */
export interface Variant {
  /** The place, by the names of members. */
  part: string
  /** What tells it from the others, as it is written in a definition. */
  variant: string
  says: string
  /** The platforms that use it, else some of the tests with a definition that does. */
  usedBy: string[]
}

/** As much of a schema's inside as is looked at. */
interface Inside {
  type: string
  discriminator?: string
  options?: readonly z.ZodType[]
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  valueType?: z.ZodType
  innerType?: z.ZodType
  items?: readonly z.ZodType[]
  values?: readonly unknown[]
  entries?: Record<string, string>
}

const inside = (schema: z.ZodType) => schema.def as unknown as Inside

/** What a platform has in a place. */
interface Use {
  platform: string
  value: unknown
}

type Note = (path: string[], schema: z.ZodType, variant: string, says: string, uses: Use[]) => void

/** Every variant of the schema of definitions, in its order. */
export function variantsOfDefinitions(): Variant[] {
  const tests = globSync('test/{calls,grants,limits,inbound,catalogue,connections,sync}/**/*.ts').toSorted()
  const texts = tests.map(path => ({ name: basename(path), text: readFileSync(path, 'utf8') }))
  // What stands in several places is told of at the first.
  const places = new Map<z.ZodType, string>()
  const found = new Map<string, Variant>()
  const uses = platforms.map(value => ({ platform: value.id, value }))
  walk(providerDefinition, [], '', uses, (path, schema, variant, says, own) => {
    const part = places.get(schema) ?? path.join('.')
    places.set(schema, part)
    const known = found.get(`${part} ${variant}`) ?? { part, variant, says, usedBy: [] }
    const usedBy = new Set([...known.usedBy, ...own.map(({ platform }) => platform)])
    found.set(`${part} ${variant}`, { ...known, usedBy: [...usedBy] })
  })
  const inTests = ({ part, variant }: Variant) =>
    texts.filter(({ text }) => text.includes(part.split('.').at(-1)!) && hasOneOf(text, variant))
  return [...found.values()].map(one => {
    const tests = inTests(one).map(({ name }) => `\`${name}\``)
    return { ...one, usedBy: one.usedBy.length > 0 ? one.usedBy : tests.slice(0, 2) }
  })
}

/** Goes through a schema and what platforms have there. `around` is what the member that it belongs to says. */
function walk(schema: z.ZodType, path: string[], around: string, uses: Use[], note: Note): void {
  const says = around === '' ? (schema.description ?? '') : around
  const { innerType, shape, element, valueType, items, entries } = inside(schema)
  if (innerType) return walk(innerType, path, says, uses, note)
  if (element) return walk(element, path, says, eachOf(uses), note)
  if (valueType) return walk(valueType, path, says, eachOf(uses), note)
  for (const [index, item] of (items ?? []).entries()) walk(item, path, '', membersOf(uses, String(index)), note)
  for (const [name, member] of Object.entries(shape ?? {}))
    walk(member, [...path, name], '', membersOf(uses, name), note)
  const words = Object.values(entries ?? {})
  if (words.length > 1) note(path, schema, words.map(quoted).join(', '), says, uses)
  const alternatives = alternativesOf(schema)
  // Text or a number is no difference that anything interprets.
  const differ = alternatives.some(({ option }) => inside(option).shape)
  for (const { option, tag } of alternatives) {
    const own = uses.filter(({ value }) => option.safeParse(value).success)
    if (differ) note(path, option, nameOf(option, tag), option.description ?? says, own)
    if (inside(option).shape || inside(option).element) walk(option, path, '', own, note)
  }
}

/** What a union is of, unions within it taken apart, each with the member that tells it from the others. */
function alternativesOf(schema: z.ZodType): { option: z.ZodType; tag: string | undefined }[] {
  const { options = [], discriminator: tag } = inside(schema)
  return options.flatMap(option => (inside(option).options ? alternativesOf(option) : [{ option, tag }]))
}

function membersOf(uses: Use[], name: string): Use[] {
  return uses.flatMap(({ platform, value }) => {
    const member = (value as Record<string, unknown>)[name]
    return member === undefined ? [] : [{ platform, value: member }]
  })
}

function eachOf(uses: Use[]): Use[] {
  return uses.flatMap(({ platform, value }) =>
    Object.values(value as object).map((one: unknown) => ({ platform, value: one })),
  )
}

const quoted = (word: string) => `\`'${word}'\``

function nameOf(option: z.ZodType, tag: string | undefined): string {
  const { type, shape, values, entries } = inside(option)
  const tagged = tag === undefined ? undefined : shape?.[tag]
  if (tagged) return `\`${tag}: '${String(inside(tagged).values?.[0])}'\``
  if (shape) {
    const needed = Object.entries(shape).filter(([, member]) => inside(member).type !== 'optional')
    return `\`{ ${needed.map(([name]) => name).join(', ')} }\``
  }
  if (values) return `\`${JSON.stringify(values[0])}\``.replaceAll('"', "'")
  return entries ? Object.values(entries).map(quoted).join(', ') : type === 'array' ? 'a list' : 'a text'
}

/** Whether a test's text has a variant's own words: a tag, one of several words, or the first of its members. */
function hasOneOf(text: string, variant: string): boolean {
  const words = [...variant.matchAll(/`([^`]+)`/g)].map(([, word]) => word!.replace(/^(\{ \w+).*$/, '$1'))
  return words.length === 0 || words.some(word => text.includes(word))
}
