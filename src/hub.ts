import { Definitions } from './catalogue/definitions.ts'
import { ownPlatforms } from './catalogue/own/store.ts'
import type { Config } from './config.ts'
import { connectionsOfApp } from './connections/app-user.ts'
import type { ConnectionParts } from './connections/parts.ts'
import { connectionSettings } from './connections/policy.ts'
import { KeyRing } from './credentials/key-ring.ts'
import { CredentialStore } from './credentials/store.ts'
import { createDatabase, createPool } from './db/database.ts'
import { deliveryPolicy } from './delivery/policy.ts'
import { createWake } from './delivery/dispatch/waking/notify.ts'
import { createLogger } from './logger.ts'
import { createOutgoing } from './outgoing/agent.ts'
import { followInbound } from './inbound/follow-connection.ts'
import { followConnection } from './sync/follow-connection.ts'
import { startMetSoon } from './sync/rules/start-met.ts'
import { connectTemporal } from './temporal/connection.ts'
import { allPrivateHosts } from './workspaces/private-hosts.ts'

/** Everything of one process: made once, passed at the edges. Each part can be given by a test. */
export interface Hub extends ConnectionParts {
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
  const outgoing = overrides.outgoing ?? createOutgoing(config.outgoing, undefined, () => allPrivateHosts(db))
  const wake =
    overrides.wake ??
    // What was notified of is committed already: nobody waits for the notification to be durable.
    createWake(
      createPool({ ...config.database, poolSize: 1 }, log, {
        name: `${name}-wake`,
        settings: '-c synchronous_commit=off',
      }),
    )
  const hub: Hub = {
    config,
    log,
    pool,
    db,
    credentials: overrides.credentials ?? new CredentialStore(new KeyRing(config.encryptionKeys)),
    temporal,
    definitions: overrides.definitions ?? new Definitions({ sources: [ownPlatforms] }),
    outgoing,
    connectionSettings: overrides.connectionSettings ?? connectionSettings,
    appUsers: overrides.appUsers ?? [connectionsOfApp],
    connectionFollowers: overrides.connectionFollowers ?? [
      followConnection,
      (trx, connection) => followInbound(hub, trx, connection),
    ],
    deliveryPolicy: overrides.deliveryPolicy ?? deliveryPolicy,
    wake,
    onRulesMet: overrides.onRulesMet ?? (() => startMetSoon(hub)),
    async close() {
      await Promise.allSettled([wake.close(), db.destroy(), temporal.connection.close(), outgoing.close()])
    },
  }
  return hub
}
