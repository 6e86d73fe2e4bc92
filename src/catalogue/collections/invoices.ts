import { choice, collection, date, decimal, flag, list, reference, text } from './shapes.ts'

export const invoices = collection('What customers are asked to pay', {
  number: text('Number of the document'),
  customerId: reference('customers', 'Whom it is for'),
  date: date('Day of the document'),
  dueDate: date('Day by which it is to be paid'),
  currency: text('ISO 4217 code, in capitals'),
  exchangeRate: decimal('Units of the currency of the books for one of its own'),
  status: choice(['draft', 'open', 'paid', 'void'], 'How far it is'),
  lines: list('What is asked to be paid for', {
    description: text('What it is'),
    productId: reference('products', 'The product that was sold'),
    sku: text('Code of the product, where the platform names it by that'),
    quantity: decimal('How many'),
    unitPrice: decimal('Price of one'),
    amount: decimal('What the line comes to'),
    taxAmount: decimal('Tax of the line'),
    taxCode: text('How it is taxed, by the code of the platform'),
    accountCode: text('Account that it is booked to, by the code of the platform'),
  }),
  subtotal: decimal('Sum of the lines without tax'),
  taxTotal: decimal('Sum of the taxes'),
  total: decimal('What is to be paid'),
  balance: decimal('What is still to be paid'),
  taxInclusive: flag('Whether the amounts of the lines include tax'),
  notes: text('What is written on it'),
  reference: text("The customer's own number for it"),
})
