import type { ModelDefinition } from '../../../schema/models.ts'
import { eventsOf } from '../calls.ts'

const priced = { kind: 'minor-units', currency: 'currency' } as const
const expand = { expand: ['default_price'] }

/** A product with its default price, whose amount is for ever: one that is made says it, and it is read ever after. */
export const products = {
  collection: 'products',
  summary: 'Products of the account with their default prices; a deleted one is archived',
  docs: 'https://docs.stripe.com/api/products',
  id: 'id',
  updatedAt: { path: 'updated', format: 'unix-seconds' },
  // What has prices cannot be deleted, only archived.
  gone: [
    { path: 'deleted', equals: true },
    { path: 'active', equals: false },
  ],
  list: {
    kind: 'cursor',
    path: '/v1/products',
    query: { 'expand[0]': 'data.default_price' },
    page: 100,
    limitParam: 'limit',
    param: 'starting_after',
    next: { from: 'last-id' },
    end: { more: 'has_more' },
    items: 'data',
  },
  changedSince: eventsOf('product.created', 'product.updated', 'product.deleted'),
  read: { path: '/v1/products/{id}', query: { 'expand[0]': 'default_price' } },
  create: { kind: 'call', method: 'POST', path: '/v1/products', encoding: 'form', constant: expand },
  update: {
    kind: 'call',
    method: 'POST',
    path: '/v1/products/{id}',
    encoding: 'form',
    constant: expand,
    cleared: '',
  },
  delete: { kind: 'mark', body: { active: false }, restore: { active: true } },
  idempotency: { in: 'header', name: 'idempotency-key', keptFor: '24h' },
  errors: { missing: ['resource_missing'] },
  fields: [
    ['name', 'name'],
    ['description', 'description'],
    [
      'currency',
      'default_price.currency',
      { only: 'create', written: 'default_price_data.currency', transform: 'lower-case-code' },
    ],
    [
      'unitPrice',
      'default_price.unit_amount',
      { only: 'create', written: 'default_price_data.unit_amount', transform: priced },
    ],
    ['taxCode', 'tax_code'],
    ['type', 'type', { only: 'read' }],
  ],
} satisfies ModelDefinition
