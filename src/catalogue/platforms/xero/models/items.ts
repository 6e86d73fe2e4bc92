import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, modifiedSince } from '../calls.ts'

const calls = callsOf('Items', 'ItemID')

export const items = {
  collection: 'products',
  summary: 'Products and services on the price list',
  docs: 'https://developer.xero.com/documentation/api/accounting/items',
  ...calls,
  // Accounts and taxes stand beside the prices.
  update: { ...calls.update, replaced: ['SalesDetails', 'PurchaseDetails'] },
  // It comes whole: there are no pages.
  list: { kind: 'link', path: '/api.xro/2.0/Items', query: { unitdp: 4 }, page: 10_000, items: 'Items' },
  readMany: {
    ...{ path: '/api.xro/2.0/Items', query: { unitdp: 4 }, items: 'Items', size: 40 },
    ...{ param: 'where', each: 'ItemID==guid("{id}")', between: ' OR ' },
  },
  // An item that was removed is on no list.
  changedSince: modifiedSince(false),
  delete: { kind: 'call', method: 'DELETE', path: '/api.xro/2.0/Items/{id}' },
  fields: [
    ['sku', 'Code'],
    ['name', 'Name'],
    ['description', 'Description'],
    ['unitPrice', 'SalesDetails.UnitPrice', { transform: { kind: 'decimal' } }],
    ['cost', 'PurchaseDetails.UnitPrice', { transform: { kind: 'decimal' } }],
    ['quantityOnHand', 'QuantityOnHand', { only: 'read', transform: { kind: 'decimal' } }],
  ],
} satisfies ModelDefinition
