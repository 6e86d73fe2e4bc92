import { sql } from 'kysely'
import type { ConnectionParts } from './parts.ts'
import { startSoon } from '../temporal/start.ts'
import { unfinishedAttempts } from './attempts/attempt-store.ts'
import { recoverProviderId, type TokenServer } from './contract.ts'
import { disconnectInput } from './ending/disconnect.ts'
import { warnOfEnds } from './ending/warn-of-ends.ts'
import { tellOverdueImports } from './imports/tell-import.ts'
import { failAttempt } from './attempts/fail-attempt.ts'
import { handOver } from './attempts/hand-over.ts'
import { recoverySettings } from './policy.ts'
import { connectionFromRow } from './store.ts'
import { showWithinMs } from './trouble/trouble.ts'
import { extendProviderRecovery } from './trouble/outage-store.ts'
import { abandonedRecoveries, extendRecovery } from './trouble/trouble-store.ts'
import { disconnectAccountStart, recoverProviderStart, refreshConnectionStart } from './workflow-starts.ts'

/**
 * Starts what a crash, or Temporal's absence, left unstarted: callbacks that no workflow was told of, connections that wait
 * to be disconnected, recoveries and imports whose workflow does not show itself; ends attempts whose person did not come back; and tells of
 * grants that end.
 * Joining a workflow that runs is harmless. Gives how many were seen to.
 */
export async function reconcileConnections(hub: ConnectionParts, limit: number): Promise<number> {
  const counts = [
    await reconcileAttempts(hub, limit),
    await reconcileDisconnects(hub, limit),
    await warnOfEnds(hub, limit),
    await tellOverdueImports(hub, limit),
  ]
  return counts.reduce((sum, count) => sum + count, await reconcileRecoveries(hub, limit))
}

async function reconcileAttempts(hub: ConnectionParts, limit: number): Promise<number> {
  const attempts = await unfinishedAttempts(hub.db, limit, { handMs: 10_000, finishMs: 15 * 60_000 })
  let done = 0
  for (const attempt of attempts) {
    if (attempt.status === 'awaiting' || attempt.status === 'choosing') {
      const { workspaceId, id: attemptId } = attempt
      await failAttempt(hub, { workspaceId, attemptId }, { to: 'expired', code: 'ATTEMPT_EXPIRED', actor: 'reconcile' })
      done += 1
    } else if (await handOver(hub, attempt)) done += 1
    else break
  }
  return done
}

async function reconcileDisconnects(hub: ConnectionParts, limit: number): Promise<number> {
  // Over connections_disconnecting.
  const rows = await hub.db
    .selectFrom('connections')
    .selectAll()
    .where('status', '=', sql<'disconnecting'>`'disconnecting'`)
    .where('status_changed_at', '<', sql<Date>`now() - interval '10 seconds'`)
    .orderBy('status_changed_at')
    .limit(limit)
    .execute()
  let done = 0
  for (const row of rows) {
    const input = disconnectInput(connectionFromRow(row))
    if (!(await startSoon(hub.temporal, hub.log, disconnectAccountStart(input)))) break
    done += 1
  }
  return done
}

async function reconcileRecoveries(hub: ConnectionParts, limit: number): Promise<number> {
  const servers = new Map<string, TokenServer>()
  let done = 0
  for (const { recovery, host, ...ref } of await abandonedRecoveries(hub.db, limit)) {
    const server = { provider: ref.provider, host }
    if (recovery === 'provider') {
      servers.set(recoverProviderId(server), server)
      continue
    }
    const start = refreshConnectionStart({ ...ref, settings: recoverySettings, force: false })
    if (!(await startSoon(hub.temporal, hub.log, start))) return done
    await extendRecovery(hub.db, ref, showWithinMs)
    done += 1
  }
  for (const server of servers.values()) {
    const start = recoverProviderStart({ ...server, settings: recoverySettings })
    if (!(await startSoon(hub.temporal, hub.log, start))) return done
    await extendProviderRecovery(hub.db, server, showWithinMs)
    done += 1
  }
  return done
}
