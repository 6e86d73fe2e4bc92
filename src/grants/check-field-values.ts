import type { ApiKey } from '../catalogue/schema/auth-key.ts'
import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { Field } from '../catalogue/schema/fields.ts'
import { fitsPattern } from '../catalogue/pattern.ts'

/** What a key that is one text is called. */
export const soleKey = 'apiKey'

/** The fields of a key, in their order. */
export function keyFields(method: ApiKey): Field[] {
  const { label, help, pattern, fields } = method
  if (fields) return fields
  return [{ name: soleKey, label, help, secret: true, ...(pattern === undefined ? {} : { pattern }) }]
}

/** What a caller gives to connect by a method, of itself; none where its person is sent to the platform. */
export function fieldsOf(method: AuthMethod): Field[] {
  if (method.kind === 'api_key') return keyFields(method)
  return 'fields' in method ? (method.fields ?? []) : []
}

/** What is wrong with the values of fields: by name, for each that is missing, not asked for or not of its pattern. */
export function faultsOf(
  fields: Field[],
  values: Record<string, string>,
): Map<string, 'missing' | 'unknown' | 'pattern'> {
  const faults = new Map<string, 'missing' | 'unknown' | 'pattern'>()
  for (const name of Object.keys(values)) if (!fields.some(field => field.name === name)) faults.set(name, 'unknown')
  for (const { name, pattern } of fields) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) faults.set(name, 'missing')
    else if (pattern !== undefined && !fitsPattern(pattern, value)) faults.set(name, 'pattern')
  }
  return faults
}

/** Values with those that fields have when nobody says. */
export function withDefaults(fields: Field[], values: Record<string, string>): Record<string, string> {
  const usual = fields.flatMap(field => (field.default === undefined ? [] : [[field.name, field.default] as const]))
  return { ...Object.fromEntries(usual), ...values }
}
