import type pg from 'pg'
import { slotsFor, type Bucket } from './permit-policy.ts'

/** What a lease of permits gave. With none, `waitMs` tells when there may be one. */
export interface PermitLease {
  granted: number
  waitMs: number
}

// One statement refills, pays out and stores; the database's clock is the only one. The row is found by its key. While a
// provider wants silence the bucket is empty and its refill has not begun: `refilled_at` is still to come.
const refilled = `least($2::float8, r.tokens
  + $3::float8 * greatest(0, extract(epoch from statement_timestamp() - r.refilled_at) * 1000))`
const paid = `greatest(0, least($4::float8, floor(${refilled})))`
const leaseStatement = `
  insert into rate_limits as r (key, tokens, refilled_at, granted)
  values ($1, $2::float8 - least($4::float8, floor($2::float8)), statement_timestamp(), least($4::float8, floor($2::float8)))
  on conflict (key) do update set granted = ${paid}, tokens = ${refilled} - ${paid},
    refilled_at = greatest(r.refilled_at, statement_timestamp())
  returning granted,
    (greatest(0, extract(epoch from refilled_at - statement_timestamp()) * 1000) + (1 - tokens) / $3::float8)::float8 as wait_ms`

/** Takes up to `wanted` permits out of a bucket that every process shares. */
export async function leasePermits(pool: pg.Pool, key: string, bucket: Bucket, wanted: number): Promise<PermitLease> {
  const { rows } = await pool.query<{ granted: number; wait_ms: number }>({
    name: 'lease_permits',
    text: leaseStatement,
    values: [key, bucket.capacity, bucket.perMs, wanted],
  })
  const row = rows[0]!
  return { granted: row.granted, waitMs: row.granted > 0 ? 0 : Math.max(1, row.wait_ms) }
}

/** No process gets a permit for so long; a longer pause that stands already stays. The bucket starts empty after it. */
export async function pauseBucket(pool: pg.Pool, key: string, pauseMs: number): Promise<void> {
  await pool.query({
    name: 'pause_permits',
    text: `
      insert into rate_limits as r (key, tokens, granted, refilled_at)
      values ($1, 0, 0, now() + $2::float8 * interval '1 ms')
      on conflict (key) do update
      set tokens = least(r.tokens, 0), granted = 0, refilled_at = greatest(r.refilled_at, excluded.refilled_at)`,
    values: [key, pauseMs],
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

/** A process that has died holds its slots for so long. */
const slotLeaseMs = 15_000

/**
 * Renews what a process holds of a limit of calls at once, and tells how many that is now. Wanting none gives all back.
 */
export async function leaseSlots(
  pool: pg.Pool,
  lease: { key: string; holder: string; limit: number; inUse: number; wanted: number },
): Promise<number> {
  const { key, holder } = lease
  const client = await pool.connect()
  try {
    await client.query('begin')
    // Not the row but the key is locked: the sum over all holders must not change in between.
    await client.query({
      name: 'lock_slots',
      text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
      values: [key],
    })
    const { rows: others } = await client.query<{ slots: number; wanted: number }>({
      name: 'other_slots',
      text: `select slots, wanted from rate_limit_slots where key = $1 and holder <> $2 and expires_at > clock_timestamp()`,
      values: [key, holder],
    })
    const slots = lease.wanted === 0 ? 0 : slotsFor(lease.limit, lease, others)
    await client.query(
      lease.wanted === 0
        ? {
            name: 'drop_slots',
            text: 'delete from rate_limit_slots where key = $1 and holder = $2',
            values: [key, holder],
          }
        : {
            name: 'renew_slots',
            text: `
              insert into rate_limit_slots (key, holder, slots, wanted, expires_at)
              values ($1, $2, $3, $4, clock_timestamp() + $5::float8 * interval '1 ms')
              on conflict (key, holder) do update
              set slots = excluded.slots, wanted = excluded.wanted, expires_at = excluded.expires_at`,
            values: [key, holder, slots, lease.wanted, slotLeaseMs],
          },
    )
    await client.query('commit')
    client.release()
    return slots
  } catch (error) {
    // The connection's state is unknown: it is closed, which also ends the transaction.
    client.release(true)
    throw error
  }
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
