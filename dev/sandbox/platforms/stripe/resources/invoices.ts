import type { Params } from '../form.ts'
import { lineOf, taxOf, taxOn } from './invoice-lines.ts'
import { type Kind, mergedMetadata, readParams } from './params.ts'
import { Refusal, noSuch } from '../refusal.ts'
import type { Asked, Resource } from './resource.ts'
import { type StripeObject, newId, nowSeconds } from '../store.ts'

/** https://docs.stripe.com/api/invoices */
const known: Record<string, Kind> = {
  ...{ auto_advance: 'boolean', collection_method: 'text', days_until_due: 'integer', due_date: 'integer' },
  ...{ default_tax_rates: 'list', description: 'text', footer: 'text', metadata: 'map', number: 'text' },
  ...{ statement_descriptor: 'text', custom_fields: 'list', payment_settings: 'hash' },
}
const atCreation: Record<string, Kind> = {
  ...{ customer: 'text', currency: 'currency', pending_invoice_items_behavior: 'text', effective_at: 'integer' },
}
/** What may still be said of one that is no draft any more. */
const afterwards: Record<string, Kind> = { metadata: 'map', auto_advance: 'boolean', payment_settings: 'hash' }

export const invoices: Resource = {
  kind: 'invoices',
  filters: {
    customer: ({ customer }, value) => customer === value,
    status: ({ status }, value) => status === value,
    collection_method: (invoice, value) => invoice['collection_method'] === value,
  },
  create(params, { store }) {
    const said = readParams(params, { ...known, ...atCreation }, ['customer'])
    const customer = store.get('customers', String(said['customer']))
    if (!customer || customer['deleted']) throw noSuch('customer', String(said['customer']), 'customer', 400)
    const {
      pending_invoice_items_behavior: _pending,
      days_until_due,
      metadata,
      default_tax_rates: rates,
      ...rest
    } = said
    if (
      rest['collection_method'] !== 'send_invoice' &&
      (days_until_due !== undefined || rest['due_date'] !== undefined)
    ) {
      const message = 'You can only set `due_date` and `days_until_due` if `collection_method` is `send_invoice`.'
      throw new Refusal(400, { message })
    }
    const created = nowSeconds()
    const due_date =
      rest['due_date'] ?? (days_until_due === undefined ? null : created + Number(days_until_due) * 86_400)
    const taxes = ((rates ?? []) as string[]).map(id => taxOf(store, id))
    const made = { id: newId('in'), object: 'invoice', amount_paid: 0, collection_method: 'charge_automatically' }
    const who = { customer_email: customer['email'], customer_name: customer['name'], currency: 'usd' }
    const more = { auto_advance: false, created, description: null, footer: null, livemode: false, number: null }
    const object = { ...made, ...who, ...more, ...rest, due_date, default_tax_rates: taxes, status: 'draft' }
    const times = { finalized_at: null, paid_at: null, voided_at: null, marked_uncollectible_at: null }
    const whole = { ...object, metadata: mergedMetadata({}, metadata), status_transitions: times }
    return store.put('invoices', totalled(whole, []), 'invoice.created')
  },
  update(invoice, params, { store }) {
    const isDraft = invoice['status'] === 'draft'
    const frozen = isDraft ? undefined : Object.keys(params).find(name => name !== 'expand' && !afterwards[name])
    if (frozen !== undefined) {
      const message = "Finalized invoices can't be updated in this way"
      throw new Refusal(400, { code: 'invoice_not_editable', message, param: frozen })
    }
    const said = readParams(params, isDraft ? known : afterwards)
    const metadata = mergedMetadata(invoice['metadata'], said['metadata'])
    return store.put('invoices', { ...invoice, ...said, metadata }, 'invoice.updated')
  },
  delete(invoice, { store }) {
    if (invoice['status'] !== 'draft')
      throw new Refusal(400, { code: 'invoice_not_editable', message: 'You can only delete draft invoices.' })
    store.remove('invoices', invoice, 'invoice.deleted')
    return { id: invoice.id, object: 'invoice', deleted: true }
  },
  actions: {
    finalize(invoice, params, asked) {
      readParams(params, { auto_advance: 'boolean' })
      from(invoice, ['draft'], 'finalize')
      const count = asked.store.all('invoices').filter(({ number }) => number !== null).length
      const number = invoice['number'] ?? `SANDBOX-${String(count + 1).padStart(4, '0')}`
      const open = moved({ ...invoice, number, ending_balance: 0 }, 'open', 'finalized_at')
      const sent = asked.store.put('invoices', open, 'invoice.finalized')
      return invoice['total'] === 0 ? paid(sent, asked) : sent
    },
    pay(invoice, params, asked) {
      readParams(params, { paid_out_of_band: 'boolean', payment_method: 'text', forgive: 'boolean' })
      from(invoice, ['open', 'uncollectible'], 'pay')
      return paid(invoice, asked)
    },
    void(invoice, params, { store }) {
      readParams(params, {})
      from(invoice, ['open', 'uncollectible'], 'void')
      return store.put('invoices', moved(invoice, 'void', 'voided_at'), 'invoice.voided')
    },
    mark_uncollectible(invoice, params, { store }) {
      readParams(params, {})
      from(invoice, ['open'], 'mark_uncollectible')
      const marked = moved(invoice, 'uncollectible', 'marked_uncollectible_at')
      return store.put('invoices', marked, 'invoice.marked_uncollectible')
    },
  },
}

