import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// When a grant ends in any case, and when its workspace is told of it next.
export const connectionsEnding: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`alter table connections add column ends_at timestamptz, add column warn_at timestamptz`.execute(db)
    await sql`
      update connections
      set ends_at = least(absolute_expires_at, case when refresh_at is null then access_expires_at else refresh_expires_at end)
      where status in ('connected', 'degraded', 'error')
        and coalesce(absolute_expires_at, refresh_expires_at, access_expires_at) is not null`.execute(db)
    await sql`
      update connections
      set warn_at = (
        select min(ends_at - days * interval '1 day') from unnest(array[30, 7, 1]) days
        where ends_at - days * interval '1 day' > greatest(now(), coalesce(refresh_at, now()))
      )
      where ends_at > now()`.execute(db)
    await sql`create index connections_to_warn on connections (warn_at)
      where warn_at is not null and status in ('connected', 'degraded', 'error')`.execute(db)
  },
}
