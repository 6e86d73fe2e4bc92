import type pg from 'pg'
import { slotsFor } from './permit-policy.ts'

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
