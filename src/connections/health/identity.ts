import { HubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { textOddity } from '../../json/oddities.ts'
import { textAt } from '../../calls/json-path.ts'
import { asBody, placeOf } from '../../calls/body.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { refusalIn, refusesCredential } from '../../calls/errors.ts'
import { callProvider } from '../../calls/request.ts'
import type { CallTarget } from '../../calls/target.ts'
import type { IdentityDefinition } from '../../catalogue/schema/calls.ts'
import type { AuthMethod } from '../../catalogue/schema/auth.ts'
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
    return await accountOf(
      identityOf(target.definition, target.method),
      client,
      target.config,
      hub.connectionSettings.identityTimeoutMs,
    )
  } catch (error) {
    if (refusesCredential(error) || refusalIn(error)?.status === 403)
      throw new HubError('INVALID_CREDENTIALS', { cause: error })
    throw error
  }
}

/** The call by which a method's connections say whose account they are. */
export function identityOf(definition: ProviderDefinition, method: AuthMethod): IdentityDefinition {
  return method.identity ?? definition.identity
}

/**
 * The same through a client that has a connection's credential; without a call where none tells.
 * @throws HubError as `ProviderClient`, and `INVALID_CREDENTIALS` where a status says so
 */
export async function accountOf(
  identity: IdentityDefinition,
  client: ProviderClient,
  config: Record<string, string>,
  timeoutMs: number,
): Promise<Account> {
  if ('captured' in identity && identity.login) await client.call({ method: 'VERIFY', path: '/', timeoutMs })
  if ('captured' in identity) return { id: known(config[identity.captured]), name: null }
  const anyAnswer = identity.answer === 'any'
  const asked = { ...asBody(identity), ...placeOf(identity), path: identity.get, anyAnswer, timeoutMs }
  const { body } = await client.call(asked).catch((error: unknown) => {
    const refused = identity.refusedBy?.includes(refusalIn(error)?.status ?? 0)
    throw refused ? new HubError('INVALID_CREDENTIALS', { cause: error }) : error
  })
  const id = known(typeof identity.id === 'string' ? textAt(body, identity.id) : config[identity.id.captured])
  const name = identity.name === undefined ? undefined : textAt(body, identity.name)
  // Postgres does not store U+0000, and a token is not to be lost to a name.
  return { id, name: name?.replaceAll('\0', '') ?? null }
}

function known(id: string | undefined): string {
  if (id === undefined || textOddity(id))
    throw new HubError('PROVIDER_ERROR', { message: 'The provider did not say whose account it is.' })
  return id
}
