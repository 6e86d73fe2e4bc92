import type { ConnectionParts } from '../connections/parts.ts'
import { inboundWaiting } from '../metrics/registry.ts'
import type { GaugeSource } from '../metrics/scrape.ts'

/** The webhooks that wait to be handled, counted up to 100,000, as they stand when metrics are asked for. */
export const inboundGauges: GaugeSource<ConnectionParts> = {
  name: 'inbound',
  async read({ pool }) {
    const { rows } = await pool.query<{ count: number }>(
      'select count(*) as count from (select from inbound_queue limit 100000) as q',
    )
    inboundWaiting.set(rows[0]!.count)
  },
}
