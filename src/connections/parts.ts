import type { DeliveryParts } from '../delivery/parts.ts'
import type { ProviderAppParts } from '../provider-apps/parts.ts'
import type { ConnectionFollower } from './follower.ts'
import type { ConnectionSettings } from './policy.ts'

/** What connections work with, and what is built on them. */
export interface ConnectionParts extends DeliveryParts, ProviderAppParts {
  /** How long connecting and refreshing may take; a test shrinks these. */
  connectionSettings: ConnectionSettings
  /** What features above do when a connection changes its state. */
  connectionFollowers: ConnectionFollower[]
}
