import type { MatchKeys } from '../../catalogue/schema/items/lookup.ts'

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

export function defaultKeys(collection: string): MatchKeys {
  return Object.hasOwn(keysByCollection, collection) ? keysByCollection[collection]! : []
}
