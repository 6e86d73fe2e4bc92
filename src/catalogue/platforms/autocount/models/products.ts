import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy, pages } from '../calls.ts'

const price = { transform: { kind: 'decimal', scale: 2 } } as const
const calls = callsOf('product', 'code')

/** Assumed: the letters of the statuses, and that an update which says nothing of a product's variants leaves them. */
export const products = {
  collection: 'products',
  summary: 'Products, without their variants; one that is deleted is made inactive',
  docs: 'https://accounting-api.autocountcloud.com/documentation/models/product/inputmodels/product-master-inputmodel',
  id: 'product.productCode',
  list: {
    ...{ ...pages, path: '/product/listing' },
    body: { filter: { statuses: { active: true, inactive: true, discontinued: true } } },
  },
  ...calls,
  create: { ...calls.create, constant: { product: { productType: '{productType}', status: 'A' } } },
  update: { ...calls.update, sparse: 'product' },
  gone: [
    { path: 'product.status', equals: 'I' },
    { path: 'product.status', equals: 'D' },
  ],
  delete: { kind: 'mark', body: { product: { status: 'I' } }, restore: { product: { status: 'A' } } },
  lookup: lookupBy('product', 'code', 'sku'),
  asks: [
    {
      name: 'productType',
      label: 'Product type',
      help: 'The type of new products: I for inventory, S for services',
      pattern: '^[A-Z]$',
      default: 'I',
    },
  ],
  fields: [
    ['sku', 'product.productCode', { only: 'create', needed: true }],
    ['name', 'product.productName', { needed: true }],
    ['description', 'product.furtherDescription'],
    ['unitPrice', 'product.price', price],
    ['cost', 'product.cost', price],
    ['taxCode', 'product.supplyTaxCode'],
    ['barcode', 'product.barCode'],
    ['type', 'product.productType', { only: 'read' }],
  ],
} satisfies ModelDefinition
