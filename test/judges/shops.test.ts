import { knownKey, secretOf } from '../../dev/sandbox/platforms/woocommerce/keys.ts'
import { stripeKey } from '../../dev/sandbox/settings.ts'
import { adapterTo, control, failure, led, ledUrl, load, sandbox, type Untyped } from './judged.ts'

// The shops' own clients do with customers, products, orders, invoices and stock what the hub does, and are refused what it is.

describe('Stripe’s client', () => {
  const loaded = load('stripe')
  const Stripe = loaded.default ?? loaded
  const stripe = new Stripe(stripeKey, {
    ...{ httpClient: Stripe.createFetchHttpClient(led('stripe')), maxNetworkRetries: 0, telemetry: false },
  })
  const params = (n: number) => ({ name: `Chair ${n}`, default_price_data: { currency: 'usd', unit_amount: 1999 } })

  it('walks a list newest first, by the id of the last, and never sees one twice', async () => {
    for (let n = 0; n < 12; n++) await stripe.customers.create({ name: `Walked ${n}`, metadata: { n: String(n) } })
    const names: string[] = []
    for await (const { name } of stripe.customers.list({ limit: 5 })) names.push(name)
    expect(names.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, n) => `Walked ${11 - n}`))
    expect((await failure(stripe.customers.list({ starting_after: 'cus_nobody' }))).code).toBe('resource_missing')
    expect((await failure(stripe.customers.list({ limit: 101 }))).param).toBe('limit')
  })

  it('takes a key once, and refuses it with other parameters', async () => {
    const made = await stripe.products.create(params(1), { idempotencyKey: 'chair' })
    const again = await stripe.products.create(params(1), { idempotencyKey: 'chair' })
    expect(again.id).toBe(made.id)
    expect((await stripe.products.list({ limit: 10 })).data).toHaveLength(1)
    const other = await failure(stripe.products.create(params(2), { idempotencyKey: 'chair' }))
    expect(other.rawType ?? other.type).toBe('idempotency_error')
    expect((await failure(stripe.products.create({ ...params(3), colour: 'red' }))).code).toBe('parameter_unknown')
    expect((await failure(stripe.products.create({ description: 'Nameless' }))).code).toBe('parameter_missing')
  })

  it('expands a price, which is for ever and keeps its product from being deleted', async () => {
    const { id } = await stripe.products.create(params(4))
    const { default_price: price } = await stripe.products.retrieve(id, { expand: ['default_price'] })
    expect([price.unit_amount, price.currency, price.product]).toEqual([1999, 'usd', id])
    expect((await failure(stripe.prices.update(price.id, { unit_amount: 1 } as Untyped))).code).toBe(
      'parameter_unknown',
    )
    expect((await failure(stripe.products.del(id))).statusCode).toBe(400)
    expect((await stripe.products.update(id, { active: false, metadata: { a: '' } })).active).toBe(false)
    expect((await failure(stripe.products.retrieve(id, { expand: ['images'] }))).param).toBe('expand')
  })

  it('counts yen in yen, rounds tax line by line, and lets nobody edit an invoice that is final', async () => {
    const { id: customer } = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com' })
    const rate = await stripe.taxRates.create({ display_name: 'GST', percentage: 10, inclusive: false })
    const terms = { customer, currency: 'jpy', collection_method: 'send_invoice', days_until_due: 30 } as const
    const { id: invoice } = await stripe.invoices.create(terms)
    const line = { customer, invoice, tax_rates: [rate.id] }
    await stripe.invoiceItems.create({ ...line, unit_amount_decimal: '1005', quantity: 3 } as Untyped)
    await stripe.invoiceItems.create({ ...line, amount: 1005, currency: 'jpy', description: 'Delivery' })
    expect((await stripe.invoices.update(invoice, { description: 'A draft' })).description).toBe('A draft')
    const final = await stripe.invoices.finalizeInvoice(invoice)
    expect([final.status, final.subtotal, final.total, final.total_taxes[0].amount]).toEqual(['open', 4020, 4423, 403])
    expect((await failure(stripe.invoices.update(invoice, { description: 'Too late' }))).code).toBe(
      'invoice_not_editable',
    )
    expect((await failure(stripe.invoices.del(invoice))).code).toBe('invoice_not_editable')
    const paid = await stripe.invoices.pay(invoice, { paid_out_of_band: true })
    expect([paid.status, paid.amount_remaining]).toEqual(['paid', 0])
  })

  it('shows ten lines of an invoice, and the others on a list of their own', async () => {
    const { id: customer } = await stripe.customers.create({ name: 'Long' })
    const { id: invoice } = await stripe.invoices.create({ customer, currency: 'usd' })
    for (let n = 0; n < 12; n++)
      await stripe.invoiceItems.create({ customer, invoice, amount: n, description: `No ${n}` })
    const { lines } = await stripe.invoices.retrieve(invoice)
    expect([lines.data.length, lines.has_more]).toEqual([10, true])
    const names: string[] = []
    for await (const line of stripe.invoices.listLineItems(invoice, { limit: 5 })) names.push(line.description)
    expect(names).toEqual(Array.from({ length: 12 }, (_, n) => `No ${n}`))
    expect((await failure(stripe.invoices.listLineItems(invoice, { starting_after: 'il_none' }))).code).toBe(
      'resource_missing',
    )
    expect((await failure(stripe.invoices.listLineItems('in_none'))).code).toBe('resource_missing')
  })

  it('tells in events what has happened to what, and of who is deleted that he was', async () => {
    const since = Math.floor(Date.now() / 1000)
    const { id } = await stripe.customers.create({ name: 'Gone soon' })
    await stripe.customers.del(id)
    expect(await stripe.customers.retrieve(id)).toMatchObject({ id, deleted: true })
    expect((await failure(stripe.customers.update(id, { name: 'Back' }))).statusCode).toBe(404)
    const types = ['customer.created', 'customer.updated', 'customer.deleted']
    const { data } = await stripe.events.list({ types, created: { gte: since }, limit: 100 })
    const own = data.filter((event: Untyped) => event.data.object.id === id)
    expect(own.map(({ type }: Untyped) => type)).toEqual(['customer.deleted', 'customer.created'])
  })
})

