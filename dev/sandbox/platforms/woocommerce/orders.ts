import { billing, blank, shipping } from './customers.ts'
import { type Fields, type Item, type Kind, Refused, type Shop } from './records.ts'
import { textOf } from '../../text.ts'

interface Line extends Fields {
  id: number
}

/** https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties */
export const orders: Kind = {
  name: 'orders',
  code: 'shop_order',
  trash: true,
  modified: true,
  orderBy: ['date', 'id', 'include', 'title', 'slug', 'modified'],
  schema: {
    ...{ customer_id: 'integer', customer_note: 'text', currency: 'text', payment_method: 'text' },
    ...{ payment_method_title: 'text', transaction_id: 'text', set_paid: 'boolean', billing, shipping },
    ...{ line_items: 'list', shipping_lines: 'list', fee_lines: 'list', meta_data: 'list' },
    ...{ total: 'read-only', total_tax: 'read-only', number: 'read-only' },
    status: { one: ['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed'] },
  },
  filters: {
    customer: (order, value) => textOf(order['customer_id']) === value,
    status: ({ status }, value) => value === 'any' || value.split(',').includes(textOf(status)),
  },
  made(fields, shop) {
    const customerId = Number(fields['customer_id'] ?? 0)
    if (customerId !== 0 && !shop.get('customers', customerId))
      throw new Refused(400, 'woocommerce_rest_invalid_customer_id', 'Customer ID is invalid.')
    const currency = textOf(fields['currency'] ?? 'EUR')
    if (!/^[A-Z]{3}$/.test(currency)) throw new Refused(400, 'rest_invalid_param', 'Invalid parameter(s): currency')
    const { set_paid, ...rest } = fields
    const status = set_paid === true ? 'processing' : 'pending'
    const empty = { status, customer_note: '', payment_method: '', payment_method_title: '', transaction_id: '' }
    const addresses = {
      billing: { ...blank(billing), ...(fields['billing'] as Fields) },
      shipping: { ...blank(shipping), ...(fields['shipping'] as Fields) },
    }
    const lines = linesOf([], (fields['line_items'] ?? []) as Fields[], shop)
    const whole = {
      ...empty,
      ...rest,
      currency,
      customer_id: customerId,
      meta_data: [],
      ...addresses,
      line_items: lines,
    }
    return totalled({ number: textOf(1000 + shop.all('orders').length), prices_include_tax: false, ...whole })
  },
  changed(item, fields, shop) {
    const { set_paid, line_items, ...rest } = fields
    const paid = set_paid === true ? { status: 'processing' } : {}
    const lines = linesOf(item['line_items'] as Line[], (line_items ?? []) as Fields[], shop)
    const addresses = {
      billing: { ...(item['billing'] as Fields), ...(rest['billing'] as Fields) },
      shipping: { ...(item['shipping'] as Fields), ...(rest['shipping'] as Fields) },
    }
    return totalled({ ...item, ...rest, ...paid, ...addresses, line_items: lines }) as Item
  },
}

/** A line with an id is changed, one without is one more, and what is not said stays. */
function linesOf(before: Line[], said: Fields[], shop: Shop): Line[] {
  const lines = [...before]
  for (const line of said) {
    const at = lines.findIndex(({ id }) => id === line['id'])
    if (line['id'] !== undefined && at < 0)
      throw new Refused(400, 'woocommerce_rest_invalid_item_id', 'Order item ID provided is not associated with order.')
    if (at >= 0 && line['quantity'] === 0) lines.splice(at, 1)
    else if (at >= 0) lines[at] = lineOf({ ...lines[at], ...line }, shop)
    else lines.push(lineOf({ ...line, id: shop.next() }, shop))
  }
  return lines
}

function lineOf(line: Fields, shop: Shop): Line {
  const product = line['product_id'] ? shop.get('products', textOf(line['product_id'])) : undefined
  if (line['product_id'] && !product)
    throw new Refused(400, 'woocommerce_rest_required_product_reference', 'Product ID or SKU is required.')
  const quantity = Number(line['quantity'] ?? 1)
  const text = line['total'] ?? (Number(product?.['price'] || 0) * quantity).toFixed(2)
  if (typeof text !== 'string') throw new Refused(400, 'rest_invalid_param', 'Invalid parameter(s): line_items')
  const about = { name: line['name'] ?? product?.['name'] ?? '', sku: product?.['sku'] ?? '', variation_id: 0 }
  const price = Number(text) / quantity
  const whole = {
    ...line,
    ...about,
    product_id: product?.id ?? 0,
    quantity,
    total: text,
    subtotal: line['subtotal'] ?? text,
  }
  return { ...whole, total_tax: line['total_tax'] ?? '0.00', price } as unknown as Line
}

function totalled(order: Fields): Fields {
  const lines = order['line_items'] as Line[]
  const cents = (of: string) => lines.reduce((all, line) => all + Math.round(Number(line[of]) * 100), 0)
  const rest = ((order['shipping_lines'] ?? []) as Fields[]).reduce(
    (all, { total }) => all + Math.round(Number(total) * 100),
    0,
  )
  const money = (amount: number) => (amount / 100).toFixed(2)
  const totals = { shipping_total: money(rest), total_tax: money(cents('total_tax')), discount_total: '0.00' }
  return { ...order, ...totals, total: money(cents('total') + cents('total_tax') + rest) }
}
