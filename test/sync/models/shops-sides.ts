import { graphql, type Person, type Shop, type Side, type Values } from './shops.ts'

const there = async (read: () => Promise<Values>): Promise<Values | undefined> => {
  try {
    return await read()
  } catch {
    return undefined
  }
}

/** A person who says the platform's names for the hub's, where all are members of the thing itself. */
function plain(shop: Shop, path: string, names: Record<string, string>, made: (n: number) => Values): Person {
  const isStripe = shop.provider === 'stripe'
  const told = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [names[name]!, value]))
  return {
    create: async n => String((await shop.api('POST', path, made(n)))['id']),
    change: (id, values) => shop.api(isStripe ? 'POST' : 'PUT', `${path}/${id}`, told(values)),
    remove: id => shop.api('DELETE', `${path}/${id}${isStripe ? '' : '?force=true'}`),
    read: async id => {
      const item = await there(() => shop.api('GET', `${path}/${id}`))
      if (!item || item['deleted'] === true || item['active'] === false || item['status'] === 'trash') return undefined
      return Object.fromEntries(Object.entries(names).map(([name, own]) => [name, item[own]]))
    },
  }
}

const customerNames = { displayName: 'name', email: 'email', phone: 'phone', notes: 'description' }
const stripeProducts = { name: 'name', description: 'description', taxCode: 'tax_code' }
const wooProducts = {
  ...{ name: 'name', sku: 'sku', description: 'description', unitPrice: 'regular_price', barcode: 'global_unique_id' },
}
const wooCustomers = { givenName: 'first_name', familyName: 'last_name', email: 'email' }

export const sides: Side[] = [
  {
    ...{ provider: 'stripe', model: 'customers', collection: 'customers', text: 'notes', other: 'phone' },
    tellsDeletions: true,
    ours: n => ({ displayName: `Customer ${n}`, email: `c${n}@example.com` }),
    refused: { data: { displayName: 'Nobody', email: 'no mail' }, code: 'PROVIDER_REJECTED' },
    person: shop =>
      plain(shop, '/v1/customers', customerNames, n => ({ name: `Customer ${n}`, email: `c${n}@example.com` })),
  },
  {
    ...{ provider: 'stripe', model: 'products', collection: 'products', text: 'description', other: 'name' },
    tellsDeletions: true,
    ours: n => ({ name: `Product ${n}`, currency: 'USD', unitPrice: `${n}.50` }),
    refused: { data: { description: 'Has no name' }, code: 'PROVIDER_REJECTED' },
    person: shop => ({
      ...plain(shop, '/v1/products', stripeProducts, n => ({
        name: `Product ${n}`,
        default_price_data: { currency: 'usd', unit_amount: n * 100 + 50 },
      })),
      remove: id => shop.api('POST', `/v1/products/${id}`, { active: false }),
    }),
  },
  {
    ...{ provider: 'woocommerce', model: 'products', collection: 'products', text: 'description', other: 'barcode' },
    tellsDeletions: false,
    ours: n => ({ name: `Product ${n}`, sku: `S-${n}`, unitPrice: '12.50' }),
    refused: { data: { name: 'Priced by words', unitPrice: '-1.00' }, code: 'PROVIDER_REJECTED' },
    person: shop => ({
      ...plain(shop, '/products', wooProducts, n => ({ name: `Product ${n}`, sku: `S-${n}`, regular_price: '12.50' })),
      // To the trash, as the page of the shop does: it is answered by its id ever after.
      remove: id => shop.api('DELETE', `/products/${id}`),
    }),
  },
  {
    ...{ provider: 'woocommerce', model: 'customers', collection: 'customers', text: 'familyName', other: 'givenName' },
    tellsDeletions: false,
    ours: n => ({ givenName: `Ada ${n}`, familyName: 'Lovelace', email: `ada${n}@example.com` }),
    refused: { data: { givenName: 'Has no address' }, code: 'PROVIDER_REJECTED' },
    person: shop =>
      plain(shop, '/customers', wooCustomers, n => ({
        ...{ first_name: `Ada ${n}`, last_name: 'Lovelace', email: `ada${n}@example.com` },
      })),
  },
  {
    ...{ provider: 'shopify', model: 'customers', collection: 'customers', text: 'notes', other: 'familyName' },
    tellsDeletions: false,
    ours: n => ({
      givenName: `Ada ${n}`,
      email: `ada${n}@example.com`,
      phone: `+60123400${String(n).padStart(3, '0')}`,
    }),
    refused: { data: { notes: 'Has no name' }, code: 'PROVIDER_REJECTED' },
    normalised: { hub: { email: 'Mixed.Case@Example.COM' }, becomes: { email: 'mixed.case@example.com' } },
    person: shopifyCustomers,
  },
  {
    ...{ provider: 'shopify', model: 'products', collection: 'products', text: 'description', other: 'barcode' },
    tellsDeletions: false,
    ours: n => ({ name: `Product ${n}`, sku: `S-${n}`, unitPrice: '12.50' }),
    refused: { data: { sku: 'Nameless' }, code: 'PROVIDER_REJECTED' },
    normalised: { hub: { unitPrice: '13.5' }, becomes: { unitPrice: '13.50' } },
    person: shopifyProducts,
  },
]

