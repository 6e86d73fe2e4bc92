import type { DeliveryParts } from '../parts.ts'
import type { Bodies } from './lanes/bodies.ts'
import type { DeliveryPools } from './delivery-pool.ts'
import type { Holdings } from './claiming/holdings.ts'
import type { Load } from './lanes/load.ts'
import type { NetworkWatch } from '../recovery/network-watch.ts'
import type { TargetCache } from './targets/target-cache.ts'
import type { Waking } from './waking/listen.ts'

/** What the parts of one process's dispatcher share. */
export interface DispatchContext {
  hub: DeliveryParts
  pools: DeliveryPools
  targets: TargetCache
  bodies: Bodies
  holdings: Holdings
  load: Load
  network: NetworkWatch
  waking: Waking
  /** Whether a run is under way: outside of one nothing is claimed. */
  running: () => boolean
}
