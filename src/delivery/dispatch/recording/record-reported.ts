import type pg from 'pg'
import { holdingOne } from '../../../db/one-connection.ts'
import type { DeliveryParts } from '../../parts.ts'
import { recordResults } from './record.ts'
import type { Result } from './result.ts'
import { publishReports, type Ended } from './report.ts'
import { isReportWanted, reportReaders } from './reporting.ts'
import { subscriptionCacheOf } from '../../events/write-matched.ts'
import { statisticsOf } from '../../log/statistics.ts'

/**
 * Records results and, where somebody asked to be told, publishes in the same transaction what ended: a report is there
 * exactly when the result is, once. Workspaces that did not ask are recorded as if there were no reports.
 * What was sent counts in the statistics of its endpoint. Gives the ids that `recordResults` names.
 */
export async function recordReported(
  hub: DeliveryParts,
  pool: pg.Pool,
  results: readonly Result[],
  worker: string,
): Promise<Set<string>> {
  const done = await recordEach(hub, pool, results, worker)
  statisticsOf(hub).note(results)
  return done
}

async function recordEach(
  hub: DeliveryParts,
  pool: pg.Pool,
  results: readonly Result[],
  worker: string,
): Promise<Set<string>> {
  const readers = await reportReaders(hub, pool)
  const wanted = (result: Result) => {
    const { kind } = result.verdict
    return (kind === 'delivered' || kind === 'failed') && isReportWanted(readers, result.delivery, kind)
  }
  const reported = readers.size === 0 ? [] : results.filter(wanted)
  if (reported.length === 0) return recordResults(pool, results, worker)
  const others = results.filter(result => !wanted(result))
  // The transaction has no other connection to load them with, and remembers nothing of what it loads.
  const cache = subscriptionCacheOf(hub)
  for (const workspaceId of new Set(reported.map(({ delivery }) => delivery.workspaceId))) {
    await cache.get(hub.db, workspaceId)
  }
  const done = await Promise.all([
    others.length === 0 ? new Set<string>() : recordResults(pool, others, worker),
    inTransaction(pool, async client => {
      const finished = await recordResults(client, reported, worker, { naming: true })
      const ended = reported.filter(({ delivery }) => finished.has(delivery.id)).map(endedOf)
      if (ended.length > 0) await publishReports(hub, client, ended)
      return finished
    }),
  ])
  hub.wake.soon()
  return new Set([...done[0], ...done[1]])
}

function endedOf({ delivery, verdict, outcome }: Result): Ended {
  const { id, workspaceId, endpointId, eventId } = delivery
  return {
    id,
    workspaceId,
    endpointId,
    eventId,
    status: verdict.kind === 'delivered' ? 'delivered' : 'failed',
    attempts: delivery.attempts + (outcome ? 1 : 0),
    statusCode: outcome?.status ?? null,
    error: outcome?.error ?? null,
    reason: 'reason' in verdict ? verdict.reason : null,
  }
}

/** Runs work on one connection, and commits what it did or none of it. */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await holdingOne(pool, () => work(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((fault: Error) => (broken = fault))
    throw error
  } finally {
    client.release(broken)
  }
}
