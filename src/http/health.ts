import { withinDeadline } from '../deadline.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { findOutage } from '../delivery/recovery/outage.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { checkTemporal } from '../temporal/health.ts'

export interface Check {
  status: 'ok' | 'failed'
  /** Why it failed, in a few fixed words. */
  reason?: string
  /** For what goes on by itself: when it is looked at again. */
  until?: string
  tookMs: number
}

export interface Readiness {
  /**
   * `degraded`: Temporal is away, and what is asked of it is caught up on later; or all deliveries pause, since no endpoint
   * can be reached. What only needs Postgres works.
   */
  status: 'ready' | 'degraded' | 'down'
  checks: { postgres: Check; migrations: Check; temporal: Check; deliveries: Check }
}

const timeoutMs = 2_000

/** Looks at everything the hub needs, at once and each within 2 seconds. */
export async function checkReadiness(hub: Hub): Promise<Readiness> {
  const [postgres, migrations, temporal, deliveries] = await Promise.all([
    check('not reachable', async () => void (await hub.pool.query('select 1'))),
    check('not applied, or not known: run `npm run migrate`', async () => {
      const pending = await pendingMigrations(hub.db)
      if (pending.length > 0) throw new HubError('INTERNAL', { message: 'migrations are pending' })
    }),
    check('not reachable, or without the namespace', () => checkTemporal(hub.temporal, timeoutMs)),
    check('not known', async () => {
      const outage = await findOutage(hub.pool)
      if (outage) throw new Paused('paused: no endpoint can be reached', outage.nextProbeAt)
    }),
  ])
  const down = postgres.status === 'failed' || migrations.status === 'failed'
  const degraded = temporal.status === 'failed' || deliveries.status === 'failed'
  const status = down ? 'down' : degraded ? 'degraded' : 'ready'
  return { status, checks: { postgres, migrations, temporal, deliveries } }
}

async function check(reason: string, work: () => Promise<void>): Promise<Check> {
  const startedAt = performance.now()
  const took = () => Math.round(performance.now() - startedAt)
  try {
    await withinDeadline(work(), timeoutMs, reason)
    return { status: 'ok', tookMs: took() }
  } catch (error) {
    if (!(error instanceof Paused)) return { status: 'failed', reason, tookMs: took() }
    return { status: 'failed', reason: error.message, until: error.until.toISOString(), tookMs: took() }
  }
}

/** It works, and waits until an instant. */
class Paused extends Error {
  readonly until: Date

  constructor(reason: string, until: Date) {
    super(reason)
    this.until = until
  }
}
