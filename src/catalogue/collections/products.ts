import { collection, decimal, flag, text } from './shapes.ts'

export const products = collection('What is sold', {
  name: text('What it is called'),
  sku: text('Code by which it is stocked'),
  description: text('What it is'),
  unitPrice: decimal('Price of one'),
  cost: decimal('What one costs to buy'),
  currency: text('ISO 4217 code of its prices, in capitals'),
  taxCode: text('How it is taxed, by the code of the platform'),
  type: text('What kind of product it is: inventory, service, …, in the words of the platform'),
  isActive: flag('Whether it is sold'),
  barcode: text('GTIN, EAN or UPC'),
  quantityOnHand: decimal('How many are in stock'),
})
