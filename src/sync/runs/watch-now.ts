import { sql } from 'kysely'

/** The value of `watch_until` when a watch, if there is one, has to look now: what it watches is over, or another. */
export const watchNow = sql<Date | null>`case when watch_until is null then null else now() end`
