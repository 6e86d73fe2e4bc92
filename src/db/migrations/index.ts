import type { Migration } from 'kysely/migration'
import { foundation } from './0001-foundation.ts'
import { connections } from './0002-connections.ts'
import { sync } from './0003-sync.ts'
import { delivery } from './0004-delivery.ts'
import { inbound } from './0005-inbound.ts'

/** Every migration in its order. A migration that has been released is never edited: the next one mends it. */
export const migrations: Record<string, Migration> = {
  '0001-foundation': foundation,
  '0002-connections': connections,
  '0003-sync': sync,
  '0004-delivery': delivery,
  '0005-inbound': inbound,
}
