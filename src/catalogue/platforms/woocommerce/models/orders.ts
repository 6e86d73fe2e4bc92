import type { ModelDefinition } from '../../../schema/models.ts'
import { listOf, modifiedAfter, namedOf } from '../calls.ts'

const amount = { kind: 'decimal', scale: 2, as: 'text' } as const
const read = { only: 'read', transform: amount } as const

/** What an order consists of is said when it is made: of an update, a line without its id would be one more. */
export const orders = {
  collection: 'orders',
  summary: 'Orders of the shop; a deleted one goes to the trash',
  docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#orders',
  id: 'id',
  updatedAt: { path: 'date_modified_gmt', format: 'iso' },
  gone: [{ path: 'status', equals: 'trash' }],
  list: listOf('/orders', { dates_are_gmt: 'true' }),
  changedSince: modifiedAfter,
  read: { path: '/orders/{id}' },
  readMany: namedOf('/orders'),
  create: { kind: 'call', method: 'POST', path: '/orders', encoding: 'json' },
  update: { kind: 'call', method: 'PUT', path: '/orders/{id}', encoding: 'json', cleared: '' },
  delete: { kind: 'call', method: 'DELETE', path: '/orders/{id}' },
  errors: { missing: ['woocommerce_rest_shop_order_invalid_id'] },
  fields: [
    ['number', 'number', { only: 'read' }],
    ['customerId', 'customer_id', { only: 'create', reference: 'customers', nothing: 0 }],
    ['status', 'status'],
    ['currency', 'currency', { only: 'create' }],
    [
      'lines',
      'line_items',
      {
        only: 'create',
        each: [
          ['productId', 'product_id', { reference: 'products', nothing: 0 }],
          ['name', 'name'],
          ['sku', 'sku', { only: 'read' }],
          ['quantity', 'quantity', { transform: { kind: 'decimal' } }],
          ['total', 'total', { transform: amount }],
          ['taxAmount', 'total_tax', { only: 'read', transform: amount }],
        ],
      },
    ],
    ['taxTotal', 'total_tax', read],
    ['shippingTotal', 'shipping_total', read],
    ['total', 'total', read],
    ['placedAt', 'date_created_gmt', { only: 'read', transform: { kind: 'instant', format: 'iso' } }],
    ['email', 'billing.email'],
    ['notes', 'customer_note'],
    ['shippingAddress.line1', 'shipping.address_1'],
    ['shippingAddress.line2', 'shipping.address_2'],
    ['shippingAddress.city', 'shipping.city'],
    ['shippingAddress.region', 'shipping.state'],
    ['shippingAddress.postalCode', 'shipping.postcode'],
    ['shippingAddress.country', 'shipping.country'],
  ],
} satisfies ModelDefinition
