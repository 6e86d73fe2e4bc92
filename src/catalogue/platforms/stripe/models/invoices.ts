import type { ModelDefinition } from '../../../schema/models.ts'
import { eventsOf } from '../calls.ts'

const money = { only: 'read', transform: { kind: 'minor-units', currency: 'currency' } } as const

const lines = {
  kind: 'cursor',
  path: '/v1/invoices/{id}/lines',
  page: 100,
  limitParam: 'limit',
  param: 'starting_after',
  next: { from: 'last-id' },
  end: { more: 'has_more' },
  items: 'data',
} as const

/**
 * Invoices as Stripe bills them. An invoice is made there of several calls and cannot be changed once it is final, so none is made from
 * here: of a draft the day on which it is due and what is written on it can be changed, and it can be deleted.
 */
export const invoices = {
  collection: 'invoices',
  summary: 'Invoices of the account; of a draft, what is written on it and when it is due can be changed',
  docs: 'https://docs.stripe.com/api/invoices',
  id: 'id',
  gone: [{ path: 'deleted', equals: true }],
  list: {
    kind: 'cursor',
    path: '/v1/invoices',
    page: 100,
    limitParam: 'limit',
    param: 'starting_after',
    next: { from: 'last-id' },
    end: { more: 'has_more' },
    items: 'data',
  },
  changedSince: eventsOf(
    ...['invoice.created', 'invoice.updated', 'invoice.deleted', 'invoice.finalized', 'invoice.paid'],
    ...['invoice.payment_succeeded', 'invoice.voided', 'invoice.marked_uncollectible', 'invoice.overpaid'],
  ),
  read: { path: '/v1/invoices/{id}' },
  update: { kind: 'call', method: 'POST', path: '/v1/invoices/{id}', encoding: 'form', cleared: '' },
  delete: { kind: 'call', method: 'DELETE', path: '/v1/invoices/{id}' },
  idempotency: { in: 'header', name: 'idempotency-key', keptFor: '24h' },
  errors: { missing: ['resource_missing'] },
  fields: [
    ['number', 'number', { only: 'read' }],
    ['customerId', 'customer', { only: 'read', reference: 'customers' }],
    ['date', 'created', { only: 'read', transform: { kind: 'date', format: 'unix-seconds' } }],
    ['dueDate', 'due_date', { transform: { kind: 'date', format: 'unix-seconds' } }],
    ['currency', 'currency', { only: 'read', transform: 'lower-case-code' }],
    [
      'status',
      'status',
      {
        only: 'read',
        transform: {
          kind: 'enum',
          values: { draft: 'draft', open: ['open', 'uncollectible'], paid: 'paid', void: 'void' },
        },
      },
    ],
    [
      'lines',
      'lines.data',
      {
        only: 'read',
        // An invoice shows the first ten. https://docs.stripe.com/api/invoices/object#invoice_object-lines
        goesOn: { more: 'lines.has_more', rest: { list: lines, member: 'id' } },
        each: [
          ['description', 'description'],
          ['productId', 'pricing.price_details.product', { reference: 'products' }],
          ['quantity', 'quantity', { transform: { kind: 'decimal' } }],
          ['amount', 'amount', { transform: money.transform }],
        ],
      },
    ],
    ['subtotal', 'total_excluding_tax', money],
    ['total', 'total', money],
    ['balance', 'amount_remaining', money],
    ['notes', 'description'],
  ],
} satisfies ModelDefinition
