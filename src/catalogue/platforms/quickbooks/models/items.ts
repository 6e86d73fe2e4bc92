import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, inactive } from '../calls.ts'

const calls = callsOf('Item')

export const items = {
  collection: 'products',
  summary: 'Products and services that the company sells',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item',
  ...calls,
  create: { ...calls.create, constant: { IncomeAccountRef: { value: '{incomeAccount}' } } },
  gone: [
    { path: 'Active', equals: false },
    { path: 'status', equals: 'Deleted' },
  ],
  delete: inactive,
  asks: [
    {
      name: 'incomeAccount',
      label: 'Income account',
      help: 'Id of the account that sales of items made by the hub are booked to, such as 79',
      pattern: '^\\d{1,20}$',
      default: '1',
    },
  ],
  fields: [
    ['name', 'Name'],
    ['sku', 'Sku'],
    ['description', 'Description'],
    ['unitPrice', 'UnitPrice', { transform: { kind: 'decimal' } }],
    ['cost', 'PurchaseCost', { transform: { kind: 'decimal' } }],
    ['taxCode', 'SalesTaxCodeRef.value'],
    ['type', 'Type', { only: 'read' }],
    ['quantityOnHand', 'QtyOnHand', { only: 'read', transform: { kind: 'decimal' } }],
  ],
} satisfies ModelDefinition
