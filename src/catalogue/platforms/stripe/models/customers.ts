import type { ModelDefinition } from '../../../schema/models.ts'
import { eventsOf } from '../calls.ts'

export const customers = {
  collection: 'customers',
  summary: 'Customers of the account',
  docs: 'https://docs.stripe.com/api/customers',
  id: 'id',
  gone: [{ path: 'deleted', equals: true }],
  list: {
    kind: 'cursor',
    path: '/v1/customers',
    page: 100,
    limitParam: 'limit',
    param: 'starting_after',
    next: { from: 'last-id' },
    end: { more: 'has_more' },
    items: 'data',
  },
  changedSince: eventsOf('customer.created', 'customer.updated', 'customer.deleted'),
  read: { path: '/v1/customers/{id}' },
  create: { kind: 'call', method: 'POST', path: '/v1/customers', encoding: 'form' },
  update: { kind: 'call', method: 'POST', path: '/v1/customers/{id}', encoding: 'form', cleared: '' },
  delete: { kind: 'call', method: 'DELETE', path: '/v1/customers/{id}' },
  // https://docs.stripe.com/api/idempotent_requests: keys may go once they are 24 hours old.
  idempotency: { in: 'header', name: 'idempotency-key', keptFor: '24h' },
  errors: { missing: ['resource_missing'] },
  fields: [
    ['displayName', 'name'],
    ['email', 'email'],
    ['phone', 'phone'],
    ['notes', 'description'],
    ['address.line1', 'address.line1'],
    ['address.line2', 'address.line2'],
    ['address.city', 'address.city'],
    ['address.region', 'address.state'],
    ['address.postalCode', 'address.postal_code'],
    ['address.country', 'address.country'],
    ['currency', 'currency', { only: 'read', transform: 'lower-case-code' }],
  ],
} satisfies ModelDefinition
