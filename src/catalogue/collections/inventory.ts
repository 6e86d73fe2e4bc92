import { collection, decimal, reference, text } from './shapes.ts'

export const inventory = collection('How much of a product is where', {
  productId: reference('products', 'The product'),
  sku: text('Code by which it is stocked'),
  location: text('Where it is'),
  available: decimal('How many can be sold'),
})
