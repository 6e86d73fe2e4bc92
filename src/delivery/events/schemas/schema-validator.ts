import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { RE2JS } from 're2js'
import { HubError } from '../../../errors.ts'
import { hasExactNumber } from '../../../json/exact-number.ts'
import { exactNumberKeywords, withStandIns, type Place } from './schema-numbers.ts'
import { valueKeywords } from './schema-values.ts'
import { costKeyword, vetSchema, type VettedSchema } from './schema-vetting.ts'
import { allowWork, spend, TooMuchWork } from './schema-work.ts'

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

const mostShown = 5
/** The validator reports every fault of data up to this size, and only the first fault of larger data. */
const wholeBytes = 16 * 1024
const longestPattern = 1_000
const largestProgram = 2_000

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

interface Wanted {
  allErrors: boolean
  /** For data with numbers that no double holds. */
  exact: boolean
}

function compile(schema: VettedSchema, { allErrors, exact }: Wanted): ValidateFunction {
  // An instance for each: it keeps what it ever compiled.
  const ajv = new Ajv2020({
    allErrors,
    // Names such as `toString` are there when the data says so, and not because every object has them.
    ownProperties: true,
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
  for (const definition of exact ? [...valueKeywords, ...exactNumberKeywords] : valueKeywords) {
    ajv.removeKeyword(definition.keyword as string)
    ajv.addKeyword(definition)
  }
  allowWork(Infinity)
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
    const details = (standard.errors ?? []).slice(0, mostShown).map(({ instancePath, message }) => ({
      path: `body.schema${instancePath.slice(0, 200)}`,
      message: message ?? 'is not right',
    }))
    throw new HubError('INVALID_REQUEST', { details })
  }
  const compiled = new Map<string, ValidateFunction>()
  const validatorOf = (wanted: Wanted) => {
    const key = `${wanted.allErrors} ${wanted.exact}`
    return compiled.get(key) ?? compiled.set(key, compile(vetted, wanted)).get(key)!
  }
  try {
    validatorOf({ allErrors: false, exact: false })
  } catch (error) {
    // The patterns and references are the workspace's own: it may read what is wrong with them.
    const message = error instanceof Error ? error.message.slice(0, 300) : 'It cannot be compiled'
    throw new HubError('INVALID_REQUEST', { details: [{ path: 'body.schema', message }] })
  }
  return (data, bytes) => {
    const exact = hasExactNumber(data)
    const found = run(validatorOf({ allErrors: false, exact }), data, exact, 50_000 + 6 * bytes)
    if (found === undefined || found === tooMuchWork || bytes > wholeBytes) return found
    const whole = run(validatorOf({ allErrors: true, exact }), data, exact, 20_000 + 4 * bytes)
    return whole === undefined || whole === tooMuchWork ? found : whole
  }
}

const tooMuchWork: Mismatch[] = [{ pointer: '', rule: 'schema', message: 'takes too much work to check' }]

function run(validate: ValidateFunction, data: unknown, exact: boolean, budget: number): Mismatch[] | undefined {
  try {
    if (
      exact
        ? withStandIns(data, (shown, place) => isValid(validate, shown, budget, place))
        : isValid(validate, data, budget)
    )
      return undefined
  } catch (error) {
    // A stack that overflows: data or references without end.
    if (!(error instanceof TooMuchWork) && !(error instanceof RangeError)) throw error
    return tooMuchWork
  }
  return (validate.errors ?? []).slice(0, mostShown).map(({ instancePath, keyword, message }) => ({
    pointer: instancePath.slice(0, 300),
    rule: keyword,
    message: message ?? 'does not fit',
  }))
}

function isValid(validate: ValidateFunction, data: unknown, budget: number, place?: Place): boolean {
  allowWork(budget)
  if (!place) return validate(data)
  return validate(data, { instancePath: '', rootData: data as object, dynamicAnchors: {}, ...place })
}
