import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { textOddity } from '../../json/oddities.ts'
import { textAt } from '../../calls/json-path.ts'
import { callProvider, type CallTarget, type ProviderClient } from '../../calls/request.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'

/** Whose account it is, as the provider says. */
export interface Account {
  id: string
  name: string | null
}

/**
 * Asks the provider whose account a credential opens that was just given. @throws HubError `INVALID_CREDENTIALS` when it opens
 * none, or not this; as `ProviderClient` otherwise
 */
export async function identify(hub: ConnectionParts, target: CallTarget): Promise<Account> {
  const client: ProviderClient = { call: call => callProvider(hub, target, call) }
  try {
    return await accountOf(target.definition, client, target.config, hub.connectionSettings.identityTimeoutMs)
  } catch (error) {
    if (statusOf(error) === 401 || statusOf(error) === 403) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}

/** The same through a client that has a connection's credential. @throws HubError as `ProviderClient` */
export async function accountOf(
  definition: ProviderDefinition,
  client: ProviderClient,
  config: Record<string, string>,
  timeoutMs: number,
): Promise<Account> {
  const { identity } = definition
  const { body } = await client.call({ method: 'GET', path: identity.get, timeoutMs })
  const id = typeof identity.id === 'string' ? textAt(body, identity.id) : config[identity.id.captured]
  if (id === undefined || textOddity(id))
    throw new HubError('PROVIDER_ERROR', { message: 'The provider did not say whose account it is.' })
  // Postgres does not store U+0000, and a token is not to be lost to a name.
  return { id, name: textAt(body, identity.name)?.replaceAll('\0', '') ?? null }
}

/** Whether the provider answered that the credential is not good: 401. A 403 is about what may be done with it. */
export function refusesCredential(error: unknown): boolean {
  return statusOf(error) === 401
}

/** The status of a refusal that is not a limit's; undefined for any other error. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof HubError) || error.code !== 'PROVIDER_REJECTED') return undefined
  return (error.details as { status?: number }).status
}
