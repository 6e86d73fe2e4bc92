import { HubError } from '../../errors.ts'
import { valueAt } from '../json-path.ts'

/**
 * The items at a path of an answer. An absent list is an empty one if what holds it is there; anything else is no answer
 * at all, and must not be taken for an empty one.
 */
export function itemsAt(body: unknown, path: string | undefined): unknown[] {
  const items = path === undefined ? body : valueAt(body, path)
  if (Array.isArray(items)) return items as unknown[]
  const parent = path?.includes('.') ? valueAt(body, path.slice(0, path.lastIndexOf('.'))) : undefined
  if (items === undefined && typeof parent === 'object' && parent !== null) return []
  throw unexpectedList()
}

export function unexpectedList(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not have the form of its list." })
}
