import { type Fields, type Item, type Kind, Refused, type Shop } from './records.ts'
import type { Schema } from './schema.ts'
import { textOf } from '../../text.ts'

const address: Schema = {
  ...{ first_name: 'text', last_name: 'text', company: 'text', address_1: 'text', address_2: 'text' },
  ...{ city: 'text', state: 'text', postcode: 'text', country: 'text' },
}
export const billing: Schema = { ...address, email: 'text', phone: 'text' }
export const shipping: Schema = { ...address, phone: 'text' }
export const blank = (schema: Schema): Fields => Object.fromEntries(Object.keys(schema).map(name => [name, '']))

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#customer-properties: no time narrows their list. */
export const customers: Kind = {
  name: 'customers',
  code: 'customer',
  trash: false,
  modified: false,
  orderBy: ['id', 'include', 'name', 'registered_date'],
  schema: {
    ...{ email: 'text', first_name: 'text', last_name: 'text', username: 'text', password: 'text' },
    ...{ billing, shipping, meta_data: 'list', role: 'read-only', is_paying_customer: 'read-only' },
  },
  filters: {
    email: ({ email }, value) => textOf(email).toLowerCase() === value.toLowerCase(),
    role: ({ role }, value) => value === 'all' || role === value,
  },
  made(fields, shop) {
    if (!fields['email'])
      throw new Refused(400, 'rest_missing_callback_param', 'Missing parameter(s): email', { params: ['email'] })
    const username = textOf(fields['username'] ?? textOf(fields['email']).split('@')[0])
    checkEmail(fields, undefined, shop)
    const { password: _password, ...rest } = fields
    const empty = { first_name: '', last_name: '', role: 'customer', is_paying_customer: false, avatar_url: '' }
    const addresses = {
      billing: { ...blank(billing), ...(fields['billing'] as Fields) },
      shipping: { ...blank(shipping), ...(fields['shipping'] as Fields) },
    }
    return { ...empty, ...rest, username, meta_data: fields['meta_data'] ?? [], ...addresses }
  },
  changed(item, fields, shop) {
    if (fields['username'] !== undefined && fields['username'] !== item['username'])
      throw new Refused(400, 'woocommerce_rest_customer_invalid_argument', "Username isn't editable.")
    checkEmail(fields, item, shop)
    const { password: _password, billing: bill, shipping: ship, ...rest } = fields
    const addresses = {
      billing: { ...(item['billing'] as Fields), ...(bill as Fields) },
      shipping: { ...(item['shipping'] as Fields), ...(ship as Fields) },
    }
    return { ...item, ...rest, ...addresses }
  },
}

function checkEmail({ email }: Fields, item: Item | undefined, shop: Shop): void {
  if (email === undefined) return
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(textOf(email)))
    throw new Refused(
      400,
      item ? 'woocommerce_rest_invalid_email' : 'registration-error-invalid-email',
      'Invalid email.',
    )
  const same = (one: Item) => textOf(one['email']).toLowerCase() === textOf(email).toLowerCase()
  if (shop.all('customers').some(one => same(one) && one.id !== item?.id)) {
    const code = item ? 'woocommerce_rest_invalid_email' : 'registration-error-email-exists'
    throw new Refused(400, code, 'An account is already registered with that email address.')
  }
}
