import { HubError } from '../../errors.ts'
import { accountOf } from '../health/identity.ts'
import { methodOf } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import type { Connection } from '../store.ts'
import { callSecond } from './call-second.ts'
import { endSecond } from './end-second.ts'
import { changeSecond } from './second-store.ts'

/**
 * Verifies a connection's second token with its own call, refreshed where it is refused and that is possible. It is dead when the
 * platform refuses it twice, some time apart; anything else says nothing about it.
 */
export async function checkSecond(hub: ConnectionParts, connection: Connection, actor: string): Promise<void> {
  if (connection.second?.status !== 'connected') return
  const { workspaceId, id: connectionId, second } = connection
  const { method } = await methodOf(hub, connection)
  const declared = 'second' in method ? method.second : undefined
  if (!declared) return
  const client = {
    call: (call: Parameters<typeof callSecond>[2]) =>
      callSecond(hub, { workspaceId, connectionId, as: second.as, actor }, call, {
        async taken(live) {
          if (live.second.refusedAt !== null) await changeSecond(hub.db, connection, live.second, { refusedAt: null })
        },
        async refused(live) {
          const { refusedAt } = live.second
          if (refusedAt === null)
            await changeSecond(hub.db, connection, live.second, { refusedAt: new Date().toISOString() })
          else if (Date.now() - Date.parse(refusedAt) >= hub.connectionSettings.refusalsApartMs)
            await endSecond(hub, connection, live.second, actor)
        },
      }),
  }
  try {
    await accountOf(declared.identity, client, connection.config, hub.connectionSettings.identityTimeoutMs)
  } catch (error) {
    // A refusal, which is written; limits, an outage, a refresh that found it dead and has written that.
    if (!(error instanceof HubError)) throw error
  }
}
