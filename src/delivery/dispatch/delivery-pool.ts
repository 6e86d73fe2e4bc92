import type pg from 'pg'
import { createPool } from '../../db/database.ts'
import type { DeliveryParts } from '../parts.ts'

/** The dispatcher's own connections. */
export interface DeliveryPools {
  /** Claims: their commit need not be durable, since a lost claim is only claimed again. */
  claims: pg.Pool
  /** Results and everything else. */
  results: pg.Pool
  /** Gates and what is claimed through them: a gate that is lost in a crash of the database would be held twice. */
  gates: pg.Pool
  close(): Promise<void>
}

// The queue grows from nothing to a hundred thousand rows and back between two ANALYZEs: a plan made from its statistics
// would sooner or later read the whole table for every claim. There is one right plan, by index, and it is made once.
const planning =
  '-c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off ' +
  '-c plan_cache_mode=force_generic_plan -c jit=off'

/** Connections whose plans go by the indexes, whatever the statistics say. */
export function createDeliveryPools(hub: DeliveryParts): DeliveryPools {
  const pool = (name: string, poolSize: number, options: string) =>
    createPool({ ...hub.config.database, poolSize }, hub.log, {
      name: `causeway-${name}`,
      settings: `${planning} ${options}`,
    })
  const claims = pool('claims', 2, '-c synchronous_commit=off')
  const results = pool('results', 3, '')
  const gates = pool('gates', 2, '')
  return {
    claims,
    results,
    gates,
    async close() {
      await Promise.allSettled([claims.end(), results.end(), gates.end()])
    },
  }
}
