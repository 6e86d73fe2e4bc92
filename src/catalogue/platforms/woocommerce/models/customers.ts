import type { ModelDefinition } from '../../../schema/models.ts'
import { listOf, namedOf, updates } from '../calls.ts'

/** No time narrows their list, and whoever sends one gets all of it: each run reads everything. */
export const customers = {
  collection: 'customers',
  summary: 'Customers of the shop who have an account',
  docs: 'https://woocommerce.github.io/woocommerce-rest-api-docs/#customers',
  id: 'id',
  updatedAt: { path: 'date_modified_gmt', format: 'iso' },
  list: listOf('/customers'),
  read: { path: '/customers/{id}' },
  readMany: namedOf('/customers', { role: 'all' }),
  create: { kind: 'call', method: 'POST', path: '/customers', encoding: 'json' },
  update: { kind: 'call', method: 'PUT', path: '/customers/{id}', encoding: 'json', cleared: '' },
  // They cannot go to the trash.
  delete: { kind: 'call', method: 'DELETE', path: '/customers/{id}', query: { force: 'true' } },
  batch: updates('/customers/batch'),
  lookup: {
    by: ['email'],
    settlesAfter: '5s',
    call: { path: '/customers', query: { role: 'all' }, says: { email: '{email}' } },
  },
  errors: { duplicate: ['registration-error-email-exists'], missing: ['woocommerce_rest_customer_invalid_id'] },
  // No display name: what is made of the two names here would rename a customer whom another platform's books call otherwise.
  fields: [
    ['givenName', 'first_name'],
    ['familyName', 'last_name'],
    ['email', 'email'],
    ['companyName', 'billing.company'],
    ['phone', 'billing.phone'],
    ['address.line1', 'billing.address_1'],
    ['address.line2', 'billing.address_2'],
    ['address.city', 'billing.city'],
    ['address.region', 'billing.state'],
    ['address.postalCode', 'billing.postcode'],
    ['address.country', 'billing.country'],
    ['shippingAddress.line1', 'shipping.address_1'],
    ['shippingAddress.line2', 'shipping.address_2'],
    ['shippingAddress.city', 'shipping.city'],
    ['shippingAddress.region', 'shipping.state'],
    ['shippingAddress.postalCode', 'shipping.postcode'],
    ['shippingAddress.country', 'shipping.country'],
  ],
} satisfies ModelDefinition
