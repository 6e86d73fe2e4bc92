import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { textAt } from '../providers/json-path.ts'
import { callProvider, type CallTarget, type ProviderClient } from '../providers/request.ts'
import type { ProviderDefinition } from '../providers/definition.ts'

/** Whose account it is, as the provider says. */
export interface Account {
  id: string
  name: string | null
}

/**
 * Asks the provider whose account a credential opens. @throws HubError `INVALID_CREDENTIALS` when it opens none; as
 * `ProviderClient` otherwise
 */
export async function identify(hub: Hub, target: CallTarget): Promise<Account> {
  const client: ProviderClient = { call: call => callProvider(hub, target, call) }
  return accountOf(target.definition, client, target.config, hub.connectionSettings.identityTimeoutMs)
}

/** The same through a client that has a connection's credential. */
export async function accountOf(
  definition: ProviderDefinition,
  client: ProviderClient,
  config: Record<string, string>,
  timeoutMs: number,
): Promise<Account> {
  const { identity } = definition
  try {
    const { body } = await client.call({ method: 'GET', path: identity.get, timeoutMs })
    const id = typeof identity.id === 'string' ? textAt(body, identity.id) : config[identity.id.captured]
    if (id === undefined)
      throw new HubError('PROVIDER_ERROR', { message: 'The provider did not say whose account it is.' })
    return { id, name: textAt(body, identity.name) ?? null }
  } catch (error) {
    if (refusesCredential(error)) throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}

/** Whether the provider answered that the credential is not good, or not for this. */
export function refusesCredential(error: unknown): boolean {
  if (!(error instanceof HubError) || error.code !== 'PROVIDER_REJECTED') return false
  const { status } = error.details as { status?: number }
  return status === 401 || status === 403
}
