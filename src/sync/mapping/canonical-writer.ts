import { canonicalJson } from './canonical.ts'

/** Something that has a place in canonical data. */
export interface Placed {
  /** The members on the way to it. */
  steps: readonly string[]
}

type Reader<Field> = (field: Field) => unknown
export type Writer<Field> = (read: Reader<Field>) => string | undefined

/**
 * Writes canonical JSON straight from a reader, in one pass over the fields in the order of their keys. It is the inner
 * loop of every pull: half the time of building objects first.
 */
export function writerOf<Field extends Placed>(fields: readonly Field[], depth = 0): Writer<Field> {
  const keys = [...new Set(fields.map(field => field.steps[depth]!))].sort()
  const members = keys.map(key => {
    const below = fields.filter(field => field.steps[depth] === key)
    const leaf = below.find(field => field.steps.length === depth + 1)
    const inner = leaf ? undefined : writerOf(below, depth + 1)
    return { label: `${JSON.stringify(key)}:`, leaf, inner }
  })
  return read => {
    let text = ''
    for (const { label, leaf, inner } of members) {
      const value = leaf ? jsonOfValue(read(leaf)) : inner!(read)
      if (value !== undefined) text += text === '' ? label + value : `,${label}${value}`
    }
    return text === '' && depth > 0 ? undefined : `{${text}}`
  }
}

/** Texts that JSON writes as they are, which is seen in half the time that writing them takes. */
const plainText = /^[ !#-[\]-~]*$/

/** A value as canonical JSON; undefined where there is none. */
export function jsonOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return plainText.test(value) ? `"${value}"` : JSON.stringify(value)
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? canonicalJson(value) : JSON.stringify(value)
}
