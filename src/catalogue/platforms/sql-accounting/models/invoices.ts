import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy } from '../calls.ts'

const money = { only: 'read', transform: { kind: 'decimal', scale: 2 } } as const
const day = { transform: { kind: 'date', format: 'iso' } } as const
const told = { kind: 'decimal', as: 'text' } as const

/**
 * A row that says its key is changed, and one that says none is new; that one goes which an update does not say is written nowhere, so
 * that none is taken out: https://docs.sql.com.my/sqlacc/sql-account-api/faq. One whose amounts are with tax is not told: the program says that of each line, and the
 * hub of the whole.
 */
export const invoices = {
  collection: 'invoices',
  summary: 'Sales invoices; one that is deleted is cancelled',
  docs: 'https://docs.sql.com.my/sqlacc/sql-account-api/faq',
  id: 'dockey',
  listed: 'in-part',
  ...callsOf('salesinvoice'),
  gone: [{ path: 'cancelled', equals: true }],
  delete: { kind: 'mark', body: { cancelled: true }, restore: { cancelled: false } },
  lookup: lookupBy('salesinvoice', 'number', 'docno'),
  fields: [
    ['number', 'docno'],
    ['customerId', 'code', { reference: 'customers', needed: true }],
    ['date', 'docdate', day],
    ['currency', 'currencycode', { only: 'create', nothing: '----' }],
    ['exchangeRate', 'currencyrate', { only: 'create', transform: told }],
    // Told nowhere: it is looked at where the lines are told.
    ['taxInclusive', 'taxinclusive', { only: 'read' }],
    ['notes', 'description'],
    ['reference', 'docref1'],
    [
      'lines',
      'sdsdocdetail',
      {
        needed: true,
        rows: { key: 'dtlkey', told: ['dtlkey'], cleared: '' },
        each: [
          ['sku', 'itemcode'],
          ['description', 'description'],
          ['quantity', 'qty', { transform: told }],
          [
            'unitPrice',
            'unitprice',
            {
              transform: {
                ...{ kind: 'unit-price', quantity: 'quantity', amount: 'amount', places: 4 },
                ...{ withoutTax: 'taxInclusive', otherwise: 'divided', as: 'text' },
              },
            },
          ],
          ['amount', 'amount', { transform: { kind: 'decimal', scale: 2, as: 'text' } }],
          ['taxAmount', 'taxamt', money],
          ['taxCode', 'tax'],
          ['accountCode', 'account'],
        ],
      },
    ],
    ['total', 'docamt', money],
  ],
} satisfies ModelDefinition
