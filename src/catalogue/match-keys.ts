import type { MatchKeys } from './schema/items/lookup.ts'
import type { ModelDefinition } from './schema/models.ts'

/**
 * By which keys things of a collection are the same, unless a model or a sync says others. A collection that is not here has
 * none: two leads with one address are two, and so are two measurements of one day.
 */
const keysByCollection: Record<string, MatchKeys> = {
  customers: [['email'], ['taxNumber']],
  contacts: [['email']],
  companies: [['taxNumber'], ['website']],
  members: [['list', 'email']],
  products: [['sku'], ['barcode']],
  inventory: [['sku', 'location']],
  invoices: [['number']],
  orders: [['number']],
  payments: [['invoiceId', 'date', 'amount']],
}

/** The keys that a sync matches by: its own, or the model's; of these those alone whose every path the model maps. */
export function matchKeysOf(
  own: MatchKeys | null,
  { collection, match, fields }: Pick<ModelDefinition, 'collection' | 'match' | 'fields'>,
): MatchKeys {
  const mapped = new Set(fields.map(([path]) => path))
  const usual = Object.hasOwn(keysByCollection, collection) ? keysByCollection[collection]! : []
  return (own ?? match ?? usual).filter(paths => paths.every(path => mapped.has(path)))
}
