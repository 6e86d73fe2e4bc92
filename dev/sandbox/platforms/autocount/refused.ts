/** What the API answers with a status of its own. https://accounting-api.autocountcloud.com/documentation/fields-and-formats/general */
export class Refused extends Error {
  readonly status: number
  constructor(message: string, status = 400) {
    super(message)
    this.status = status
  }
}

type Form = 'text' | 'number' | 'date' | 'flag' | 'list' | 'any'
export type Model = Readonly<Record<string, Form | number>>

/**
 * The members of an input model as they may be said; a number is the length of a text. A member that is not in the model is no
 * mistake to .NET, but one of ours.
 * @throws Refused
 */
export function checked(model: Model, said: unknown, what: string): Record<string, unknown> {
  if (said === undefined || said === null) return {}
  if (typeof said !== 'object' || Array.isArray(said)) throw new Refused(`The ${what} field is invalid.`)
  for (const [name, value] of Object.entries(said)) {
    const form = model[name]
    if (form === undefined) throw new Refused(`${what} has no field ${name}.`)
    if (value !== null && !isOf(form, value)) throw new Refused(wordsFor(form, name))
  }
  return said as Record<string, unknown>
}

function wordsFor(form: Form | number, name: string): string {
  if (typeof form === 'number') return `The field ${name} must be a string with a maximum length of ${form}.`
  return form === 'number'
    ? `The JSON value of ${name} could not be converted to System.Decimal.`
    : `The field ${name} is invalid.`
}

function isOf(form: Form | number, value: unknown): boolean {
  if (typeof form === 'number') return typeof value === 'string' && value.length <= form
  switch (form) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'date':
      return typeof value === 'string' && (value === '' || /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/.test(value))
    case 'flag':
      return typeof value === 'boolean'
    case 'list':
      return Array.isArray(value)
    case 'any':
      return true
  }
}

/** The books' own time, eight hours ahead of UTC, without a zone. */
export function bookTime(now = new Date()): string {
  return new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 19)
}
