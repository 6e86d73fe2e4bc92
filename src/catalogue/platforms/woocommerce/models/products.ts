import type { ModelDefinition } from '../../../schema/models.ts'
import { listOf, modifiedAfter, namedOf, updates } from '../calls.ts'

export const products = {
  collection: 'products',
  summary: 'Products of the shop, without the variations of variable ones; a deleted one goes to the trash',
  docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#products',
  id: 'id',
  updatedAt: { path: 'date_modified_gmt', format: 'iso' },
  // What is in the trash is answered by its id, and listed no more.
  gone: [{ path: 'status', equals: 'trash' }],
  list: listOf('/products', { dates_are_gmt: 'true' }),
  changedSince: modifiedAfter,
  read: { path: '/products/{id}' },
  readMany: namedOf('/products'),
  create: { kind: 'call', method: 'POST', path: '/products', encoding: 'json' },
  update: { kind: 'call', method: 'PUT', path: '/products/{id}', encoding: 'json', cleared: '' },
  delete: { kind: 'call', method: 'DELETE', path: '/products/{id}' },
  batch: updates('/products/batch'),
  // A code is one product's, be that in the trash.
  lookup: { by: ['sku'], settlesAfter: '5s', call: { path: '/products', says: { sku: '{sku}' } } },
  errors: { duplicate: ['product_invalid_sku'], missing: ['woocommerce_rest_product_invalid_id'] },
  fields: [
    ['name', 'name'],
    ['sku', 'sku'],
    ['description', 'description'],
    ['unitPrice', 'regular_price', { transform: { kind: 'decimal', scale: 2, as: 'text' } }],
    ['taxCode', 'tax_class'],
    ['barcode', 'global_unique_id'],
    ['type', 'type', { only: 'read' }],
    ['quantityOnHand', 'stock_quantity', { only: 'read', transform: { kind: 'decimal' } }],
  ],
} satisfies ModelDefinition
