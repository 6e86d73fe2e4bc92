import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy, pages } from '../calls.ts'

const money = { only: 'read', transform: { kind: 'decimal', scale: 2 } } as const
const day = { transform: { kind: 'date', format: 'iso' } } as const
const decimal = { transform: { kind: 'decimal' } } as const
const calls = callsOf('invoice', 'docNo')
// https://accounting-api.autocountcloud.com/documentation/models/invoice/inputmodels/invoice-detail-inputmodel
const besides = [
  ...['productVariant', 'furtherDescription', 'unit', 'discount', 'taxAdjustment', 'localTaxAdjustment', 'tariffCode'],
  'deptNo',
]
const listing = { ...pages, path: '/invoice/listing' } as const

/**
 * An update has to say again what a new one needs, and has a row for each line that there is, in their order: what a row
 * does not say stays in its place, one more at the end is new, and those behind the last go.
 * https://accounting-api.autocountcloud.com/documentation/api-methods/quotation/update-quotation
 *
 * Assumed: times are those of Malaysia, as they name no zone; the book keeps two digits of prices (Settings, Decimals).
 */
export const invoices = {
  collection: 'invoices',
  summary: 'Sales invoices; one that is deleted is voided',
  docs: 'https://accounting-api.autocountcloud.com/documentation/models/invoice/viewmodels/invoice-master-viewmodel',
  id: 'master.docNo',
  updatedAt: { path: 'master.lastModified', format: 'iso', zone: '+08:00' },
  brings: {
    'master.docDate': 'master.docDate',
    'master.debtorCode': 'master.debtorCode',
    'master.debtorName': 'master.debtorName',
    'master.creditTerm': 'master.creditTerm',
    'master.salesLocation': 'master.salesLocation',
    'details[].accNo': 'details[].accNo',
  },
  list: { ...listing, body: {} },
  // https://accounting-api.autocountcloud.com/documentation/api-methods/invoice/get-invoice-listing
  changedSince: {
    kind: 'list',
    deletions: true,
    list: { ...listing, body: { filter: { lastModifiedDate: { to: '2999-12-31' } } } },
    since: { param: 'filter.lastModifiedDate.from', format: 'iso-without-zone' },
  },
  ...calls,
  create: { ...calls.create, constant: { master: { creditTerm: '{creditTerm}', salesLocation: '{salesLocation}' } } },
  update: { ...calls.update, sparse: 'master' },
  gone: [{ path: 'master.cancelled', equals: true }],
  delete: { kind: 'call', method: 'POST', path: '/invoice/void', query: { docNo: '{id}' }, body: {} },
  lookup: lookupBy('invoice', 'docNo', 'number'),
  asks: [
    {
      name: 'salesAccount',
      label: 'Sales account',
      help: 'Number of the account that lines are booked to which name none, such as 500-0000',
      pattern: '^[A-Za-z0-9.-]{1,12}$',
      default: '500-0000',
    },
    {
      name: 'salesLocation',
      label: 'Sales location',
      help: 'Where new invoices are from, as the book has it',
      pattern: '^[^{}]{1,30}$',
      default: 'HQ',
    },
    {
      name: 'creditTerm',
      label: 'Credit term',
      help: 'The credit term of new invoices, as Master Data, Credit Term has it',
      pattern: '^[^{}]{1,30}$',
      default: 'C.O.D.',
    },
  ],
  fields: [
    ['number', 'master.docNo', { only: 'create' }],
    [
      'customerId',
      'master.debtorCode',
      { reference: 'customers', needed: true, also: { 'master.debtorName': 'displayName' } },
    ],
    ['date', 'master.docDate', { ...day, needed: true }],
    ['dueDate', 'master.dueDate', { ...day, only: 'read' }],
    ['currency', 'master.currencyCode', { only: 'read' }],
    ['exchangeRate', 'master.currencyRate', { only: 'create', ...decimal }],
    ['taxInclusive', 'master.inclusiveTax', { only: 'create' }],
    ['reference', 'master.ref'],
    ['notes', 'master.description'],
    [
      'lines',
      'details',
      {
        ...{ needed: true, constant: { accNo: '{salesAccount}' } },
        rows: { told: besides, cleared: null },
        each: [
          ['sku', 'productCode'],
          ['description', 'description'],
          ['quantity', 'qty', decimal],
          [
            'unitPrice',
            'unitPrice',
            {
              transform: {
                ...{ kind: 'unit-price', quantity: 'quantity', amount: 'amount', places: 2 },
                ...{ otherwise: 'divided' },
              },
            },
          ],
          [
            'amount',
            ['subTotalExTax', 'subTotal'],
            { only: 'read', transform: { kind: 'line-amount', inclusive: 'taxInclusive' } },
          ],
          ['taxAmount', 'tax', money],
          ['taxCode', 'taxCode'],
          ['accountCode', 'accNo'],
        ],
      },
    ],
    ['subtotal', 'master.totalExTax', money],
    ['taxTotal', 'master.tax', money],
    ['total', 'master.netTotal', money],
    ['balance', 'master.outstandingAmount', money],
  ],
} satisfies ModelDefinition
