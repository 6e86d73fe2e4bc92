import { ownSandbox } from '../../connections/accounts.ts'
import { createTestHub } from '../../support/hub.ts'
import { startTestWorkers } from '../../support/workers.ts'
import { createSync, patch, records, run, type Company, type ShownRecord } from '../company.ts'
import { connectShop, graphql, pointsOf, type Shop, type Values } from './shops.ts'

// What is each platform's own among the shops: what cannot be written, what has to be brought along, and what lies in wait.

const hub = await createTestHub()
await startTestWorkers(hub)
const sandbox = await ownSandbox()
const nothing = { created: 0, updated: 0, deleted: 0, pushed: 0, conflicts: 0, failed: 0 }
const only = async (company: Company, collection: string): Promise<ShownRecord> => {
  const all = await records(company, '', collection)
  expect(all).toHaveLength(1)
  return all[0]!
}
const errorsOf = async ({ workspace }: Company, syncId: string): Promise<Values[]> =>
  (await workspace.request<{ data: Values[] }>('GET', `/v1/syncs/${syncId}/errors`)).body.data

describe('Stripe', () => {
  const connected = connectShop(hub, sandbox, 'stripe')

  it('has its invoices and payments read in the currency’s own units, for the customer’s record', async () => {
    const stripe = await connected
    const make = async (path: string, body: Values) => String((await stripe.api('POST', path, body))['id'])
    const customer = await make('/v1/customers', { name: 'Ada', email: 'ada@example.com' })
    const terms = { collection_method: 'send_invoice', days_until_due: 30 }
    const invoice = await make('/v1/invoices', { customer, currency: 'jpy', ...terms })
    const rate = await make('/v1/tax_rates', { display_name: 'GST', percentage: 10, inclusive: false })
    await make('/v1/invoiceitems', { customer, invoice, amount: 1005, description: 'A chair', tax_rates: [rate] })
    await make('/v1/payment_intents', { amount: 5, currency: 'usd' })
    const paid = { customer, payment_method: 'pm_card_visa', confirm: true, description: 'Order 7' }
    await make('/v1/payment_intents', { amount: 1234, currency: 'usd', ...paid })
    const syncs: Record<string, string> = {}
    for (const model of ['customers', 'invoices', 'payments'])
      syncs[model] = await createSync(stripe, { model, direction: model === 'payments' ? 'pull' : 'both' })
    for (const model of ['customers', 'invoices', 'payments'])
      expect(await run(stripe, syncs[model]!)).toMatchObject({ status: 'succeeded', counts: { failed: 0 } })
    const customerId = (await only(stripe, 'customers')).id
    expect((await only(stripe, 'invoices')).data).toMatchObject({
      ...{ customerId, currency: 'JPY', status: 'draft', total: '1106', balance: '1106' },
      lines: [{ description: 'A chair', quantity: '1', amount: '1005' }],
    })
    // What nobody has paid yet is no payment.
    expect((await only(stripe, 'payments')).data).toMatchObject({
      ...{ customerId, currency: 'USD', amount: '12.34', reference: 'Order 7', status: 'succeeded' },
    })

    // A draft can be changed from here, and one that is final cannot.
    const record = await only(stripe, 'invoices')
    await patch(stripe, record.id, { notes: 'Thank you' })
    expect((await run(stripe, syncs['invoices']!)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect((await stripe.api('GET', `/v1/invoices/${invoice}`))['description']).toBe('Thank you')
    await stripe.api('POST', `/v1/invoices/${invoice}/finalize`, {})
    await patch(stripe, record.id, { notes: 'Too late' })
    expect((await run(stripe, syncs['invoices']!)).counts).toMatchObject({ pushed: 0, failed: 1 })
    expect((await errorsOf(stripe, syncs['invoices']!))[0]).toMatchObject({ code: 'PROVIDER_REJECTED' })
    expect((await only(stripe, 'invoices')).data).toMatchObject({ status: 'open', number: 'SANDBOX-0001' })
  })
})

describe('lists that an item shows the first of', () => {
  it('are read to their end of an invoice of Stripe’s, by the list, by its events and after a write', async () => {
    const stripe = await connectShop(hub, sandbox, 'stripe')
    const make = async (path: string, body: Values) => String((await stripe.api('POST', path, body))['id'])
    const customer = await make('/v1/customers', { name: 'Long', email: 'long@example.com' })
    const sync = await createSync(stripe, { model: 'invoices', direction: 'both', collection: 'long' })
    await run(stripe, sync)
    const invoice = await make('/v1/invoices', { customer, currency: 'usd' })
    for (let n = 1; n <= 12; n++)
      await make('/v1/invoiceitems', { customer, invoice, amount: n, description: `No ${n}` })
    const all = Array.from({ length: 12 }, (_, n) => `No ${n + 1}`)
    const shown = async () => {
      const found = (await records(stripe, '', 'long')).find(({ data }) => data['total'] === '0.78')!
      return { id: found.id, lines: (found.data['lines'] as Values[]).map(({ description }) => description) }
    }
    expect(((await stripe.api('GET', `/v1/invoices/${invoice}`))['lines'] as Values)['has_more']).toBe(true)
    await run(stripe, sync)
    expect((await shown()).lines).toEqual(all)
    expect((await run(stripe, sync, { full: true })).counts).toMatchObject({ updated: 0, failed: 0 })
    await patch(stripe, (await shown()).id, { notes: 'Thank you' })
    expect((await run(stripe, sync)).counts).toMatchObject({ pushed: 1, failed: 0 })
    expect((await shown()).lines).toEqual(all)
    expect(JSON.stringify(await errorsOf(stripe, sync))).not.toContain('"lines"')
  })
})

describe('WooCommerce', () => {
  it('has orders made of products and customers, once, and changed without their lines', async () => {
    const woo = await connectShop(hub, sandbox, 'woocommerce')
    const make = async (path: string, body: Values) => String((await woo.api('POST', path, body))['id'])
    const product = await make('/products', { name: 'Lamp', regular_price: '19.99', sku: 'L' })
    await make('/customers', { email: 'ada@example.com', first_name: 'Ada' })
    const syncs: Record<string, string> = {}
    for (const model of ['products', 'customers', 'orders'])
      syncs[model] = await createSync(woo, { model, direction: 'both' })
    for (const model of ['products', 'customers']) await run(woo, syncs[model]!)
    const [productId, customerId] = [(await only(woo, 'products')).id, (await only(woo, 'customers')).id]
    const lines = [{ productId, name: 'Lamp', quantity: '3', total: '59.97' }]
    const data = { customerId, status: 'processing', lines }
    await woo.workspace.request('POST', '/v1/records', { collection: 'orders', data })
    expect((await run(woo, syncs['orders']!)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const order = await only(woo, 'orders')
    expect(order.data).toMatchObject({
      customerId,
      total: '59.97',
      lines: [{ productId, quantity: '3', total: '59.97' }],
    })
    await patch(woo, order.id, { status: 'completed', notes: 'Leave it at the door' })
    expect((await run(woo, syncs['orders']!)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const [there] = (await woo.api('GET', '/orders')) as unknown as Values[]
    expect(there).toMatchObject({ status: 'completed', customer_note: 'Leave it at the door', total: '59.97' })
    expect(there!['line_items']).toMatchObject([{ product_id: Number(product), quantity: 3 }])
    expect((await run(woo, syncs['orders']!)).counts).toMatchObject(nothing)
    // In the trash it is listed no more, and answered by its id.
    await woo.api('POST', '/orders', { line_items: [{ product_id: Number(product), quantity: 1 }] })
    await run(woo, syncs['orders']!)
    await woo.api('DELETE', `/orders/${String(there!['id'])}`)
    expect((await run(woo, syncs['orders']!, { full: true })).counts).toMatchObject({ deleted: 1 })
    expect((await only(woo, 'orders')).data).toMatchObject({ total: '19.99' })
  })
})

describe('Shopify', () => {
  const connected = connectShop(hub, sandbox, 'shopify')
  const products = connected.then(shop => createSync(shop, { model: 'products', direction: 'both' }))
  const set =
    'mutation ($input: ProductSetInput!) { productSet(input: $input) { product { id variants(first: 5) { nodes { id } } } userErrors { message } } }'
  const variantsOf = async (shop: Shop, id: string) => {
    const query = 'query ($id: ID!) { product(id: $id) { title variants(first: 5) { nodes { title price sku } } } }'
    return ((await graphql(shop, query, { id })) as { product: Values }).product
  }
  const place = async (order: Values) => {
    const headers = { 'content-type': 'application/json' }
    const url = `${sandbox.url}/_control/shops/causeway.myshopify.com/orders`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(order) })
    if (!answer.ok) throw new Error(await answer.text())
  }

  it('keeps the variants of a product that has several, whatever the hub says of its price', async () => {
    const shop = await connected
    const optionValues = (name: string) => [{ optionName: 'Size', name }]
    const { productSet } = (await graphql(shop, set, {
      input: {
        ...{ title: 'Shirt', productOptions: [{ name: 'Size', values: [{ name: 'S' }, { name: 'M' }] }] },
        variants: ['S', 'M'].map(name => ({ optionValues: optionValues(name), price: '9.50', sku: `SH-${name}` })),
      },
    })) as { productSet: { product: { id: string } } }
    const sync = await products
    await run(shop, sync)
    const { id, data } = await only(shop, 'products')
    expect([data['name'], data['unitPrice'], data['sku']]).toEqual(['Shirt', undefined, undefined])
    await patch(shop, id, { name: 'Blouse' })
    expect((await run(shop, sync)).counts).toMatchObject({ pushed: 1, failed: 0 })
    await patch(shop, id, { unitPrice: '1.00' })
    expect((await run(shop, sync)).counts).toMatchObject({ pushed: 0, failed: 1 })
    expect(await variantsOf(shop, productSet.product.id)).toEqual({
      title: 'Blouse',
      variants: { nodes: ['S', 'M'].map(title => ({ title, price: '9.50', sku: `SH-${title}` })) },
    })
    await shop.workspace.request('DELETE', `/v1/records/${id}`)
    await run(shop, sync)
  })

  it('replaces a quantity only where it is what was last seen, and is told which it is by then', async () => {
    const shop = await connected
    const input = {
      ...{ title: 'Lamp', productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }] },
      variants: [{ optionValues: [{ optionName: 'Title', name: 'Default Title' }], price: '19.99', sku: 'LAMP' }],
    }
    await graphql(shop, set, { input })
    await run(shop, await products)
    const sync = await createSync(shop, { model: 'inventory', direction: 'both', conflictPolicy: 'hub' })
    expect((await run(shop, sync)).counts).toMatchObject({ created: 1, failed: 0 })
    const level = await only(shop, 'inventory')
    const productId = (await only(shop, 'products')).id
    expect(level.data).toEqual({ productId, sku: 'LAMP', location: 'Ottawa Warehouse', available: '0' })
    await patch(shop, level.id, { available: '12' })
    expect((await run(shop, sync)).counts).toMatchObject({ pushed: 1, failed: 0 })
    const quantity = async () => {
      const query =
        '{ inventoryItems(first: 5) { nodes { id inventoryLevels(first: 1) { nodes { location { id } quantities(names: ["available"]) { quantity } } } } } }'
      type Level = { location: { id: string }; quantities: { quantity: number }[] }
      const { inventoryItems } = (await graphql(shop, query)) as {
        inventoryItems: { nodes: { id: string; inventoryLevels: { nodes: Level[] } }[] }
      }
      const item = inventoryItems.nodes[0]!
      const [there] = item.inventoryLevels.nodes
      return { inventoryItemId: item.id, locationId: there!.location.id, quantity: there!.quantities[0]!.quantity }
    }
    expect((await quantity()).quantity).toBe(12)
    expect((await run(shop, sync)).counts).toMatchObject(nothing)

    // Somebody sells two while the hub, which has not looked, says another number.
    const { quantity: before, ...place } = await quantity()
    const sale = {
      name: 'available',
      reason: 'correction',
      quantities: [{ ...place, quantity: 10, changeFromQuantity: before }],
    }
    await graphql(
      shop,
      'mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "sale") { userErrors { message } } }',
      { input: sale },
    )
    await shop.workspace.request('PATCH', `/v1/syncs/${sync}`, { direction: 'push' })
    await patch(shop, level.id, { available: '20' })
    expect((await run(shop, sync)).counts).toMatchObject({ pushed: 1, failed: 0, conflicts: 1 })
    expect((await quantity()).quantity).toBe(20)
  })

  it('has its orders read with their lines and money, and waits for the points that they cost', async () => {
    const shop = await connected
    const customers = await createSync(shop, { model: 'customers', direction: 'both' })
    const create =
      'mutation ($input: CustomerInput!) { customerCreate(input: $input) { customer { id } userErrors { message } } }'
    const made = (await graphql(shop, create, { input: { firstName: 'Ada', email: 'ada@example.com' } })) as {
      customerCreate: { customer: { id: string } }
    }
    await run(shop, customers)
    const customerId = (await only(shop, 'customers')).id
    const lines = [{ title: 'Lamp', sku: 'LAMP', quantity: 3, price: '19.99', tax: '6.00' }]
    const placed = { customerId: made.customerCreate.customer.id, currency: 'EUR', shipping: '5.00', lines }
    for (let n = 0; n < 4; n++) await place(placed)
    // Enough for one page of orders at a time, and it comes back within a second.
    await pointsOf(sandbox, { capacity: 1_000, restoreRate: 900 })
    const sync = await createSync(shop, { model: 'orders' })
    expect(await run(shop, sync)).toMatchObject({ status: 'succeeded', counts: { created: 4, failed: 0 } })
    const productId = (await only(shop, 'products')).id
    expect((await records(shop, '', 'orders'))[0]!.data).toMatchObject({
      ...{ customerId, currency: 'EUR', status: 'PAID', subtotal: '59.97', taxTotal: '6.00', shippingTotal: '5.00' },
      total: '70.97',
      lines: [{ productId, sku: 'LAMP', name: 'Lamp', quantity: '3', unitPrice: '19.99', total: '59.97' }],
    })
    expect((await run(shop, sync)).counts).toMatchObject(nothing)
    // An order shows fifty of its lines.
    const many = Array.from({ length: 153 }, (_, n) => ({ title: `No ${n}`, quantity: 1, price: '1.00', tax: '0.00' }))
    await place({ currency: 'EUR', lines: many })
    expect((await run(shop, sync)).counts).toMatchObject({ created: 1, failed: 0 })
    const long = (await records(shop, '', 'orders')).find(({ data }) => data['subtotal'] === '153.00')!
    expect((long.data['lines'] as Values[]).map(({ name }) => name)).toEqual(many.map(({ title }) => title))
    expect((await run(shop, sync, { full: true })).counts).toMatchObject(nothing)
    // Who has ordered cannot be deleted.
    await shop.workspace.request('DELETE', `/v1/records/${customerId}`)
    expect((await run(shop, customers)).counts).toMatchObject({ failed: 1 })
  })
})
