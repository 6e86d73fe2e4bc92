import type { ModelDefinition } from '../../../schema/models.ts'
import { pagesOf, readOf } from '../calls.ts'

const members =
  'id updatedAt location { id name } quantities(names: ["available"]) { quantity } ' +
  'item { id sku variants(first: 1) { nodes { product { id } } } }'
const { items: _items, ...pages } = pagesOf(
  'inventoryItems',
  `inventoryLevels(first: 10) { nodes { ${members} } }`,
  10,
  832,
)

/**
 * What of each product is at each of the first ten places. A change of a quantity is no change of the item, so nothing tells of it but
 * reading everything. A write says which quantity it replaces, and is refused when there is another one by then.
 */
export const inventory = {
  collection: 'inventory',
  summary: 'How much of each product can be sold from each place',
  docs: 'https://shopify.dev/docs/api/admin-graphql/latest/objects/InventoryLevel',
  id: 'id',
  updatedAt: { path: 'updatedAt', format: 'iso' },
  brings: {
    'quantities.0.inventoryItemId': 'item.id',
    'quantities.0.locationId': 'location.id',
    'quantities.0.changeFromQuantity': 'quantities.0.quantity',
  },
  list: {
    ...pages,
    document: pages.document.replace(', sortKey: ID', ''),
    items: 'data.inventoryItems.nodes[].inventoryLevels.nodes[]',
  },
  read: readOf('inventoryLevel', members),
  update: {
    kind: 'graphql',
    path: '/graphql.json',
    document:
      'mutation ($input: InventorySetQuantitiesInput!, $key: String!) { inventorySetQuantities(input: $input) @idempotent(key: $key) ' +
      '{ inventoryAdjustmentGroup { id } userErrors { code field message } } }',
    input: 'input',
    constant: { name: 'available', reason: 'correction' },
    faults: { list: 'data.inventorySetQuantities.userErrors', code: 'code' },
    cleared: null,
  },
  idempotency: { in: 'body', name: 'variables.key', keptFor: '24h' },
  errors: { stale: ['CHANGE_FROM_QUANTITY_STALE'], missing: ['INVALID_INVENTORY_ITEM'] },
  fields: [
    ['productId', 'item.variants.nodes.0.product.id', { only: 'read', reference: 'products' }],
    ['sku', 'item.sku', { only: 'read' }],
    ['location', 'location.name', { only: 'read' }],
    ['available', 'quantities.0.quantity', { transform: { kind: 'decimal' } }],
  ],
} satisfies ModelDefinition
