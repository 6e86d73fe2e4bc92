import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, voiding } from '../calls.ts'

const money = { transform: { kind: 'decimal', scale: 2 } } as const

export const invoices = {
  collection: 'invoices',
  summary: 'Sales invoices; of their lines those of products and services',
  docs: 'https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice',
  ...callsOf('Invoice'),
  // A voided one stays with its number, without amounts.
  gone: [
    { path: 'status', equals: 'Deleted' },
    { path: 'PrivateNote', equals: 'Voided' },
  ],
  delete: voiding('Invoice', { operation: 'void' }),
  fields: [
    ['number', 'DocNumber'],
    ['customerId', 'CustomerRef.value', { reference: 'customers' }],
    ['date', 'TxnDate'],
    ['dueDate', 'DueDate'],
    ['currency', 'CurrencyRef.value', { only: 'create' }],
    ['exchangeRate', 'ExchangeRate', { transform: { kind: 'decimal' } }],
    [
      'taxInclusive',
      'GlobalTaxCalculation',
      { transform: { kind: 'boolean', yes: 'TaxInclusive', no: 'TaxExcluded' }, nothing: 'NotApplicable' },
    ],
    [
      'lines',
      'Line',
      {
        where: { path: 'DetailType', equals: 'SalesItemLineDetail' },
        follows: {
          'SalesItemLineDetail.ItemRef.name': ['productId'],
          'SalesItemLineDetail.ItemAccountRef': ['productId'],
          'SalesItemLineDetail.TaxCodeRef.name': ['taxCode'],
        },
        each: [
          ['description', 'Description'],
          ['productId', 'SalesItemLineDetail.ItemRef.value', { reference: 'items' }],
          ['quantity', 'SalesItemLineDetail.Qty', { transform: { kind: 'decimal' } }],
          [
            'unitPrice',
            'SalesItemLineDetail.UnitPrice',
            {
              transform: {
                ...{
                  kind: 'unit-price',
                  quantity: 'quantity',
                  amount: 'amount',
                  places: 7,
                  withoutTax: 'taxInclusive',
                },
              },
            },
          ],
          [
            'amount',
            ['Amount', 'SalesItemLineDetail.TaxInclusiveAmt'],
            { transform: { kind: 'line-amount', inclusive: 'taxInclusive' } },
          ],
          ['taxCode', 'SalesItemLineDetail.TaxCodeRef.value'],
        ],
      },
    ],
    ['subtotal', 'Line.[DetailType=SubTotalLineDetail].Amount', { only: 'read', ...money }],
    ['taxTotal', 'TxnTaxDetail.TotalTax', { only: 'read', ...money }],
    ['total', 'TotalAmt', { only: 'read', ...money }],
    ['balance', 'Balance', { only: 'read', ...money }],
    ['notes', 'CustomerMemo.value'],
  ],
} satisfies ModelDefinition