function shopifyCustomers(shop: Shop): Person {
  const names: Values = {
    givenName: 'firstName',
    familyName: 'lastName',
    email: 'email',
    phone: 'phone',
    notes: 'note',
  }
  const told = (values: Values) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [String(names[name]), value]))
  const write = (input: Values) =>
    graphql(
      shop,
      `mutation ($input: CustomerInput!) { ${input['id'] ? 'customerUpdate' : 'customerCreate'}(input: $input) { customer { id } userErrors { message } } }`,
      { input },
    )
  return {
    async create(n) {
      const phone = `+60123400${String(n).padStart(3, '0')}`
      const made = await write({ firstName: `Ada ${n}`, email: `ada${n}@example.com`, phone })
      return (made as { customerCreate: { customer: { id: string } } }).customerCreate.customer.id
    },
    change: (id, values) => write({ id, ...told(values) }),
    remove: id =>
      graphql(shop, 'mutation ($id: ID!) { customerDelete(input: { id: $id }) { userErrors { message } } }', { id }),
    async read(id) {
      const query = 'query ($id: ID!) { customer(id: $id) { firstName lastName email phone note } }'
      const { customer } = (await graphql(shop, query, { id })) as { customer: Values | null }
      return customer
        ? Object.fromEntries(Object.entries(names).map(([name, own]) => [name, customer[String(own)]]))
        : undefined
    },
  }
}

const untitled = { productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }] }
const oneVariant = { optionValues: [{ optionName: 'Title', name: 'Default Title' }] }

function shopifyProducts(shop: Shop): Person {
  const set = (input: Values, identifier?: Values) =>
    graphql(
      shop,
      'mutation ($identifier: ProductSetIdentifiers, $input: ProductSetInput!) { productSet(identifier: $identifier, input: $input) { product { id } userErrors { message } } }',
      { input, identifier },
    )
  return {
    async create(n) {
      const variants = [{ ...oneVariant, sku: `S-${n}`, price: '12.50' }]
      const made = await set({ title: `Product ${n}`, ...untitled, variants })
      return (made as { productSet: { product: { id: string } } }).productSet.product.id
    },
    change: (id, { name, description, ...variant }) => {
      const isSaid = Object.keys(variant).length > 0
      const said = {
        ...(name === undefined ? {} : { title: name }),
        ...(description === undefined ? {} : { descriptionHtml: description }),
      }
      return set({ ...said, ...(isSaid ? { ...untitled, variants: [{ ...oneVariant, ...variant }] } : {}) }, { id })
    },
    remove: id =>
      graphql(shop, 'mutation ($id: ID!) { productDelete(input: { id: $id }) { userErrors { message } } }', { id }),
    async read(id) {
      const query =
        'query ($id: ID!) { product(id: $id) { title descriptionHtml variants(first: 1) { nodes { sku price barcode } } } }'
      const { product } = (await graphql(shop, query, { id })) as { product: Values | null }
      if (!product) return undefined
      const [variant] = (product['variants'] as { nodes: Values[] }).nodes
      const about = { name: product['title'], description: product['descriptionHtml'] }
      return { ...about, sku: variant!['sku'], unitPrice: variant!['price'], barcode: variant!['barcode'] }
    },
  }
}
