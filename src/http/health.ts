import { withinDeadline } from '../deadline.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { checkTemporal } from '../temporal/health.ts'

export interface Check {
  status: 'ok' | 'failed'
  /** Why it failed, in a few fixed words. */
  reason?: string
  tookMs: number
}

export interface Readiness {
  /** `degraded`: Temporal is away. What only needs Postgres works, and what it asks of Temporal is caught up on. */
  status: 'ready' | 'degraded' | 'down'
  checks: { postgres: Check; migrations: Check; temporal: Check }
}

const timeoutMs = 2_000

/** Looks at everything the hub needs, at once and each within 2 seconds. */
export async function checkReadiness(hub: Hub): Promise<Readiness> {
  const [postgres, migrations, temporal] = await Promise.all([
    check('not reachable', async () => void (await hub.pool.query('select 1'))),
    check('not applied, or not known: run `npm run migrate`', async () => {
      const pending = await pendingMigrations(hub.db)
      if (pending.length > 0) throw new HubError('INTERNAL', { message: 'migrations are pending' })
    }),
    check('not reachable, or without the namespace', () => checkTemporal(hub.temporal, timeoutMs)),
  ])
  const down = postgres.status === 'failed' || migrations.status === 'failed'
  const status = down ? 'down' : temporal.status === 'failed' ? 'degraded' : 'ready'
  return { status, checks: { postgres, migrations, temporal } }
}

async function check(reason: string, work: () => Promise<void>): Promise<Check> {
  const startedAt = performance.now()
  const took = () => Math.round(performance.now() - startedAt)
  try {
    await withinDeadline(work(), timeoutMs, reason)
    return { status: 'ok', tookMs: took() }
  } catch {
    return { status: 'failed', reason, tookMs: took() }
  }
}