describe('WooCommerce’s client', () => {
  const loaded = load('@woocommerce/woocommerce-rest-api')
  const Client = loaded.default ?? loaded
  const shop = new Client({
    ...{ url: 'https://shop.example.com', consumerKey: knownKey, consumerSecret: secretOf(knownKey) },
    ...{ version: 'wc/v3', axiosConfig: { adapter: adapterTo('woocommerce') } },
  })
  const refusal = async (work: Promise<unknown>) => (await failure(work)).response.data

  it('is told how many there are, page by page, and what a batch could not take', async () => {
    const create = Array.from({ length: 7 }, (_, n) => ({ name: `Mug ${n}`, sku: `M-${n}`, regular_price: '4.50' }))
    const made = await shop.post('products/batch', { create: [...create, { name: 'Twin', sku: 'M-1' }] })
    expect(made.data.create.map(({ id, error }: Untyped) => error?.code ?? id > 0)).toEqual([
      ...Array.from({ length: 7 }, () => true),
      'product_invalid_sku',
    ])
    const page = await shop.get('products', { per_page: 3, page: 2, orderby: 'id', order: 'asc' })
    expect(page.data.map(({ name }: Untyped) => name)).toEqual(['Mug 3', 'Mug 4', 'Mug 5'])
    expect([page.headers['x-wp-total'], page.headers['x-wp-totalpages']]).toEqual(['7', '3'])
    expect((await shop.get('products', { page: 9 })).data).toEqual([])
    expect((await refusal(shop.get('products', { per_page: 101 }))).code).toBe('rest_invalid_param')
    const many = Array.from({ length: 101 }, (_, n) => ({ name: `Many ${n}` }))
    expect((await refusal(shop.post('products/batch', { create: many }))).code).toBe(
      'woocommerce_rest_request_entity_too_large',
    )
    expect((await refusal(shop.post('products', { name: 'Free', regular_price: 5 }))).code).toBe('rest_invalid_param')
    expect((await refusal(shop.get('nothing'))).code).toBe('rest_no_route')
  })

  it('finds by time what was modified, a bound with a zone being put into the site’s own', async () => {
    const bound = new Date(Date.now() - 60_000).toISOString()
    const count = async (kind: string, query: object) => (await shop.get(kind, query)).data.length
    const [zoned, bare] = [bound, bound.slice(0, 19)]
    expect(await count('products', { modified_after: bare, dates_are_gmt: true })).toBe(7)
    expect(await count('products', { modified_after: zoned, dates_are_gmt: true })).toBe(0)
    expect(await count('products', { modified_after: zoned })).toBe(7)
    await shop.post('customers', { email: 'grace@example.com' })
    // Nobody's time is looked at in the list of customers.
    expect(await count('customers', { modified_after: '2099-01-01T00:00:00' })).toBe(1)
    expect((await refusal(shop.post('customers', { email: 'Grace@example.com' }))).code).toBe(
      'registration-error-email-exists',
    )
  })

  it('has a trash for products, which holds their codes, and none for customers', async () => {
    const { data: product } = await shop.post('products', { name: 'Old', sku: 'OLD' })
    expect((await shop.delete(`products/${product.id}`, { force: false })).data.status).toBe('trash')
    expect((await refusal(shop.delete(`products/${product.id}`, { force: false }))).code).toBe(
      'woocommerce_rest_already_trashed',
    )
    expect((await refusal(shop.post('products', { name: 'New', sku: 'OLD' }))).code).toBe('product_invalid_sku')
    expect((await shop.get(`products/${product.id}`)).data.status).toBe('trash')
    const { data: customer } = await shop.post('customers', { email: 'alan@example.com' })
    expect((await refusal(shop.delete(`customers/${customer.id}`, { force: false }))).code).toBe(
      'woocommerce_rest_trash_not_supported',
    )
    await shop.delete(`customers/${customer.id}`, { force: true })
    expect((await refusal(shop.get(`customers/${customer.id}`))).code).toBe('woocommerce_rest_customer_invalid_id')
  })

  it('adds a line to an order that is told one without its id, and totals it', async () => {
    const { data: product } = await shop.post('products', { name: 'Lamp', regular_price: '19.99' })
    const { data: order } = await shop.post('orders', { line_items: [{ product_id: product.id, quantity: 3 }] })
    expect([order.total, order.status]).toEqual(['59.97', 'pending'])
    const { data: more } = await shop.put(`orders/${order.id}`, {
      line_items: [{ product_id: product.id, quantity: 1 }],
    })
    expect([more.line_items.length, more.total]).toEqual([2, '79.96'])
    expect((await refusal(shop.put(`orders/${order.id}`, { status: 'lost' }))).code).toBe('rest_invalid_param')
  })
})

