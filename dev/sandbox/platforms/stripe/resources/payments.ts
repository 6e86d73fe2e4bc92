import { type Kind, mergedMetadata, readParams } from './params.ts'
import { Refusal, noSuch } from '../refusal.ts'
import type { Asked, Resource } from './resource.ts'
import { type StripeObject, newId, nowSeconds } from '../store.ts'
import { textOf } from '../../../text.ts'

/** https://docs.stripe.com/api/payment_intents */
const known: Record<string, Kind> = {
  ...{ amount: 'integer', currency: 'currency', customer: 'text', description: 'text', metadata: 'map' },
  ...{ payment_method: 'text', receipt_email: 'email', statement_descriptor: 'text' },
}
const atCreation: Record<string, Kind> = {
  ...{ confirm: 'boolean', payment_method_types: 'list', automatic_payment_methods: 'hash', off_session: 'boolean' },
}

export const paymentIntents: Resource = {
  kind: 'payment_intents',
  filters: { customer: ({ customer }, value) => customer === value },
  create(params, asked) {
    const said = readParams(params, { ...known, ...atCreation }, ['amount', 'currency'])
    const { confirm, automatic_payment_methods: _automatic, off_session: _session, metadata, ...rest } = said
    if (Number(rest['amount']) < 1) {
      const message = 'This value must be greater than or equal to 1.'
      throw new Refusal(400, { code: 'parameter_invalid_integer', message, param: 'amount' })
    }
    const customer = rest['customer']
    if (customer !== undefined && !asked.store.get('customers', textOf(customer)))
      throw noSuch('customer', textOf(customer), 'customer', 400)
    const made = { id: newId('pi'), object: 'payment_intent', amount_received: 0, created: nowSeconds() }
    const more = { customer: null, description: null, livemode: false, payment_method: null, latest_charge: null }
    const status = rest['payment_method'] ? 'requires_confirmation' : 'requires_payment_method'
    const object = { ...made, ...more, ...rest, status, metadata: mergedMetadata({}, metadata) }
    const intent = asked.store.put('payment_intents', object, 'payment_intent.created')
    return confirm === true ? confirmed(intent, asked) : intent
  },
  update(intent, params, { store }) {
    if (intent['status'] === 'succeeded' && params['amount'] !== undefined) {
      const message = 'This PaymentIntent’s amount could not be updated because it has a status of succeeded.'
      throw new Refusal(400, { code: 'payment_intent_unexpected_state', message, param: 'amount' })
    }
    const said = readParams(params, known)
    // Nothing tells of a change of words alone.
    return store.put('payment_intents', {
      ...intent,
      ...said,
      metadata: mergedMetadata(intent['metadata'], said['metadata']),
    })
  },
  actions: {
    confirm(intent, params, asked) {
      const said = readParams(params, { payment_method: 'text', return_url: 'text' })
      return confirmed({ ...intent, ...said }, asked)
    },
    cancel(intent, params, { store }) {
      readParams(params, { cancellation_reason: 'text' })
      if (intent['status'] === 'succeeded' || intent['status'] === 'canceled')
        throw new Refusal(400, { code: 'payment_intent_unexpected_state', message: 'It cannot be canceled any more.' })
      const canceled = { ...intent, status: 'canceled', canceled_at: nowSeconds() }
      return store.put('payment_intents', canceled, 'payment_intent.canceled')
    },
  },
}

function confirmed(intent: StripeObject, { store }: Asked): StripeObject {
  if (!intent['payment_method'])
    throw new Refusal(400, { code: 'payment_intent_unexpected_state', message: 'It has no payment method.' })
  const amount = { amount_received: intent['amount'], latest_charge: newId('ch') }
  return store.put('payment_intents', { ...intent, ...amount, status: 'succeeded' }, 'payment_intent.succeeded')
}