/** https://docs.stripe.com/api/invoiceitems: a line of an invoice that is a draft. */
export const invoiceItems: Resource = {
  kind: 'invoiceitems',
  filters: {
    customer: ({ customer }, value) => customer === value,
    invoice: ({ invoice }, value) => invoice === value,
  },
  create(params, { store }) {
    const invoice = store.get('invoices', String(params['invoice']))
    if (!invoice) throw noSuch('invoice', String(params['invoice']), 'invoice', 400)
    if (invoice['status'] !== 'draft') {
      const message = 'You can only add items to invoices that are drafts.'
      throw new Refusal(400, { code: 'invoice_not_editable', message, param: 'invoice' })
    }
    const { item, line } = lineOf(params, invoice, store)
    const lines = [...(invoice['lines'] as { data: Params[] }).data, line]
    store.put('invoices', totalled(invoice, lines), 'invoice.updated')
    return store.put('invoiceitems', item, 'invoiceitem.created')
  },
}

function from(invoice: StripeObject, states: string[], what: string): void {
  if (states.includes(String(invoice['status']))) return
  throw new Refusal(400, { message: `This invoice is ${String(invoice['status'])}: it cannot be asked to ${what}.` })
}

function moved(invoice: StripeObject, status: string, at: string): StripeObject {
  const times = { ...(invoice['status_transitions'] as Params), [at]: nowSeconds() }
  return { ...invoice, status, status_transitions: times }
}

function paid(invoice: StripeObject, { store }: Asked): StripeObject {
  const amounts = { amount_paid: invoice['amount_due'], amount_remaining: 0 }
  return store.put('invoices', { ...moved(invoice, 'paid', 'paid_at'), ...amounts }, 'invoice.paid')
}

/** The totals that follow from the lines: amounts are whole minor units, and tax is rounded line by line. */
function totalled(invoice: StripeObject, lines: Params[]): StripeObject {
  const sum = (of: (line: Params) => number) => lines.reduce((all, line) => all + of(line), 0)
  const subtotal = sum(({ amount }) => Number(amount))
  const [exclusive, all] = [sum(line => taxOn(line, 'exclusive')), sum(line => taxOn(line))]
  const total = subtotal + exclusive
  const list = { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${invoice.id}/lines` }
  const totals = { subtotal, total, amount_due: total, amount_remaining: total - Number(invoice['amount_paid']) }
  const total_taxes = all === 0 ? [] : [{ amount: all, tax_behavior: exclusive > 0 ? 'exclusive' : 'inclusive' }]
  return { ...invoice, ...totals, total_excluding_tax: total - all, total_taxes, lines: list }
}
