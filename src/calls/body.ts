import type { ProviderCall } from './call.ts'
import { setAt, type Values } from './json-write.ts'
import { stepsOf } from './json-path.ts'

/** What a definition says of a body: JSON as it stands, a GraphQL document, or neither. */
export interface SaidBody {
  body?: Values
  document?: string
}

/** A body as a definition says it, and the method that goes with it: without one it is a GET. */
export function asBody(said: SaidBody): { method: 'GET' } | { method: 'POST'; body: Values } {
  if (said.body === undefined && said.document === undefined) return { method: 'GET' }
  return { method: 'POST', body: { ...(said.document === undefined ? {} : { query: said.document }), ...said.body } }
}

/** A body with values put at their paths. */
export function withParts(body: Values, parts: Readonly<Values>): Values {
  return Object.entries(parts).reduce((whole, [path, value]) => setAt(whole, stepsOf(path), value), body)
}

/** `{ address: { city } }` as `address[city]`, as many platforms take forms. */
export function formOf(body: Values, prefix = '', form = new URLSearchParams()): URLSearchParams {
  for (const [name, value] of Object.entries(body)) {
    const field = prefix === '' ? name : `${prefix}[${name}]`
    if (typeof value === 'object' && value !== null) formOf(value as Values, field, form)
    else form.append(field, typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))
  }
  return form
}

/** The members that say where a call goes, as a definition has them. */
export function placeOf(asked: {
  host?: string
  as?: string
  cost?: number
  query?: ProviderCall['query']
  headers?: Record<string, string>
}): Pick<ProviderCall, 'host' | 'as' | 'cost' | 'query' | 'headers'> {
  const { host, as, cost, query, headers } = asked
  return {
    ...(host === undefined ? {} : { host }),
    ...(as === undefined ? {} : { as }),
    ...(cost === undefined ? {} : { cost }),
    ...(query ? { query } : {}),
    ...(headers ? { headers } : {}),
  }
}
