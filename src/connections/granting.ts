import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import type { FetchLimits, GrantCall, Way } from '../grants/grant.ts'
import { wayOf } from '../grants/ways.ts'
import type { Outgoing } from '../outgoing/agent.ts'
import { appSettings, type AppSettings } from '../provider-apps/store.ts'
import { methodOf } from './method.ts'
import type { ConnectionParts } from './parts.ts'
import type { Connection } from './store.ts'

/** Whose credential it is: what of a connection the way to it depends on. */
export type GrantOwner = Pick<Connection, 'workspaceId' | 'provider' | 'providerAppId' | 'method' | 'config' | 'scopes'>

/** The way to a connection's credential, and what it is gone with. */
export interface Granting {
  definition: ProviderDefinition
  method: AuthMethod
  way: Way
  app: AppSettings
  /** @param limits of one call; as the settings say unless given */
  call: (limits?: FetchLimits) => GrantCall
}

/** @throws HubError `INVALID_PROVIDER`, `INVALID_REQUEST`, `PROVIDER_APP_NOT_FOUND` */
export async function grantingOf(hub: ConnectionParts, owner: GrantOwner): Promise<Granting> {
  const { definition, method } = await methodOf(hub, owner)
  const outgoing = await hub.outgoing.of(owner.workspaceId)
  return grantingBy(hub, outgoing, owner, { definition, method }, await appSettings(hub, owner))
}

/** The same where the method, the app and the workspace's way out are known. */
export function grantingBy(
  hub: ConnectionParts,
  outgoing: Outgoing,
  { config, scopes }: GrantOwner,
  { definition, method }: Pick<Granting, 'definition' | 'method'>,
  app: AppSettings,
): Granting {
  const usual = { timeoutMs: hub.connectionSettings.tokenCallTimeoutMs }
  return {
    definition,
    method,
    way: wayOf(method),
    app,
    call: (limits = usual) => ({ outgoing, definition, app, config, scopes, limits }),
  }
}
