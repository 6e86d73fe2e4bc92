import type { Client } from '@temporalio/client'
import type pg from 'pg'
import type { Config } from './config.ts'
import type { ConnectionFollower } from './connections/change-status.ts'
import { connectionSettings, type ConnectionSettings } from './connections/policy.ts'
import { KeyRing } from './credentials/key-ring.ts'
import { CredentialStore } from './credentials/store.ts'
import { createDatabase, createPool, type Database } from './db/database.ts'
import { deliveryPolicy, type DeliveryPolicy } from './delivery/policy.ts'
import { createWake, type Wake } from './delivery/dispatch/wake.ts'
import { createLogger, type Logger } from './logger.ts'
import { createOutgoing, type Outgoing } from './outgoing/agent.ts'
import { followConnection } from './sync/follow-connection.ts'
import { connectTemporal } from './temporal/start.ts'

/** What features work with: made once per process, passed at the edges. Each part can be given by a test. */
export interface Hub {
  config: Config
  log: Logger
  pool: pg.Pool
  db: Database
  credentials: CredentialStore
  temporal: Client
  /** Calls to other hosts: bounded, and guarded against private addresses. */
  outgoing: Outgoing
  /** How long connecting and refreshing may take; a test shrinks these. */
  connectionSettings: ConnectionSettings
  /** What features above do when a connection changes its state. */
  connectionFollowers: ConnectionFollower[]
  /** How deliveries behave over time; a test shrinks it. */
  deliveryPolicy: DeliveryPolicy
  /** Tells the dispatchers that something is due. */
  wake: Wake
  close(): Promise<void>
}

/** The composition root. Nothing connects before it is first used. */
export function createHub(
  config: Config,
  overrides: Partial<Omit<Hub, 'config' | 'close'>> & { name?: string } = {},
): Hub {
  const name = overrides.name ?? 'causeway'
  const log = overrides.log ?? createLogger({ level: config.logLevel, name })
  const pool = overrides.pool ?? createPool(config.database, log, { name, shared: true })
  const db = overrides.db ?? createDatabase(pool)
  const temporal = overrides.temporal ?? connectTemporal(config.temporal)
  const outgoing = overrides.outgoing ?? createOutgoing(config.outgoing)
  const wake =
    overrides.wake ??
    // What was notified of is committed already: nobody waits for the notification to be durable.
    createWake(
      createPool({ ...config.database, poolSize: 1 }, log, {
        name: `${name}-wake`,
        settings: '-c synchronous_commit=off',
      }),
    )
  return {
    config,
    log,
    pool,
    db,
    credentials: overrides.credentials ?? new CredentialStore(new KeyRing(config.encryptionKeys)),
    temporal,
    outgoing,
    connectionSettings: overrides.connectionSettings ?? connectionSettings,
    connectionFollowers: overrides.connectionFollowers ?? [followConnection],
    deliveryPolicy: overrides.deliveryPolicy ?? deliveryPolicy,
    wake,
    async close() {
      await Promise.allSettled([wake.close(), db.destroy(), temporal.connection.close(), outgoing.close()])
    },
  }
}
