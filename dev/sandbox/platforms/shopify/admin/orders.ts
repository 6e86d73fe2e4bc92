import { z } from 'zod'
import type { Resolvers } from '../../../graphql.ts'
import { connection } from './connection.ts'
import { addressesOf } from './customers.ts'
import { type Fields, type Node, type Shop, nowIso } from './shop.ts'
import { textOf } from '../../../text.ts'

const money = z.string().regex(/^\d+\.\d\d$/)

/** An order as a buyer makes it in the shop: nothing here makes one by the API. */
export const orderRequest = z.strictObject({
  customerId: z.string().optional(),
  email: z.string().optional(),
  currency: z.string().length(3).default('USD'),
  lines: z.array(
    z.strictObject({ title: z.string(), sku: z.string().optional(), quantity: z.int(), price: money, tax: money }),
  ),
  shipping: money.default('0.00'),
  financialStatus: z.string().default('PAID'),
  address: z.record(z.string(), z.string()).optional(),
  /** In how many days before now it was placed. */
  daysAgo: z.int().default(0),
})

const sum = (amounts: string[]) =>
  (amounts.reduce((all, amount) => all + Math.round(Number(amount) * 100), 0) / 100).toFixed(2)
const times = (amount: string, count: number) => ((Math.round(Number(amount) * 100) * count) / 100).toFixed(2)

export function placeOrder(shop: Shop, asked: z.output<typeof orderRequest>): Node {
  const bag = (amount: string) => {
    const one = { amount, currencyCode: asked.currency }
    return { shopMoney: one, presentmentMoney: one }
  }
  const id = shop.newId('Order')
  const number = 1001 + shop.all('Order').length
  const lines = asked.lines.map(({ title, sku = null, quantity, price, tax }) => {
    const product = sku === null ? undefined : shop.all('Product').find(one => skusOf(one).includes(sku))
    const total = bag(times(price, quantity))
    const amounts = { originalUnitPriceSet: bag(price), discountedUnitPriceSet: bag(price), originalTotalSet: total }
    const about = { id: shop.newId('LineItem'), title, name: title, sku, quantity, currentQuantity: quantity }
    const taxes = tax === '0.00' ? [] : [{ title: 'VAT', rate: 0.1, priceSet: bag(tax) }]
    return {
      ...about,
      ...amounts,
      discountedTotalSet: total,
      taxLines: taxes,
      taxable: true,
      product,
      productId: product?.id,
    }
  })
  const subtotal = sum(lines.map(line => line.discountedTotalSet.shopMoney.amount))
  const tax = sum(asked.lines.map(line => line.tax))
  const placed = `${new Date(Date.now() - asked.daysAgo * 86_400_000).toISOString().slice(0, 19)}Z`
  const [address] = asked.address ? addressesOf(shop, [asked.address]) : []
  const totals = { subtotalPriceSet: bag(subtotal), totalTaxSet: bag(tax), totalShippingPriceSet: bag(asked.shipping) }
  const total = bag(sum([subtotal, tax, asked.shipping]))
  return shop.put('Order', {
    ...{
      id,
      legacyResourceId: id.split('/').at(-1),
      name: `#${number}`,
      number,
      email: asked.email ?? null,
      note: null,
    },
    ...{ phone: null, tags: [], customerId: asked.customerId ?? null, currencyCode: asked.currency },
    ...{ presentmentCurrencyCode: asked.currency, taxesIncluded: false, displayFinancialStatus: asked.financialStatus },
    ...{ displayFulfillmentStatus: 'UNFULFILLED', ...totals, totalPriceSet: total, currentTotalPriceSet: total },
    ...{ totalDiscountsSet: bag('0.00'), totalOutstandingSet: bag('0.00'), shippingAddress: address ?? null },
    ...{
      billingAddress: null,
      lineItems: lines,
      processedAt: placed,
      createdAt: placed,
      closed: false,
      closedAt: null,
    },
    cancelledAt: null,
  })
}

const skusOf = (product: Fields) => (product['variants'] as { sku: string }[]).map(({ sku }) => sku)

/** Orders; those of more than 60 days ago are shown with `read_all_orders` alone. https://shopify.dev/docs/api/admin-graphql/2026-07/objects/Order */
export function orders(shop: Shop): Resolvers {
  const visible = () => {
    const isAll = shop.scopes.length === 0 || shop.scopes.includes('read_all_orders')
    const since = Date.now() - 60 * 86_400_000
    return shop.all('Order').filter(order => isAll || Date.parse(order.createdAt) >= since)
  }
  return {
    'QueryRoot.orders': (_, args) => {
      shop.allow('read', 'orders')
      return connection(visible(), args)
    },
    'QueryRoot.order': (_, { id }) => {
      shop.allow('read', 'orders')
      return visible().find(order => order.id === id)
    },
    'Order.customer': ({ customerId }) => (customerId ? shop.get('Customer', textOf(customerId)) : null),
    'Order.lineItems': ({ lineItems }, args) => connection(lineItems as (Fields & { id: string })[], args),
    'LineItem.product': ({ productId }) => (productId ? shop.get('Product', textOf(productId)) : null),
    'LineItem.variant': ({ productId, sku }) => {
      const product = productId ? shop.get('Product', textOf(productId)) : undefined
      return (product?.['variants'] as Fields[] | undefined)?.find(variant => variant['sku'] === sku)
    },
    'Mutation.orderUpdate': (_, { input }) => {
      shop.allow('write', 'orders')
      const { id, ...said } = input as Fields
      const order = shop.get('Order', textOf(id))
      if (!order) return { order: null, userErrors: [{ field: ['id'], message: 'Order does not exist' }] }
      return { order: shop.put('Order', { ...order, ...said, updatedAt: nowIso() }), userErrors: [] }
    },
  }
}
