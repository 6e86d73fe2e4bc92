import { FieldProblem } from '../../../graphql.ts'
import { mostAtOnce } from './connection.ts'
import type { Fields, Kind, Shop } from './shop.ts'

/** What each kind of thing may be read by. */
const kinds: Partial<Record<Kind, string>> = {
  ...{
    Customer: 'customers',
    Product: 'products',
    Order: 'orders',
    InventoryLevel: 'inventory',
    Location: 'locations',
  },
}

/** Several things by their ids, null for what is not there. https://shopify.dev/docs/api/admin-graphql/2026-07/queries/nodes */
export function nodesOf(shop: Shop, ids: readonly string[]): (Fields | null)[] {
  if (ids.length > mostAtOnce)
    throw new FieldProblem(
      'BAD_REQUEST',
      `The input array size of ${ids.length} is greater than the maximum allowed of ${mostAtOnce}.`,
    )
  return ids.map(id => {
    const kind = /^gid:\/\/shopify\/(\w+)\//.exec(id)?.[1] as Kind | undefined
    const scope = kind && kinds[kind]
    if (kind === undefined || scope === undefined) return null
    if (kind !== 'Location') shop.allow('read', scope)
    const node = shop.get(kind, id)
    return node ? { ...node, __typename: kind } : null
  })
}
