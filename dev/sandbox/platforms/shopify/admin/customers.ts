import type { Resolvers } from '../../../graphql.ts'
import { connection } from './connection.ts'
import type { Fields, Node, Shop } from './shop.ts'
import { textOf } from '../../../text.ts'

export interface UserError {
  field: string[] | null
  message: string
  code?: string
}

const userError = (code: string, field: string[], message: string): UserError => ({ code, field, message })

/** Customers, as the Admin API reads and writes them. https://shopify.dev/docs/api/admin-graphql/2026-07/objects/Customer */
export function customers(shop: Shop): Resolvers {
  const byIdentifier = (identifier: Fields, names: { email: string; phone: string }): Node | undefined => {
    const { id } = identifier
    if (id !== undefined) return shop.get('Customer', textOf(id))
    const [email, phone] = [identifier[names.email], identifier[names.phone]]
    return shop.all('Customer').find(one => (email ? one['email'] === lowered(email) : one['phone'] === phone))
  }
  const list = (all: readonly Fields[]) => all as (Fields & { id: string })[]
  return {
    'QueryRoot.customers': (_, args) => {
      shop.allow('read', 'customers')
      // Its documentation says so of `updated_at`: it matches a whole day.
      return connection(shop.all('Customer'), args, { wholeDays: true })
    },
    'QueryRoot.customer': (_, { id }) => {
      shop.allow('read', 'customers')
      return shop.get('Customer', textOf(id))
    },
    'QueryRoot.customerByIdentifier': (_, { identifier }) => {
      shop.allow('read', 'customers')
      return byIdentifier(identifier as Fields, { email: 'emailAddress', phone: 'phoneNumber' })
    },
    'Customer.displayName': own =>
      [own['firstName'], own['lastName']].filter(Boolean).join(' ') || (own['email'] ?? own['phone'] ?? ''),
    'Customer.defaultEmailAddress': ({ email }) =>
      email ? { emailAddress: email, marketingState: 'NOT_SUBSCRIBED', validFormat: true } : null,
    'Customer.defaultPhoneNumber': ({ phone }) => (phone ? { phoneNumber: phone } : null),
    'Customer.defaultAddress': ({ addresses }) => (addresses as Fields[])[0] ?? null,
    'Customer.addresses': ({ addresses }, { first }) => (addresses as Fields[]).slice(0, Number(first ?? 250)),
    'Customer.addressesV2': ({ addresses }, args) => connection(list(addresses as Fields[]), args),
    'Mutation.customerCreate': (_, { input }) => {
      shop.allow('write', 'customers')
      return written(shop, undefined, input as Fields)
    },
    'Mutation.customerUpdate': (_, { input }) => {
      shop.allow('write', 'customers')
      const found = shop.get('Customer', textOf((input as Fields)['id']))
      if (!found) return { customer: null, userErrors: [userError('NOT_FOUND', ['id'], 'Customer does not exist')] }
      return written(shop, found, input as Fields)
    },
    'Mutation.customerSet': (_, { input, identifier }) => {
      shop.allow('write', 'customers')
      const named = identifier as Fields | undefined
      const found = named && byIdentifier(named, { email: 'email', phone: 'phone' })
      if (named?.['id'] !== undefined && !found) {
        const message = 'Resource matching the identifier was not found.'
        return { customer: null, userErrors: [userError('NOT_FOUND', ['identifier'], message)] }
      }
      return written(shop, found, input as Fields)
    },
    'Mutation.customerDelete': (_, { input }) => {
      shop.allow('write', 'customers')
      const id = textOf((input as Fields)['id'])
      const ordered = shop.all('Order').some(({ customerId }) => customerId === id)
      if (ordered)
        return { userErrors: [{ field: ['id'], message: 'Customer can’t be deleted because they have orders' }] }
      if (!shop.remove('Customer', id)) return { userErrors: [{ field: ['id'], message: "Customer can't be found" }] }
      return { deletedCustomerId: id, userErrors: [] }
    },
  }
}

const lowered = (text: unknown) => textOf(text).trim().toLowerCase()
const longest = 255

/** A list that is given takes the place of the one that there is; what is not said stays. */
function written(
  shop: Shop,
  before: Node | undefined,
  input: Fields,
): { customer: Node | null; userErrors: UserError[] } {
  const refused = (...userErrors: UserError[]) => ({ customer: null, userErrors })
  const { id: _id, addresses, ...said } = input
  const fields: Fields = { ...said }
  if (fields['email'] !== undefined) fields['email'] = fields['email'] ? lowered(fields['email']) : null
  if (typeof fields['phone'] === 'string') fields['phone'] = fields['phone'].replaceAll(/[\s()-]/g, '') || null
  const whole: Fields = { ...before, ...fields }
  if (![whole['email'], whole['phone'], whole['firstName'], whole['lastName']].some(Boolean))
    return refused(userError('INVALID', [], 'A name, phone number, or email address must be present'))
  if (fields['email'] && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(textOf(fields['email'])))
    return refused(userError('INVALID', ['input', 'email'], 'Email is invalid'))
  if (fields['phone'] && !/^\+[1-9]\d{6,14}$/.test(textOf(fields['phone'])))
    return refused(userError('INVALID', ['input', 'phone'], 'Phone is invalid'))
  for (const name of ['firstName', 'lastName'])
    if (textOf(fields[name] ?? '').length > longest)
      return refused(userError('TOO_LONG', ['input', name], `${name} is too long (maximum is ${longest} characters)`))
  for (const name of ['email', 'phone'] as const) {
    const isTaken = shop
      .all('Customer')
      .some(one => one.id !== before?.id && fields[name] && one[name] === fields[name])
    const what = name === 'email' ? 'Email' : 'Phone'
    if (isTaken) return refused(userError('TAKEN', ['input', name], `${what} has already been taken`))
  }
  const id = before?.id ?? shop.newId('Customer')
  const made = { email: null, phone: null, firstName: null, lastName: null, note: null, tags: [], state: 'DISABLED' }
  const kept =
    addresses === undefined ? (before?.['addresses'] ?? []) : addressesOf(shop, (addresses ?? []) as Fields[])
  const more = { numberOfOrders: '0', taxExempt: false, verifiedEmail: true, locale: 'en' }
  const node = { ...made, ...more, ...whole, id, legacyResourceId: id.split('/').at(-1), addresses: kept }
  return { customer: shop.put('Customer', node), userErrors: [] }
}

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

export function addressesOf(shop: Shop, addresses: readonly Fields[]): Fields[] {
  return addresses.map(({ id: _id, countryCode, ...address }) => ({
    ...{
      id: shop.newId('MailingAddress'),
      name: [address['firstName'], address['lastName']].filter(Boolean).join(' '),
    },
    ...address,
    ...(countryCode ? { countryCodeV2: countryCode, country: countries.of(textOf(countryCode)) } : {}),
  }))
}
