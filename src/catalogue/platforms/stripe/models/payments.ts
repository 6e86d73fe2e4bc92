import type { ModelDefinition } from '../../../schema/models.ts'
import { eventsOf } from '../calls.ts'

const open = ['requires_payment_method', 'requires_confirmation', 'requires_action', 'requires_capture', 'processing']

/** Payments that were received: who would make one here would charge somebody. */
export const payments = {
  collection: 'payments',
  summary: 'Payments that the account has received',
  docs: 'https://docs.stripe.com/api/payment_intents',
  id: 'id',
  // What is not paid yet, and never may be, is no payment.
  gone: [...open, 'canceled'].map(equals => ({ path: 'status', equals })),
  list: {
    kind: 'cursor',
    path: '/v1/payment_intents',
    page: 100,
    limitParam: 'limit',
    param: 'starting_after',
    next: { from: 'last-id' },
    end: { more: 'has_more' },
    items: 'data',
  },
  changedSince: eventsOf('payment_intent.succeeded', 'payment_intent.canceled', 'payment_intent.partially_funded'),
  read: { path: '/v1/payment_intents/{id}' },
  errors: { missing: ['resource_missing'] },
  fields: [
    ['customerId', 'customer', { only: 'read', reference: 'customers' }],
    ['date', 'created', { only: 'read', transform: { kind: 'date', format: 'unix-seconds' } }],
    ['currency', 'currency', { only: 'read', transform: 'lower-case-code' }],
    ['amount', 'amount_received', { only: 'read', transform: { kind: 'minor-units', currency: 'currency' } }],
    ['reference', 'description', { only: 'read' }],
    ['method', 'payment_method_types.0', { only: 'read' }],
    ['status', 'status', { only: 'read' }],
  ],
} satisfies ModelDefinition
