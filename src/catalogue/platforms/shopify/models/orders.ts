import type { ModelDefinition } from '../../../schema/models.ts'
import { fileOf, pagesOf, readOf, updatedSince } from '../calls.ts'

const money = 'shopMoney { amount }'
const line = `title sku quantity product { id } originalUnitPriceSet { ${money} } discountedTotalSet { ${money} }`
const about =
  'id name email note updatedAt processedAt cancelledAt currencyCode displayFinancialStatus customer { id } ' +
  `subtotalPriceSet { ${money} } totalTaxSet { ${money} } totalShippingPriceSet { ${money} } totalPriceSet { ${money} } ` +
  'shippingAddress { address1 address2 city provinceCode zip countryCodeV2 } '
const members = `${about}lineItems(first: 50) { nodes { ${line} } pageInfo { hasNextPage } }`
const list = pagesOf('orders', members, 3, 941)

const lines = {
  kind: 'cursor',
  path: '/graphql.json',
  document: `query ($id: ID!, $first: Int!, $after: String) { order(id: $id) { lineItems(first: $first, after: $after) { nodes { id ${line} } pageInfo { hasNextPage endCursor } } } }`,
  cost: 603,
  page: 100,
  limitParam: 'variables.first',
  param: 'variables.after',
  next: { from: 'path', path: 'data.order.lineItems.pageInfo.endCursor' },
  end: { more: 'data.order.lineItems.pageInfo.hasNextPage' },
  items: 'data.order.lineItems.nodes',
} as const

const amount = { kind: 'decimal', scale: 2 } as const
const read = (path: string) => [path, { only: 'read', transform: amount }] as const
const inList = (path: string) => [path, { transform: amount }] as const

/** Orders of the shop; those of more than 60 days ago with the scope `read_all_orders`. */
export const orders = {
  collection: 'orders',
  summary: 'Orders of the shop with their lines',
  docs: 'https://shopify.dev/docs/api/admin-graphql/latest/objects/Order',
  id: 'id',
  updatedAt: { path: 'updatedAt', format: 'iso' },
  list,
  export: fileOf('orders', `${about}lineItems { edges { node { ${line} } } }`, 'lineItems.nodes'),
  changedSince: updatedSince(list),
  read: readOf('order', members),
  fields: [
    ['number', 'name', { only: 'read' }],
    ['customerId', 'customer.id', { only: 'read', reference: 'customers' }],
    ['status', 'displayFinancialStatus', { only: 'read' }],
    ['currency', 'currencyCode', { only: 'read' }],
    [
      'lines',
      'lineItems.nodes',
      {
        only: 'read',
        goesOn: { more: 'lineItems.pageInfo.hasNextPage', rest: { list: lines, member: 'id', idAt: 'variables.id' } },
        each: [
          ['productId', 'product.id', { reference: 'products' }],
          ['sku', 'sku'],
          ['name', 'title'],
          ['quantity', 'quantity', { transform: { kind: 'decimal' } }],
          ['unitPrice', ...inList('originalUnitPriceSet.shopMoney.amount')],
          ['total', ...inList('discountedTotalSet.shopMoney.amount')],
        ],
      },
    ],
    ['subtotal', ...read('subtotalPriceSet.shopMoney.amount')],
    ['taxTotal', ...read('totalTaxSet.shopMoney.amount')],
    ['shippingTotal', ...read('totalShippingPriceSet.shopMoney.amount')],
    ['total', ...read('totalPriceSet.shopMoney.amount')],
    ['placedAt', 'processedAt', { only: 'read', transform: { kind: 'instant', format: 'iso' } }],
    ['email', 'email', { only: 'read' }],
    ['notes', 'note', { only: 'read' }],
    ['shippingAddress.line1', 'shippingAddress.address1', { only: 'read' }],
    ['shippingAddress.line2', 'shippingAddress.address2', { only: 'read' }],
    ['shippingAddress.city', 'shippingAddress.city', { only: 'read' }],
    ['shippingAddress.region', 'shippingAddress.provinceCode', { only: 'read' }],
    ['shippingAddress.postalCode', 'shippingAddress.zip', { only: 'read' }],
    ['shippingAddress.country', 'shippingAddress.countryCodeV2', { only: 'read' }],
  ],
} satisfies ModelDefinition
