import type { AuthMethod } from '../../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import { findProvider } from '../../catalogue/find.ts'
import { HubError } from '../../errors.ts'
import { findProviderApp } from '../../provider-apps/store.ts'
import { chooseMethod, environmentOf, type Beginning } from '../method.ts'
import type { ConnectionParts } from '../parts.ts'
import type { NewConnection } from '../store.ts'

/** What is said of an account that is to be connected, and whether a credential is given. */
export interface Planned {
  provider: string
  /** The id of a method; undefined where what is given leaves one only. */
  method: string | undefined
  providerAppId: string | null
  /** Undefined: the method's first, else the provider's. */
  environment: string | undefined
  scopes: string[]
  metadata: Record<string, unknown>
  ownerId: string | null
  tags: string[]
  credentials: object | undefined
  import: object | undefined
}

/**
 * Settles by which method, in which environment and with which app an account is to be connected.
 * @throws HubError `INVALID_PROVIDER`, `INVALID_REQUEST`, `PROVIDER_APP_NOT_FOUND`
 */
export async function planConnection(
  hub: ConnectionParts,
  workspaceId: string,
  request: Planned,
): Promise<{
  definition: ProviderDefinition
  method: AuthMethod
  connecting: Omit<NewConnection, 'id' | 'authKind'> & { scopes: string[] }
}> {
  const definition = await findProvider(hub, workspaceId, request.provider)
  const named = request.environment
  if (named !== undefined && !Object.hasOwn(definition.environments, named)) {
    const known = Object.keys(definition.environments).join(', ')
    throw new HubError('INVALID_REQUEST', { message: `${definition.name} has these environments: ${known}.` })
  }
  const { provider, providerAppId, scopes, metadata, ownerId, tags } = request
  if (providerAppId !== null) await assertAppOf(hub, workspaceId, providerAppId, provider)
  const method = chooseMethod(definition, beginningOf(request), request.method, named)
  const environment = named ?? environmentOf(definition, method)
  return {
    definition,
    method,
    connecting: {
      ...{ workspaceId, provider, providerAppId, environment },
      ...{ method: method.id, scopes, metadata, ownerId, tags },
    },
  }
}

function beginningOf({ credentials, import: imported }: Planned): Beginning {
  if (credentials) return 'fields'
  return imported ? 'import' : 'nothing'
}

async function assertAppOf(
  hub: ConnectionParts,
  workspaceId: string,
  providerAppId: string,
  provider: string,
): Promise<void> {
  const app = await findProviderApp(hub.db, workspaceId, providerAppId)
  if (app.provider !== provider) {
    throw new HubError('INVALID_REQUEST', { message: `The provider app is one of ${app.provider}.` })
  }
}
