import { databaseConnections, databaseWaiting } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'
import { openPools } from './hub-pool.ts'

/** How much is held of each pool of this process, and how much waits. */
export const poolGauges: GaugeSource<unknown> = {
  name: 'pools',
  async read() {
    databaseConnections.reset()
    databaseWaiting.reset()
    for (const { poolName: pool, load } of openPools()) {
      databaseConnections.inc({ pool }, load.held)
      databaseWaiting.inc({ pool }, load.waiting)
    }
  },
}
