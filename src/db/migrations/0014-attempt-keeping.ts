import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// What is forgotten in small batches: attempts that ended, and connections that came of none.
export const attemptKeeping: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index connect_attempts_ended on connect_attempts (updated_at)
      where status in ('completed', 'failed', 'expired')`.execute(db)
    await sql`create index connections_never_connected on connections (updated_at)
      where generation = 0 and status in ('pending', 'error')`.execute(db)
    // Persons who never came: nothing is wrong with these connections.
    await sql`update connections set status = 'pending'
      where status = 'error' and status_reason = 'ATTEMPT_EXPIRED' and generation = 0`.execute(db)
  },
}
