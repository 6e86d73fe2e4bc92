import type { Executor } from '../db/database.ts'
import { HubError } from '../errors.ts'
import { findProvider } from '../catalogue/find.ts'
import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import type { ConnectionParts } from './parts.ts'

/** What a caller gives to begin: the fields of the method, tokens from elsewhere, or nothing: then there is a person to ask, or nobody. */
export type Beginning = 'nothing' | 'fields' | 'import'

/** What is made by a method of a platform. */
export interface MethodOwner {
  workspaceId: string
  provider: string
  /** The method's id. */
  method: string
}

/** The platform of a connection or an attempt, and the method of it. @throws HubError `INVALID_PROVIDER`, `INVALID_REQUEST` */
export async function methodOf(
  hub: ConnectionParts,
  owner: MethodOwner,
  db: Executor = hub.db,
): Promise<{ definition: ProviderDefinition; method: AuthMethod }> {
  const definition = await findProvider(hub, owner.workspaceId, owner.provider, db)
  const method = definition.auth.find(({ id }) => id === owner.method)
  if (!method) throw new HubError('INVALID_REQUEST', { message: `${definition.name} does not connect that way.` })
  return { definition, method }
}

/**
 * The method by which an account is to be connected: the one that is named, else the only one that begins so, in the
 * environment that is named.
 * @throws HubError `INVALID_REQUEST` saying which there are
 */
export function chooseMethod(
  definition: ProviderDefinition,
  beginning: Beginning,
  id: string | undefined,
  environment?: string,
): AuthMethod {
  const fitting = definition.auth.filter(method => beginsBy(method, beginning) && isFor(method, environment))
  const usual = fitting.filter(method => !method.byNameOnly)
  const [first, another] = id === undefined ? usual : fitting.filter(method => method.id === id)
  if (first && !another) return first
  const isKnown = definition.auth.some(method => method.id === id)
  const message =
    id !== undefined && !isKnown
      ? `${definition.name} has these methods: ${definition.auth.map(method => method.id).join(', ')}.`
      : id === undefined && fitting.length > 0
        ? `Name the method: ${fitting.map(method => method.id).join(' or ')}.`
        : refusal(definition, beginning, id, environment)
  throw new HubError('INVALID_REQUEST', { message })
}

function isFor({ environments }: AuthMethod, environment: string | undefined): boolean {
  return environment === undefined || (environments?.includes(environment) ?? true)
}

/** The environment that is meant by a method where none is named: the method's first, else the platform's. */
export function environmentOf({ environments }: ProviderDefinition, method: AuthMethod): string {
  return method.environments?.[0] ?? Object.keys(environments)[0]!
}

function refusal({ name, auth }: ProviderDefinition, beginning: Beginning, id?: string, environment?: string): string {
  const elsewhere = auth.some(method => beginsBy(method, beginning) && (id ?? method.id) === method.id)
  if (elsewhere) return `${name} does not connect that way in ${environment}.`
  switch (beginning) {
    case 'nothing':
      return `${name} is connected by credentials.`
    case 'fields':
      return `${name} does not connect by credentials.`
    case 'import':
      return 'Only OAuth connections can be imported.'
  }
}

/** Whether a method is begun so. */
export function beginsBy(method: AuthMethod, beginning: Beginning): boolean {
  switch (method.kind) {
    case 'oauth2':
      return beginning !== 'fields'
    case 'app_installation':
    case 'key_delivery':
      return beginning === 'nothing'
    case 'client_credentials':
    case 'jwt_assertion':
      return beginning === (method.fields ? 'fields' : 'nothing')
    case 'token_exchange':
    case 'api_key':
    case 'smtp':
      return beginning === 'fields'
  }
}
