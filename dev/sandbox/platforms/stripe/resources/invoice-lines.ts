import type { Params } from '../form.ts'
import { type Kind, readParams } from './params.ts'
import { Refusal, noSuch } from '../refusal.ts'
import type { Resource } from './resource.ts'
import { type Store, type StripeObject, newId, nowSeconds } from '../store.ts'
import { textOf } from '../../../text.ts'

const known: Record<string, Kind> = {
  ...{ customer: 'text', invoice: 'text', amount: 'integer', currency: 'currency', description: 'text' },
  ...{ quantity: 'integer', unit_amount_decimal: 'decimal', pricing: 'hash', tax_rates: 'list', metadata: 'map' },
}

/** An item of an invoice and the line that it makes. https://docs.stripe.com/api/invoice-line-item/object */
export function lineOf(params: Params, invoice: StripeObject, store: Store): { item: StripeObject; line: Params } {
  const said = readParams(params, known, ['customer'])
  if (said['customer'] !== invoice['customer'])
    throw new Refusal(400, { message: 'The customer is not that of the invoice.', param: 'customer' })
  const currency = textOf(invoice['currency'])
  if (said['currency'] !== undefined && said['currency'] !== currency)
    throw new Refusal(400, { message: `The invoice is in ${currency}.`, param: 'currency' })
  const priced = priceOf(said, store)
  const quantity = Number(said['quantity'] ?? 1)
  const unit = said['unit_amount_decimal'] ?? priced?.['unit_amount_decimal']
  const amount = said['amount'] === undefined ? Math.round(Number(unit) * quantity) : Number(said['amount'])
  if (!Number.isFinite(amount)) throw new Refusal(400, { message: 'You must specify an amount.', param: 'amount' })
  const rates = said['tax_rates'] as string[] | undefined
  const taxed = rates?.map(id => taxOf(store, id)) ?? (invoice['default_tax_rates'] as StripeObject[])
  const taxes = taxed.map(({ percentage, inclusive, id }) => {
    const share = Number(percentage) / 100
    const tax = inclusive === true ? amount - amount / (1 + share) : amount * share
    const behavior = inclusive === true ? 'inclusive' : 'exclusive'
    return {
      amount: Math.round(tax),
      tax_behavior: behavior,
      taxable_amount: amount,
      tax_rate_details: { tax_rate: id },
    }
  })
  const details = priced && { price_details: { price: priced.id, product: priced['product'] } }
  const unitText = textOf(unit ?? amount / quantity)
  const pricing = { type: 'price_details', unit_amount_decimal: unitText, ...details }
  const about = {
    amount,
    currency,
    description: said['description'] ?? null,
    quantity,
    metadata: said['metadata'] ?? {},
  }
  const item = { id: newId('ii'), object: 'invoiceitem', date: nowSeconds(), customer: invoice['customer'], pricing }
  const line = { id: newId('il'), object: 'line_item', ...about, invoice: invoice.id, livemode: false, pricing, taxes }
  return { item: { ...item, ...about, invoice: invoice.id }, line: { ...line, subtotal: amount } }
}

function priceOf({ pricing }: Params, store: Store): StripeObject | undefined {
  if (pricing === undefined) return undefined
  const id = textOf((pricing as Params)['price'])
  const price = store.get('prices', id)
  if (!price) throw noSuch('price', id, 'pricing[price]', 400)
  return price
}

export function taxOf(store: Store, id: string): StripeObject {
  const rate = store.get('tax_rates', id)
  if (!rate) throw noSuch('tax rate', id, 'tax_rates', 400)
  return rate
}

/** What the taxes of a line come to; only those of one behaviour where it is said. */
export function taxOn(line: Params, behavior?: string): number {
  const taxes = line['taxes'] as { amount: number; tax_behavior: string }[]
  return taxes.reduce((all, tax) => all + (behavior && tax.tax_behavior !== behavior ? 0 : tax.amount), 0)
}

/** https://docs.stripe.com/api/tax_rates */
export const taxRates: Resource = {
  kind: 'tax_rates',
  filters: { active: ({ active }, value) => textOf(active) === value },
  create(params, { store }) {
    const kinds: Record<string, Kind> = { display_name: 'text', percentage: 'decimal', inclusive: 'boolean' }
    const said = readParams(params, kinds, Object.keys(kinds))
    const made = { id: newId('txr'), object: 'tax_rate', active: true, created: nowSeconds(), ...said }
    return store.put('tax_rates', { ...made, percentage: Number(said['percentage']) }, 'tax_rate.created')
  },
}
