import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { appCredentials } from '../../provider-apps/store.ts'
import { targetOf } from '../../calls/target.ts'
import { findProvider } from '../../catalogue/find.ts'
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
  const method = await oauthOf(hub, attempt)
  if (!method) throw new HubError('OAUTH_FAILED')
  const app = await appCredentials(hub, connection)
  const owner = { ...connection, config: { ...connection.config, ...attempt.captured } }
  const definition = await findProvider(hub, attempt.workspaceId, attempt.provider)
  return identify(hub, targetOf(definition, method, owner, app, { accessToken }))
}
