import { address } from './parties.ts'
import { collection, decimal, instant, list, reference, text } from './shapes.ts'

export const orders = collection('What customers have ordered', {
  number: text('Number of the order'),
  customerId: reference('customers', 'Who ordered'),
  status: text('How far it is, in the words of the platform'),
  currency: text('ISO 4217 code, in capitals'),
  lines: list('What was ordered', {
    productId: reference('products', 'The product'),
    sku: text('Code by which it is stocked'),
    name: text('What it was called'),
    quantity: decimal('How many'),
    unitPrice: decimal('Price of one'),
    total: decimal('What the line comes to'),
    taxAmount: decimal('Tax of the line'),
  }),
  subtotal: decimal('Sum of the lines without tax and shipping'),
  taxTotal: decimal('Sum of the taxes'),
  shippingTotal: decimal('Price of shipping'),
  total: decimal('What is to be paid'),
  placedAt: instant('When it was ordered'),
  shippingAddress: address('Where it is sent'),
  email: text('E-mail address of who ordered'),
  notes: text('What is written on it'),
})
