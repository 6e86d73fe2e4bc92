import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// A connection that only a person can mend has an open workflow that says so. When it is to be told next is in its row: at once
// (the epoch) where its state has changed, and now and then while it needs a person, in case the workflow is gone.
export const connectionsTold: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column tell_at timestamptz`.execute(db)
    // Those that need a person already get theirs. One that never was connected has only a failed attempt.
    await sql`
      update connections set tell_at = to_timestamp(0)
      where status = 'needs_reauth' or (status = 'error' and generation > 0)`.execute(db)
    await sql`create index connections_to_tell on connections (tell_at) where tell_at is not null`.execute(db)
    // What the metrics count, without a look at the rows.
    await sql`create index connections_need_operator on connections (provider)
      where tell_at is not null and status = 'error'`.execute(db)
  },
}
