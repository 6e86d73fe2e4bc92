import { Refusal } from './refusal.ts'
import type { Store } from './store.ts'

/** What a member names, by the resource whose objects it names. */
const expandable: Record<string, string> = {
  customer: 'customers',
  default_price: 'prices',
  invoice: 'invoices',
  payment_intent: 'payment_intents',
  product: 'products',
}

/** An answer with the objects themselves where it has their ids. https://docs.stripe.com/api/expanding_objects */
export function expanded(store: Store, answer: unknown, paths: readonly string[]): unknown {
  let whole = answer
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.length > 4)
      throw new Refusal(400, { message: `You cannot expand more than 4 levels: ${path}`, param: 'expand' })
    whole = at(store, whole, steps, path)
  }
  return whole
}

function at(store: Store, value: unknown, [step = '', ...rest]: string[], path: string): unknown {
  if (Array.isArray(value)) return value.map(item => at(store, item, [step, ...rest], path))
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, unknown>
  const kind = expandable[step]
  if (!(step in object) || (kind === undefined && step !== 'data' && step !== 'lines')) {
    const message = `This property cannot be expanded (${path}).`
    throw new Refusal(400, { message, param: 'expand' })
  }
  const named = object[step]
  const there = typeof named === 'string' && kind !== undefined ? (store.get(kind, named) ?? named) : named
  return { ...object, [step]: rest.length === 0 ? there : at(store, there, rest, path) }
}
