import type { ModelDefinition } from '../../../schema/models.ts'
import { fileOf, foundBy, namedOf, pagesOf, readOf, updatedSince } from '../calls.ts'

const about =
  'id title descriptionHtml status productType updatedAt ' +
  'productOptions: options(first: 3) { name values: optionValues { name } } '
const variant =
  'id title sku barcode price ' +
  'optionValues: selectedOptions { optionName: name name: value } inventoryItem { unitCost { amount } }'
const members = `${about}variants(first: 2) { nodes { ${variant} } }`
const list = pagesOf('products', members, 60, 782)
const set = (variables: string, args: string) =>
  `mutation (${variables}) { productSet(${args}, synchronous: true) { product { ${members} } userErrors { code field message } } }`
const faults = { list: 'data.productSet.userErrors', code: 'code' }

/** The variant of a product that has no options. */
const only = 'variants.nodes.[title=Default Title]'
const amount = { kind: 'decimal', scale: 2, as: 'text' } as const

/**
 * Products of the shop. The price, the code and the cost are those of a product without options. A list of variants takes the place of
 * the one that there is: an update brings along the ids of the one variant and its option, and says nothing of a product's that has others.
 */
export const products = {
  collection: 'products',
  summary: 'Products of the shop; price, code and cost of those without options',
  docs: 'https://shopify.dev/docs/api/admin-graphql/latest/objects/Product',
  id: 'id',
  updatedAt: { path: 'updatedAt', format: 'iso' },
  brings: {
    'productOptions.0': 'productOptions.[name=Title]',
    'variants.0.id': `${only}.id`,
    'variants.0.optionValues': `${only}.optionValues`,
  },
  list,
  export: fileOf('products', `${about}variants { edges { node { ${variant} } } }`, 'variants.nodes'),
  changedSince: updatedSince(list),
  read: readOf('product', members),
  readMany: namedOf('Product', members, 60, 782),
  create: {
    kind: 'graphql',
    path: '/graphql.json',
    document: set('$input: ProductSetInput!', 'input: $input'),
    input: 'input',
    item: 'data.productSet.product',
    faults,
    constant: {
      productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }] }],
    },
  },
  update: {
    kind: 'graphql',
    path: '/graphql.json',
    document: set(
      '$identifier: ProductSetIdentifiers!, $input: ProductSetInput!',
      'identifier: $identifier, input: $input',
    ),
    id: 'identifier.id',
    input: 'input',
    item: 'data.productSet.product',
    faults,
    cleared: null,
  },
  delete: {
    kind: 'graphql',
    path: '/graphql.json',
    document:
      'mutation ($input: ProductDeleteInput!) { productDelete(input: $input) { deletedProductId userErrors { field message } } }',
    id: 'input.id',
    faults: { list: 'data.productDelete.userErrors', code: 'message' },
  },
  lookup: foundBy('products', members, 'sku'),
  errors: { duplicate: ['HANDLE_NOT_UNIQUE'], missing: ['PRODUCT_DOES_NOT_EXIST', 'NOT_FOUND'] },
  fields: [
    ['name', 'title'],
    ['description', 'descriptionHtml'],
    ['type', 'productType'],
    ['sku', `${only}.sku`, { written: 'variants.0.sku' }],
    ['barcode', `${only}.barcode`, { written: 'variants.0.barcode' }],
    ['unitPrice', `${only}.price`, { written: 'variants.0.price', transform: amount }],
    ['cost', `${only}.inventoryItem.unitCost.amount`, { written: 'variants.0.inventoryItem.cost', transform: amount }],
  ],
} satisfies ModelDefinition
