import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { appCredentials } from '../../provider-apps/store.ts'
import { providerOf } from '../../catalogue/find.ts'
import type { ConnectAttempt } from './attempt-store.ts'
import { identify, type Account } from '../health/identity.ts'
import { oauthOf } from '../refresh/refresh.ts'
import { findConnection } from '../store.ts'

/** Asks the provider whose account the token of an attempt opens. @throws HubError as `identify` */
export async function accountOfAttempt(
  hub: ConnectionParts,
  attempt: ConnectAttempt,
  accessToken: string,
): Promise<Account> {
  const connection = await findConnection(hub.db, attempt.workspaceId, attempt.connectionId)
  const method = oauthOf(attempt.provider)
  if (!method) throw new HubError('OAUTH_FAILED')
  const { baseUrls } = await appCredentials(hub, connection)
  return identify(hub, {
    definition: providerOf(attempt.provider),
    method,
    environment: connection.environment,
    baseUrls,
    config: { ...connection.config, ...attempt.captured },
    accessToken,
    permits: {
      workspaceId: connection.workspaceId,
      connectionId: connection.id,
      providerAppId: connection.providerAppId,
      provider: connection.provider,
    },
  })
}
