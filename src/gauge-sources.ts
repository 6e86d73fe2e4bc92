import { connectionGauges } from './connections/gauges.ts'
import { keyGauges } from './credentials/gauges.ts'
import { poolGauges } from './db/gauges.ts'
import { deliveryGauges } from './delivery/gauges.ts'
import { inboundGauges } from './inbound/gauges.ts'
import { syncGauges } from './sync/gauges.ts'
import type { Hub } from './hub.ts'
import type { GaugeSource } from './metrics/scrape.ts'

/** The features whose state is measured when metrics are asked for. */
export const gaugeSources: GaugeSource<Hub>[] = [
  connectionGauges,
  deliveryGauges,
  inboundGauges,
  keyGauges,
  poolGauges,
  syncGauges,
]
