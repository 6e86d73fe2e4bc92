import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, marked, modifiedSince, namedOf, pagesOf } from '../calls.ts'

const money = { transform: { kind: 'decimal', scale: 2 } } as const
const day = { transform: { kind: 'date', format: 'dotnet', written: 'iso' } } as const

const calls = callsOf('Invoices', 'InvoiceID')

export const invoices = {
  collection: 'invoices',
  summary: 'Sales invoices; the hub makes approved ones',
  docs: 'https://developer.xero.com/documentation/api/accounting/invoices',
  ...calls,
  create: { ...calls.create, constant: { Type: 'ACCREC', Status: 'AUTHORISED' } },
  gone: [
    { path: 'Status', equals: 'DELETED' },
    { path: 'Status', equals: 'VOIDED' },
  ],
  list: pagesOf('Invoices', 'InvoiceID', { where: 'Type=="ACCREC"' }),
  readMany: namedOf('Invoices'),
  changedSince: modifiedSince(true),
  // Refused for one that something was paid of, and for a draft, which a person deletes.
  delete: marked('Invoices', 'VOIDED'),
  asks: [
    {
      name: 'salesAccount',
      label: 'Sales account',
      help: 'Code of the account that lines are booked to which name none, such as 200',
      pattern: '^[A-Za-z0-9.-]{1,10}$',
      default: '200',
    },
  ],
  fields: [
    ['number', 'InvoiceNumber'],
    ['customerId', 'Contact.ContactID', { reference: 'contacts' }],
    ['date', 'Date', day],
    ['dueDate', 'DueDate', day],
    ['currency', 'CurrencyCode', { only: 'create' }],
    // Units of its own currency for one of the books', where the hub has it the other way round.
    ['exchangeRate', 'CurrencyRate', { transform: { kind: 'reciprocal', places: 6 } }],
    ['reference', 'Reference'],
    [
      'status',
      'Status',
      {
        only: 'read',
        transform: {
          kind: 'enum',
          values: { draft: 'DRAFT', open: ['AUTHORISED', 'SUBMITTED'], paid: 'PAID', void: ['VOIDED', 'DELETED'] },
        },
      },
    ],
    [
      'taxInclusive',
      'LineAmountTypes',
      { transform: { kind: 'boolean', yes: 'Inclusive', no: 'Exclusive' }, nothing: 'NoTax' },
    ],
    [
      'lines',
      'LineItems',
      {
        constant: { AccountCode: '{salesAccount}' },
        follows: { AccountID: ['accountCode'], Item: ['sku'] },
        each: [
          ['description', 'Description'],
          ['sku', 'ItemCode'],
          ['quantity', 'Quantity', { transform: { kind: 'decimal', places: 4 } }],
          [
            'unitPrice',
            'UnitAmount',
            { transform: { kind: 'unit-price', quantity: 'quantity', amount: 'amount', places: 4 } },
          ],
          ['amount', 'LineAmount', money],
          // It reckons taxes itself, line by line.
          ['taxAmount', 'TaxAmount', { only: 'read', ...money }],
          ['taxCode', 'TaxType'],
          ['accountCode', 'AccountCode'],
        ],
      },
    ],
    ['subtotal', 'SubTotal', { only: 'read', ...money }],
    ['taxTotal', 'TotalTax', { only: 'read', ...money }],
    ['total', 'Total', { only: 'read', ...money }],
    ['balance', 'AmountDue', { only: 'read', ...money }],
  ],
} satisfies ModelDefinition
