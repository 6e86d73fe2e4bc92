import { HubError } from '../../errors.ts'
import { refusesCredential } from '../../calls/errors.ts'
import { callProvider } from '../../calls/request.ts'
import { targetOf } from '../../calls/target.ts'
import { grantingOf } from '../granting.ts'
import { accountOf } from '../health/identity.ts'
import type { ConnectionParts } from '../parts.ts'
import { namedSecret } from '../tokens/tokens.ts'
import type { Connection } from '../store.ts'
import { endSecond } from './end-second.ts'
import { freshSecond } from './fresh-second.ts'
import { changeSecond } from './second-store.ts'

/**
 * Verifies a connection's second token with its own call, refreshed where it is refused and that is possible. It is dead when the
 * platform refuses it twice, some time apart; anything else says nothing about it.
 */
export async function checkSecond(hub: ConnectionParts, connection: Connection, actor: string): Promise<void> {
  if (connection.second?.status !== 'connected') return
  const { workspaceId, id: connectionId, second } = connection
  const { definition, method, app } = await grantingOf(hub, connection)
  const declared = 'second' in method ? method.second : undefined
  if (!declared) return
  const demand = { workspaceId, connectionId, as: second.as, actor }
  const call = async (refusedGeneration?: number): Promise<void> => {
    const live = await freshSecond(hub, { ...demand, refusedGeneration })
    const target = targetOf(definition, method, connection, app, namedSecret(live.tokens))
    const client = { call: (asked: Parameters<typeof callProvider>[2]) => callProvider(hub, target, asked) }
    try {
      await accountOf(declared.identity, client, connection.config, hub.connectionSettings.identityTimeoutMs)
      if (live.second.refusedAt !== null) await changeSecond(hub.db, connection, live.second, { refusedAt: null })
    } catch (error) {
      if (!refusesCredential(error)) throw error
      if (refusedGeneration === undefined && live.tokens.refreshToken !== undefined) return call(live.second.generation)
      const { refusedAt } = live.second
      const sinceMs = refusedAt === null ? 0 : Date.now() - Date.parse(refusedAt)
      if (refusedAt === null)
        await changeSecond(hub.db, connection, live.second, { refusedAt: new Date().toISOString() })
      else if (sinceMs >= hub.connectionSettings.refusalsApartMs) await endSecond(hub, connection, live.second, actor)
    }
  }
  try {
    await call()
  } catch (error) {
    // Limits, an outage, a refresh that found it dead and has written that.
    if (!(error instanceof HubError)) throw error
  }
}
