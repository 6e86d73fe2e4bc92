import { withParts } from '../body.ts'
import type { ProviderCall } from '../call.ts'
import type { Values } from '../json-write.ts'
import type { Write, Writes } from './write.ts'

/** What is written of an item, with its id and version where the platform wants them. */
export function writtenBody(model: Writes, write: Write): Values {
  if (write.kind === 'create') return write.body
  const { idField, versionField, constant } = model.update ?? {}
  const marked = model.delete?.kind === 'mark' ? model.delete.body : {}
  const body = { ...constant, ...(write.kind === 'update' ? write.body : marked) }
  return withParts(body, {
    ...(idField === undefined ? {} : { [idField]: write.externalId }),
    ...(versionField === undefined || write.version === null ? {} : { [versionField]: write.version }),
  })
}

/** A call with the key by which the platform recognises a repeat of it. */
export function keyed(
  model: Writes,
  call: ProviderCall & { body: Values },
  key: string,
): ProviderCall & { body: Values } {
  const { idempotency } = model
  switch (idempotency?.in) {
    case undefined:
      return call
    case 'query':
      return { ...call, query: { ...call.query, [idempotency.name]: key } }
    case 'header':
      return { ...call, headers: { ...call.headers, [idempotency.name]: key } }
    case 'body':
      return { ...call, body: withParts(call.body, { [idempotency.name]: key }) }
  }
}
