import type { Params } from '../form.ts'
import { type Kind, mergedMetadata, readParams } from './params.ts'
import { Refusal, missing, noSuch } from '../refusal.ts'
import type { Asked, Resource } from './resource.ts'
import { type StripeObject, newId, nowSeconds } from '../store.ts'
import { textOf } from '../../../text.ts'

/** https://docs.stripe.com/api/products */
const known: Record<string, Kind> = {
  ...{ name: 'text', active: 'boolean', description: 'text', images: 'list', metadata: 'map', shippable: 'boolean' },
  ...{ statement_descriptor: 'text', tax_code: 'text', unit_label: 'text', url: 'text', package_dimensions: 'hash' },
}
const atCreation: Record<string, Kind> = { id: 'text', type: 'text', default_price_data: 'hash' }

export const products: Resource = {
  kind: 'products',
  filters: {
    active: ({ active }, value) => textOf(active) === value,
    ids: ({ id }, value) => id === value,
    url: ({ url }, value) => url === value,
  },
  create(params, asked) {
    const said = readParams(params, { ...known, ...atCreation }, ['name'])
    const { id = newId('prod'), default_price_data: priced, metadata, ...rest } = said
    if (asked.store.get('products', textOf(id))) {
      const message = `Product already exists.`
      throw new Refusal(400, { code: 'resource_already_exists', message, param: 'id' })
    }
    const [now, productId] = [nowSeconds(), textOf(id)]
    const default_price = priced ? priceOf(priced as Params, productId, asked).id : null
    const made = { id: productId, object: 'product', active: true, created: now, default_price, description: null }
    const empty = { images: [], livemode: false, marketing_features: [], package_dimensions: null, shippable: null }
    const more = { statement_descriptor: null, tax_code: null, type: 'service', unit_label: null, url: null }
    const object = { ...made, ...empty, ...more, ...rest, updated: now, metadata: mergedMetadata({}, metadata) }
    return asked.store.put('products', object, 'product.created')
  },
  update(product, params, { store }) {
    const said = readParams(params, { ...known, default_price: 'text' })
    if (params['name'] === '') throw missing('name')
    const price = said['default_price']
    if (price && store.get('prices', textOf(price))?.['product'] !== product.id)
      throw noSuch('price', textOf(price), 'default_price', 400)
    const metadata = mergedMetadata(product['metadata'], said['metadata'])
    return store.put('products', { ...product, ...said, metadata, updated: nowSeconds() }, 'product.updated')
  },
  delete(product, { store }) {
    if (store.all('prices').some(price => price['product'] === product.id)) {
      const message = 'This product cannot be deleted because it has one or more user-created prices.'
      throw new Refusal(400, { message })
    }
    store.remove('products', product, 'product.deleted')
    return { id: product.id, object: 'product', deleted: true }
  },
}

/** https://docs.stripe.com/api/prices: its amount and currency are for ever. */
export const prices: Resource = {
  kind: 'prices',
  filters: {
    active: ({ active }, value) => textOf(active) === value,
    product: ({ product }, value) => product === value,
    currency: ({ currency }, value) => currency === value,
    lookup_keys: ({ lookup_key }, value) => lookup_key === value,
  },
  create(params, asked) {
    const { product, ...rest } = params
    if (typeof product !== 'string') throw missing('product')
    if (!asked.store.get('products', product)) throw noSuch('product', product, 'product', 400)
    return priceOf(rest, product, asked)
  },
  update(price, params, { store }) {
    const said = readParams(params, { active: 'boolean', nickname: 'text', metadata: 'map', lookup_key: 'text' })
    const metadata = mergedMetadata(price['metadata'], said['metadata'])
    return store.put('prices', { ...price, ...said, metadata }, 'price.updated')
  },
}

function priceOf(params: Params, product: string, { store }: Asked): StripeObject {
  const amounts: Record<string, Kind> = { unit_amount: 'integer', unit_amount_decimal: 'decimal' }
  const rest: Record<string, Kind> = { nickname: 'text', metadata: 'map', lookup_key: 'text', tax_behavior: 'text' }
  const said = readParams(params, { currency: 'currency', ...amounts, ...rest }, ['currency'])
  const { unit_amount, unit_amount_decimal } = said
  if ((unit_amount === undefined) === (unit_amount_decimal === undefined))
    throw new Refusal(400, { message: 'You must specify either `unit_amount` or `unit_amount_decimal`.' })
  const decimal = textOf(unit_amount ?? unit_amount_decimal)
  const whole = Number.isInteger(Number(decimal)) ? Number(decimal) : null
  const made = { id: newId('price'), object: 'price', active: true, billing_scheme: 'per_unit', created: nowSeconds() }
  const more = { livemode: false, lookup_key: null, nickname: null, recurring: null, type: 'one_time' }
  const object = { ...made, ...more, tax_behavior: 'unspecified', ...said, product, unit_amount: whole }
  const metadata = mergedMetadata({}, said['metadata'])
  return store.put('prices', { ...object, unit_amount_decimal: decimal, metadata }, 'price.created')
}
