import type { Params } from '../form.ts'
import { type Kind, mergedMetadata, readParams } from './params.ts'
import { noSuch } from '../refusal.ts'
import type { Resource } from './resource.ts'
import { type StripeObject, newId, nowSeconds } from '../store.ts'

/** https://docs.stripe.com/api/customers */
const known: Record<string, Kind> = {
  ...{ address: 'hash', balance: 'integer', description: 'text', email: 'email', metadata: 'map', name: 'text' },
  ...{ business_name: 'text', individual_name: 'text', phone: 'text', preferred_locales: 'list', shipping: 'hash' },
  ...{ tax_exempt: 'text', invoice_prefix: 'text', invoice_settings: 'hash', source: 'text', tax: 'hash' },
}
const atCreation: Record<string, Kind> = { payment_method: 'text', tax_id_data: 'list', test_clock: 'text' }

export const customers: Resource = {
  kind: 'customers',
  filters: { email: ({ email }, value) => email === value },
  create(params, { store }) {
    const said = readParams(params, { ...known, ...atCreation })
    const made = { id: newId('cus'), object: 'customer', balance: 0, created: nowSeconds(), currency: null }
    const empty = { delinquent: false, description: null, email: null, livemode: false, name: null, phone: null }
    const metadata = mergedMetadata({}, said['metadata'])
    const object = { ...made, ...empty, address: null, shipping: null, tax_exempt: 'none', ...settable(said), metadata }
    return store.put('customers', object, 'customer.created')
  },
  update(customer, params, { store }) {
    if (customer['deleted'] === true) throw noSuch('customer', customer.id)
    const said = readParams(params, known)
    const metadata = mergedMetadata(customer['metadata'], said['metadata'])
    return store.put('customers', { ...customer, ...settable(said), metadata }, 'customer.updated')
  },
  /** Who is deleted is still told by its id. https://docs.stripe.com/api/customers/retrieve */
  delete(customer, { store }) {
    if (customer['deleted'] === true) throw noSuch('customer', customer.id)
    const left: StripeObject = { id: customer.id, object: 'customer', deleted: true }
    store.remove('customers', customer, 'customer.deleted', left)
    return left
  },
}

function settable({ metadata: _metadata, tax_id_data: _ids, payment_method: _method, ...said }: Params): Params {
  return said
}
