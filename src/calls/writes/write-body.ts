import { withParts } from '../body.ts'
import type { ProviderCall } from '../call.ts'
import { valueAt } from '../json-path.ts'
import type { Values } from '../json-write.ts'
import type { Write, Writes } from './write.ts'

/** What is written of an item, with its id and version where the platform wants them. */
export function writtenBody(model: Writes, write: Write): Values {
  if (write.kind === 'create') return joined(model.create?.constant, write.body)
  const { idField, versionField, versionAs, constant } = model.update ?? {}
  const marked = model.delete?.kind === 'mark' ? model.delete.body : {}
  const body = joined(constant, write.kind === 'update' ? write.body : marked)
  return withParts(body, {
    ...(model.brings === undefined || write.version === null ? {} : broughtBeside(body, write.version)),
    ...(idField === undefined ? {} : { [idField]: write.externalId }),
    ...(versionField === undefined || write.version === null
      ? {}
      : { [versionField]: versionAs === 'next' ? after(write.version) : write.version }),
  })
}

/** What an update says again of the item, unless it says something new there itself. */
function broughtBeside(body: Values, version: string): Values {
  const brought = Object.entries(JSON.parse(version) as Values)
  return Object.fromEntries(brought.filter(([path]) => valueAt(body, path) === undefined))
}

/** The number after a version, of a platform that is told what the item's is to be. */
function after(version: string): number | string {
  return /^\d{1,15}$/.test(version) ? Number(version) + 1 : version
}

/** Two values as one: objects member by member, lists element by element; where both have a value, it is the second's. */
function joined(constant: Values | undefined, body: Values): Values {
  return constant === undefined ? body : (both(constant, body) as Values)
}

function both(one: unknown, other: unknown): unknown {
  if (other === undefined) return one
  if (Array.isArray(one) && Array.isArray(other)) {
    const longer = one.length > other.length ? one : other
    return longer.map((_, index) => both(one[index], other[index]))
  }
  if (!isObject(one) || !isObject(other)) return other
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(Array.from(names, name => [name, both(one[name], other[name])]))
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** A call with the key by which the platform recognises a repeat of it. */
export function keyed(
  model: Writes,
  call: ProviderCall & { body: Values },
  key: string,
): ProviderCall & { body: Values } {
  const { idempotency } = model
  switch (idempotency?.in) {
    case undefined:
    case 'grid':
      return call
    case 'query':
      return { ...call, query: { ...call.query, [idempotency.name]: key } }
    case 'header':
      return { ...call, headers: { ...call.headers, [idempotency.name]: key } }
    case 'body':
      return { ...call, body: withParts(call.body, { [idempotency.name]: key }) }
  }
}
