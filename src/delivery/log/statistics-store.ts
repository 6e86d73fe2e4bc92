import type pg from 'pg'
import type { Executor } from '../../db/database.ts'
import { HubError } from '../../errors.ts'
import { findEndpoint } from '../endpoints/endpoint-store.ts'
import { quantile } from './histogram.ts'

/** The attempts at one endpoint in one period, as one process counted them. */
export interface Counted {
  endpointId: string
  workspaceId: string
  minutes: number
  /** When the period began; milliseconds since 1970. */
  at: number
  worker: string
  succeeded: number
  failed: number
  /** How many attempts are in each bucket of durations. */
  counts: Uint32Array
}

const rowsAtOnce = 1_000

/** Writes totals over those that the same process wrote of the same periods. */
export async function writeStatistics(pool: pg.Pool, counted: readonly Counted[]): Promise<void> {
  for (let from = 0; from < counted.length; from += rowsAtOnce) {
    const rows = counted.slice(from, from + rowsAtOnce)
    const filled = rows.map(row => [...row.counts.entries()].filter(([, count]) => count > 0))
    await pool.query({
      name: 'write-statistics',
      text: `
        insert into endpoint_statistics
          (endpoint_id, workspace_id, minutes, at, worker, succeeded, failed, buckets, counts)
        select endpoint_id, workspace_id, minutes, to_timestamp(at / 1000), worker, succeeded, failed,
          buckets::smallint[], counts::int[]
        from unnest($1::text[], $2::text[], $3::smallint[], $4::float8[], $5::text[], $6::int[], $7::int[], $8::text[],
          $9::text[]) as r(endpoint_id, workspace_id, minutes, at, worker, succeeded, failed, buckets, counts)
        on conflict (endpoint_id, minutes, at, worker) do update
          set succeeded = excluded.succeeded, failed = excluded.failed, buckets = excluded.buckets, counts = excluded.counts`,
      values: [
        rows.map(row => row.endpointId),
        rows.map(row => row.workspaceId),
        rows.map(row => row.minutes),
        rows.map(row => row.at),
        rows.map(row => row.worker),
        rows.map(row => row.succeeded),
        rows.map(row => row.failed),
        filled.map(buckets => `{${buckets.map(([bucket]) => bucket).join()}}`),
        filled.map(buckets => `{${buckets.map(([, count]) => count).join()}}`),
      ],
    })
  }
}

export const intervalMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const
export type Interval = keyof typeof intervalMs

/** How many points one chart may have. */
export const mostPoints = 1_500

/** The attempts in one interval of a chart. */
export interface Point {
  at: Date
  succeeded: number
  failed: number
  /** Null when there were none. Right to 5 %. */
  p50Ms: number | null
  p99Ms: number | null
}

/**
 * The attempts at an endpoint from the interval that `from` is in until `to`, a point for each interval, oldest first. Reads
 * the rows of minutes, or those of hours, by the primary key and within the days asked for.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_REQUEST` when `to` is not after `from` or there would be too many points
 */
export async function readStatistics(
  hub: { db: Executor; pool: pg.Pool },
  workspaceId: string,
  endpointId: string,
  { from, to, interval }: { from: Date; to: Date; interval: Interval },
): Promise<Point[]> {
  const step = intervalMs[interval]
  const start = Math.floor(from.getTime() / step) * step
  const length = Math.ceil((to.getTime() - start) / step)
  if (!(to > from)) throw new HubError('INVALID_REQUEST', { message: 'from must be before to.' })
  if (length > mostPoints) {
    throw new HubError('INVALID_REQUEST', {
      message: `That would be more than ${mostPoints} points; ask for longer intervals.`,
    })
  }
  await findEndpoint(hub.db, workspaceId, endpointId)
  const { text, values } = statisticsStatement(workspaceId, endpointId, { start, end: to.getTime(), interval })
  const { rows } = await hub.pool.query<Row>(text, values)
  const found = new Map(rows.map(row => [row.at, row]))
  return Array.from({ length }, (_, index) => {
    const at = start + index * step
    const row = found.get(at)
    const counts = row ? row.buckets.map((bucket, n) => [bucket, row.counts[n]!] as const) : []
    return {
      at: new Date(at),
      succeeded: row?.succeeded ?? 0,
      failed: row?.failed ?? 0,
      p50Ms: quantile(counts, 0.5),
      p99Ms: quantile(counts, 0.99),
    }
  })
}

interface Row {
  at: number
  succeeded: number
  failed: number
  buckets: number[]
  counts: number[]
}

/** Exported for the test that reads its plan. */
export function statisticsStatement(
  workspaceId: string,
  endpointId: string,
  { start, end, interval }: { start: number; end: number; interval: Interval },
): { text: string; values: unknown[] } {
  return {
    text: `
      with found as materialized (
        select floor(extract(epoch from at)::float8 * 1000 / $6) * $6::float8 as at, succeeded, failed, buckets, counts
        from endpoint_statistics
        where endpoint_id = $2 and minutes = $3 and at >= $4::timestamptz and at < $5::timestamptz and workspace_id = $1
      ), totals as (
        select at, sum(succeeded) as succeeded, sum(failed) as failed from found group by at
      ), durations as (
        select at, array_agg(bucket) as buckets, array_agg(count::float8) as counts from (
          select at, bucket, sum(count) as count from found, unnest(buckets, counts) as b(bucket, count) group by at, bucket
        ) as merged group by at
      )
      select at, succeeded, failed, buckets, counts from totals join durations using (at)`,
    values: [
      workspaceId,
      endpointId,
      interval === 'minute' ? 1 : 60,
      new Date(start).toISOString(),
      new Date(end).toISOString(),
      intervalMs[interval],
    ],
  }
}
