import type { Params } from '../form.ts'
import type { Filters, Store, StripeObject } from '../store.ts'

export interface Asked {
  store: Store
}

/** One of the API's resources: what it takes, and what it refuses. */
export interface Resource {
  /** Its name in the address. */
  kind: string
  /** What its list may be narrowed to. */
  filters: Filters
  create?(params: Params, asked: Asked): StripeObject
  update?(object: StripeObject, params: Params, asked: Asked): StripeObject
  delete?(object: StripeObject, asked: Asked): StripeObject
  /** What else may be done with one, by the last part of its address. */
  actions?: Readonly<Record<string, (object: StripeObject, params: Params, asked: Asked) => StripeObject>>
}