describe('Shopify’s client', () => {
  const domain = 'causeway.myshopify.com'
  const { createAdminApiClient } = load('@shopify/admin-api-client')
  const client = createAdminApiClient({
    ...{ storeDomain: domain, apiVersion: '2026-07', accessToken: 'shpat_causewaySandboxToken' },
    customFetchApi: (url: string, init: RequestInit) => fetch(ledUrl('shopify', url), init),
  })
  const ask = (query: string, variables: object = {}) => client.request(query, { variables })
  const codeOf = ({ errors }: Untyped) => errors?.graphQLErrors?.[0]?.extensions?.code as string | undefined
  const create =
    'mutation ($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { field message } } }'

  it('is told in a 200 what the schema does not have, and of a variable what does not fit', async () => {
    expect(codeOf(await ask('{ customers(first: 1) { nodes { shoeSize } } }'))).toBe('undefinedField')
    expect(codeOf(await ask('{ customers(first: 1, colour: "red") { nodes { id } } }'))).toBe('argumentNotAccepted')
    expect(codeOf(await ask(create, { input: { shoeSize: 43 } }))).toBe('INVALID_VARIABLE')
    expect(codeOf(await ask('query ($id: ID) { customer(id: $id) { id } }'))).toBe('variableMismatch')
    expect(codeOf(await ask('{ customers(first: 251) { nodes { id } } }'))).toBe('BAD_REQUEST')
    expect(
      (await ask('query ($id: ID!) { customer(id: $id) { id } }', { id: 'gid://shopify/Customer/1' })).data,
    ).toEqual({
      customer: null,
    })
  })

  it('walks customers by cursor, is told who is taken, and finds whole days', async () => {
    for (let n = 0; n < 5; n++) await ask(create, { input: { firstName: `Ada ${n}`, email: `ADA${n}@example.com` } })
    const taken = await ask(create, { input: { email: 'ada1@example.com' } })
    expect(taken.data.customerCreate.userErrors[0].message).toBe('Email has already been taken')
    const list =
      'query ($after: String, $query: String) { customers(first: 2, after: $after, query: $query) { nodes { displayName defaultEmailAddress { emailAddress } } pageInfo { hasNextPage endCursor } } }'
    const seen: string[] = []
    for (let after: string | null = null; ;) {
      const { customers }: Untyped = (await ask(list, { after })).data
      seen.push(...customers.nodes.map((one: Untyped) => one.defaultEmailAddress.emailAddress))
      if (!customers.pageInfo.hasNextPage) break
      after = customers.pageInfo.endCursor
    }
    expect(seen).toEqual(Array.from({ length: 5 }, (_, n) => `ada${n}@example.com`))
    const soon = new Date(Date.now() + 1_000).toISOString()
    const isSameDay = soon.slice(0, 10) === new Date().toISOString().slice(0, 10)
    const later = await ask(list, { query: `updated_at:>='${soon}'` })
    expect(later.data.customers.nodes).toHaveLength(isSameDay ? 2 : 0)
    const products = await ask('query ($query: String) { products(first: 5, query: $query) { nodes { id } } }', {
      query: `updated_at:>='${soon}'`,
    })
    expect(products.data.products.nodes).toEqual([])
  })

  it('sets a product whole, and is kept from taking its variants for others', async () => {
    const set =
      'mutation ($identifier: ProductSetIdentifiers, $input: ProductSetInput!) { productSet(identifier: $identifier, input: $input) { product { id variants(first: 5) { nodes { id title price } } } userErrors { code } } }'
    const sizes = ['S', 'M'].map(name => ({ optionValues: [{ optionName: 'Size', name }], price: '9.5' }))
    const productOptions = [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }]
    const made = (await ask(set, { input: { title: 'Shirt', productOptions, variants: sizes } })).data.productSet
    expect(made.product.variants.nodes.map(({ title, price }: Untyped) => [title, price])).toEqual([
      ['S', '9.50'],
      ['M', '9.50'],
    ])
    const again = async (input: object) =>
      (await ask(set, { identifier: { id: made.product.id }, input })).data.productSet
    expect((await again({ variants: sizes })).userErrors[0].code).toBe('PRODUCT_OPTIONS_INPUT_MISSING')
    expect((await again({ productOptions })).userErrors[0].code).toBe('VARIANTS_INPUT_MISSING')
    const [small] = made.product.variants.nodes
    expect((await again({ productOptions, variants: sizes.slice(0, 1) })).product.variants.nodes).toEqual([
      { id: small.id, title: 'S', price: '9.50' },
    ])
  })

  it('replaces a quantity only where it knows which, once for each key', async () => {
    const items =
      '{ inventoryItems(first: 1) { nodes { id inventoryLevels(first: 1) { nodes { id location { id } quantities(names: ["available"]) { quantity } } } } } }'
    const [item] = (await ask(items)).data.inventoryItems.nodes
    const [level] = item.inventoryLevels.nodes
    const document = (directive: string) =>
      `mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) ${directive} { userErrors { code } } }`
    const said = (quantity: number, from: number | null) => ({
      ...{ name: 'available', reason: 'correction' },
      quantities: [{ inventoryItemId: item.id, locationId: level.location.id, quantity, changeFromQuantity: from }],
    })
    expect(codeOf(await ask(document(''), { input: said(5, 0) }))).toBe('BAD_REQUEST')
    const codes = async (key: string, quantity: number, from: number | null) =>
      (
        await ask(document(`@idempotent(key: "${key}")`), { input: said(quantity, from) })
      ).data.inventorySetQuantities.userErrors.map(({ code }: Untyped) => code)
    expect(await codes('k1', 5, 0)).toEqual([])
    expect(await codes('k1', 5, 0)).toEqual([])
    expect(await codes('k1', 6, 0)).toEqual(['IDEMPOTENCY_KEY_PARAMETER_MISMATCH'])
    expect(await codes('k2', 6, 0)).toEqual(['CHANGE_FROM_QUANTITY_STALE'])
    expect(await codes('k3', 6, 5)).toEqual([])
  })

  it('pays in points, which come back, and is refused in a 200 where they are used up', async () => {
    const many = '{ products(first: 100) { nodes { id variants(first: 100) { nodes { id } } } } }'
    expect(codeOf(await ask(many))).toBe('MAX_COST_EXCEEDED')
    const resize = (capacity: number) =>
      fetch(`${sandbox.url}/_control/shops/${domain}/bucket`, {
        ...{ method: 'PUT', headers: { 'content-type': 'application/json' } },
        body: JSON.stringify({ capacity, restoreRate: 1 }),
      })
    await resize(30)
    const { extensions } = await ask('{ customers(first: 20) { nodes { id } } }')
    expect(extensions.cost).toMatchObject({ requestedQueryCost: 22, throttleStatus: { maximumAvailable: 30 } })
    expect(codeOf(await ask('{ customers(first: 27) { nodes { id } } }'))).toBe('THROTTLED')
    await resize(2_000)
    expect(codeOf(await ask('{ customers(first: 27) { nodes { id } } }'))).toBeUndefined()
    expect((await control.requests()).every(({ status }) => status !== 429)).toBe(true)
  })
})
