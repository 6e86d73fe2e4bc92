import type pg from 'pg'
import type { Bucket } from './permit-policy.ts'

/** What a lease of permits gave. With none, `waitMs` tells when there may be one. */
export interface PermitLease {
  granted: number
  waitMs: number
}

// One statement refills, takes back, pays out and stores; the database's clock is the only one. The row is found by its key.
// While a provider wants silence the bucket pays nothing out and its refill has not begun: `refilled_at` is still to come, and
// nothing that comes back fills it.
const takenBack = `case when r.refilled_at <= statement_timestamp() + interval '100 ms' then $6::float8 else least(0, $6::float8) end`
const refilled = `least($2::float8, r.tokens
  + $3::float8 * greatest(0, extract(epoch from statement_timestamp() - r.refilled_at) * 1000) + ${takenBack})`
const paidOf = (tokens: string, mayPay = 'true') =>
  `case when ${mayPay} and ${tokens} >= $5::float8 then greatest(0, least($4::float8, floor(${tokens}))) else 0 end`
const paid = paidOf(refilled, 'r.refilled_at <= statement_timestamp()')
// Nobody waits until it is on disk: what a crash of the database forgets of it is a few permits of one block.
const leaseStatement = `
  insert into rate_limits as r (key, tokens, refilled_at, granted)
  select $1, $2::float8 - ${paidOf('$2::float8')}, statement_timestamp(), ${paidOf('$2::float8')}
  from (select set_config('synchronous_commit', 'off', true)) unsynced
  on conflict (key) do update set granted = ${paid}, tokens = ${refilled} - ${paid},
    refilled_at = greatest(r.refilled_at, statement_timestamp())
  returning granted,
    (greatest(0, extract(epoch from refilled_at - statement_timestamp()) * 1000)
      + greatest(0, $5::float8 - tokens) / $3::float8)::float8 as wait_ms`

/** How many permits are wanted, the fewest that are of any use, and how many come back before. */
export interface PermitDemand {
  wanted: number
  least: number
  back: number
}

/** Takes permits out of a bucket that every process shares: `least` of them at least, or none. */
export async function leasePermits(
  pool: pg.Pool,
  key: string,
  bucket: Bucket,
  { wanted, least, back }: PermitDemand,
): Promise<PermitLease> {
  const { rows } = await pool.query<{ granted: number; wait_ms: number }>({
    name: 'lease_permits',
    text: leaseStatement,
    values: [key, bucket.capacity, bucket.perMs, wanted, least, back],
  })
  const row = rows[0]!
  return { granted: row.granted, waitMs: row.granted > 0 ? 0 : Math.max(1, row.wait_ms) }
}

/** Gives permits back that were not needed; below zero takes those that were used beyond what was paid out. */
export async function giveBackPermits(pool: pg.Pool, key: string, bucket: Bucket, permits: number): Promise<void> {
  await pool.query({
    name: 'give_back_permits',
    text: `
      update rate_limits
      set tokens = least($2::float8, tokens + case when refilled_at <= now() then $3::float8 else least(0, $3::float8) end)
      where key = $1`,
    values: [key, bucket.capacity, permits],
  })
}

/** No process gets a permit for so long; a longer pause that stands already stays. The bucket has `kept` of its permits after it, at most. */
export async function pauseBucket(pool: pg.Pool, key: string, pauseMs: number, kept: number): Promise<void> {
  await pool.query({
    name: 'pause_permits',
    text: `
      insert into rate_limits as r (key, tokens, granted, refilled_at)
      values ($1, $3::float8, 0, now() + $2::float8 * interval '1 ms')
      on conflict (key) do update
      set tokens = least(r.tokens, $3::float8), granted = 0, refilled_at = greatest(r.refilled_at, excluded.refilled_at)`,
    values: [key, pauseMs, kept],
  })
}

/** Empties a bucket down to what the provider says is left. */
export async function lowerBucket(pool: pg.Pool, key: string, remaining: number): Promise<void> {
  await pool.query({
    name: 'lower_permits',
    text: `update rate_limits set tokens = $2::float8 where key = $1 and tokens > $2::float8`,
    values: [key, remaining],
  })
}

/** Forgets full buckets and expired slots, at most `limit` of each. Gives how many rows went. */
export async function expireRateLimits(pool: pg.Pool, limit: number): Promise<number> {
  // A bucket is full again after its window, a day at most; index rate_limits_by_age.
  const buckets = await pool.query(
    `delete from rate_limits where key in (
       select key from rate_limits where refilled_at < now() - interval '2 days' order by refilled_at limit $1
       for update skip locked)`,
    [limit],
  )
  const slots = await pool.query(
    `delete from rate_limit_slots where (key, holder) in (
       select key, holder from rate_limit_slots where expires_at < now() - interval '1 hour' limit $1
       for update skip locked)`,
    [limit],
  )
  return (buckets.rowCount ?? 0) + (slots.rowCount ?? 0)
}
