import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { HubError } from '../../errors.ts'
import { costKeyword, vetSchema, type VettedSchema } from './schema-vetting.ts'

/** Where data does not fit its schema: never what stood there. */
export interface Mismatch {
  /** A JSON Pointer into the event's data. */
  pointer: string
  /** The keyword of the schema that it does not fit. */
  rule: string
  message: string
}

/** The first few mismatches; undefined when the data fits. */
export type SchemaCheck = (data: unknown, bytes: number) => Mismatch[] | undefined

const shown = 5
/** Data that is small may be looked through for all that is wrong with it, and not for the first thing only. */
const wholeBytes = 16 * 1024
const longestPattern = 1_000
const largestProgram = 2_000

// A schema of a few lines can ask for any amount of work (https://ajv.js.org/security.html#untrusted-schemas), so work is
// counted: every subschema that is entered, every member, element and character that it looks at. What a schema may spend
// grows with the data, so that a sensible one never comes near.
let left = 0

class TooMuchWork extends Error {}

function spend(units: number): void {
  left -= units
  if (left < 0) throw new TooMuchWork()
}

function widthOf(data: unknown): number {
  if (typeof data === 'string') return data.length >> 4
  if (Array.isArray(data)) return data.length
  return typeof data === 'object' && data !== null ? Object.keys(data).length : 0
}

/** Patterns run in time linear to the text (RE2: no back-references, no look-around). */
function linearPattern(source: string): { test(text: string): boolean; code: string } {
  if (source.length > longestPattern) throw new Error(`a pattern is at most ${longestPattern} characters`)
  const pattern = RE2JS.compile(RE2JS.translateRegExp(source))
  const size = pattern.programSize()
  if (size > largestProgram) throw new Error('a pattern repeats too much')
  return {
    code: 'linearPattern',
    test(text) {
      spend(1 + text.length * Math.ceil(size / 8))
      return pattern.matcher(text).find()
    },
  }
}
linearPattern.code = 'linearPattern'

/** Compares by text, in one pass: what ajv has compares each with each. */
function allDiffer(wanted: boolean, items: unknown[]): boolean {
  if (!wanted) return true
  const seen = new Set<string>()
  for (const item of items) {
    const text = canonical(item)
    if (seen.has(text)) return false
    seen.add(text)
  }
  return true
}

/** JSON with the members in the order of their names. */
function canonical(value: unknown): string {
  spend(1)
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value === 'string') spend(value.length >> 4)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`
}

function compile(schema: VettedSchema, allErrors: boolean): ValidateFunction {
  // An instance for each: it keeps what it ever compiled.
  const ajv = new Ajv2020({
    allErrors,
    strict: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
    inlineRefs: false,
    logger: false,
    code: { regExp: linearPattern },
  })
  ajv.addKeyword({
    keyword: costKeyword,
    errors: false,
    validate(cost: number, data: unknown) {
      spend(cost + widthOf(data))
      return true
    },
  })
  ajv.removeKeyword('uniqueItems')
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: allDiffer,
    error: { message: 'must NOT have duplicate items' },
  })
  return ajv.compile(schema)
}

let standard: Ajv2020 | undefined

/**
 * Makes the check of a workspace's schema.
 * @throws HubError `INVALID_REQUEST` when it is none, or one that the hub does not take
 */
export function compileSchema(schema: Record<string, unknown>): SchemaCheck {
  const vetted = vetSchema(schema)
  standard ??= new Ajv2020({ strict: false, validateFormats: false, logger: false, allErrors: false })
  if (standard.validateSchema(schema) !== true) {
    const details = (standard.errors ?? []).slice(0, shown).map(({ instancePath, message }) => ({
      path: `body.schema${instancePath.slice(0, 200)}`,
      message: message ?? 'is not right',
    }))
    throw new HubError('INVALID_REQUEST', { details })
  }
  let first: ValidateFunction
  try {
    first = compile(vetted, false)
  } catch (error) {
    // The patterns and references are the workspace's own: it may read what is wrong with them.
    const message = error instanceof Error ? error.message.slice(0, 300) : 'It cannot be compiled'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.schema', message }] })
  }
  let all: ValidateFunction | undefined
  return (data, bytes) => {
    const found = run(first, data, 50_000 + 6 * bytes)
    if (found === undefined || found === tooMuchWork || bytes > wholeBytes) return found
    const whole = run((all ??= compile(vetted, true)), data, 20_000 + 4 * bytes)
    return whole === undefined || whole === tooMuchWork ? found : whole
  }
}

const tooMuchWork: Mismatch[] = [{ pointer: '', rule: 'schema', message: 'takes too much work to check' }]

function run(validate: ValidateFunction, data: unknown, budget: number): Mismatch[] | undefined {
  left = budget
  try {
    if (validate(data)) return undefined
  } catch (error) {
    // A stack that overflows: data or references without end.
    if (!(error instanceof TooMuchWork) && !(error instanceof RangeError)) throw error
    return tooMuchWork
  }
  return (validate.errors ?? []).slice(0, shown).map(({ instancePath, keyword, message }) => ({
    pointer: instancePath.slice(0, 300),
    rule: keyword,
    message: message ?? 'does not fit',
  }))
}
