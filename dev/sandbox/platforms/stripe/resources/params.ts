import type { Params } from '../form.ts'
import { Refusal, missing, unknown } from '../refusal.ts'

/** What a parameter has to be. A text that is empty empties the field; of a map an empty value takes the key out. */
export type Kind = 'text' | 'integer' | 'decimal' | 'boolean' | 'map' | 'hash' | 'list' | 'currency' | 'email'

const currencies = new Set(Intl.supportedValuesOf('currency').map(code => code.toLowerCase()))

/** Reads a request's parameters into an object's members. @throws Refusal as Stripe refuses them */
export function readParams(params: Params, known: Readonly<Record<string, Kind>>, required: string[] = []): Params {
  for (const name of required) if (params[name] === undefined || params[name] === '') throw missing(name)
  const read: Params = {}
  for (const [name, value] of Object.entries(params)) {
    if (name === 'expand') continue
    const kind = known[name]
    if (kind === undefined) throw unknown(name)
    read[name] = valueOf(name, value, kind)
  }
  return read
}

function valueOf(name: string, value: unknown, kind: Kind): unknown {
  const wrong = (code: string, message: string) => new Refusal(400, { code, message, param: name })
  if (kind === 'hash' || kind === 'map' || kind === 'list') {
    if (value === '') return kind === 'list' ? [] : null
    if (typeof value !== 'object') throw wrong('parameter_invalid_empty', `Invalid ${kind}`)
    return value
  }
  if (typeof value !== 'string') throw wrong('parameter_invalid_string_empty', `Invalid string: ${name}`)
  if (value === '') return null
  if (kind === 'integer') {
    if (!/^-?\d{1,15}$/.test(value)) throw wrong('parameter_invalid_integer', `Invalid integer: ${value}`)
    return Number(value)
  }
  if (kind === 'decimal') {
    if (!/^-?\d+(\.\d{1,12})?$/.test(value)) throw wrong('parameter_invalid_string', `Invalid decimal: ${value}`)
    return value
  }
  if (kind === 'boolean') {
    if (value !== 'true' && value !== 'false') throw wrong('parameter_invalid_boolean', `Invalid boolean: ${value}`)
    return value === 'true'
  }
  if (kind === 'currency') {
    if (!currencies.has(value.toLowerCase())) throw wrong('currency_not_supported', `Invalid currency: ${value}.`)
    return value.toLowerCase()
  }
  if (kind === 'email' && (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) || value.length > 512))
    throw wrong('email_invalid', `Invalid email address: ${value}`)
  if (value.length > 5_000) throw wrong('parameter_invalid_string', `Invalid string: ${name} is too long`)
  return value
}

/** Metadata as it is after a change: a key with an empty value goes, an empty metadata empties it. */
export function mergedMetadata(before: unknown, change: unknown): Params {
  if (change === undefined) return (before ?? {}) as Params
  if (change === null) return {}
  const merged = { ...(before as Params), ...(change as Params) }
  const left = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
  if (Object.keys(left).length > 50)
    throw new Refusal(400, { message: 'You may have at most 50 metadata keys.', param: 'metadata' })
  return left
}
