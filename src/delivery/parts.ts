import type { Foundation } from '../foundation.ts'
import type { Wake } from './dispatch/waking/notify.ts'
import type { DeliveryPolicy } from './policy.ts'

/** What deliveries work with, and whoever publishes an event. */
export interface DeliveryParts extends Foundation {
  /** How deliveries behave over time; a test shrinks it. */
  deliveryPolicy: DeliveryPolicy
  /** Tells the dispatchers that something is due. */
  wake: Wake
  /** Called when events have met rules, once that is committed: whoever starts what rules start goes by the rows. */
  onRulesMet: () => void
}
