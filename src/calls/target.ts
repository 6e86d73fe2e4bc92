import type { AuthMethod } from '../catalogue/schema/auth.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import type { PermitSubject } from '../limits/held-limits.ts'
import type { Host, ProviderCall } from './call.ts'
import { hostsOf } from './hosts.ts'
import { fillPath } from './template.ts'

/** Where the calls of one connection go, with which credential and on whose behalf. */
export interface CallTarget {
  definition: ProviderDefinition
  method: AuthMethod
  environment: string
  /** Replacements of the provider's origins, from the provider app. */
  baseUrls: Record<string, string>
  config: Record<string, string>
  /** The credential's fields by name. A token, or a key that is one text, is `accessToken`. */
  secret: Record<string, string>
  /** What the app consists of, for templates that name it. */
  app: Record<string, string>
  permits: PermitSubject
}

/** Whose calls they are: a connection, or one that is being made. */
export interface CallOwner {
  id: string
  workspaceId: string
  provider: string
  /** Null for the environment's app. */
  providerAppId: string | null
  environment: string
  config: Record<string, string>
}

/** The app that calls are made with. */
export interface TargetApp {
  clientId?: string | undefined
  clientSecret?: string | undefined
  fields?: Record<string, string> | undefined
  /** Replacements of the provider's origins. */
  baseUrls: Record<string, string>
}

/**
 * The target of a connection's calls.
 * @param settings of the app that it is connected with
 */
export function targetOf(
  definition: ProviderDefinition,
  method: AuthMethod,
  owner: CallOwner,
  settings: TargetApp,
  secret: Record<string, string>,
): CallTarget {
  const { id: connectionId, workspaceId, provider, providerAppId, environment, config } = owner
  const permits = { workspaceId, connectionId, providerAppId, provider, limits: definition.limits }
  const { baseUrls } = settings
  return { definition, method, environment, baseUrls, config, secret, app: namesOfApp(settings), permits }
}

/** What templates may name of an app. */
export function namesOfApp({ clientId, clientSecret, fields }: Omit<TargetApp, 'baseUrls'>): Record<string, string> {
  return { ...fields, ...(clientId && { clientId }), ...(clientSecret && { clientSecret }) }
}

/** The URL of a call, with the host it is at. @throws HubError `INVALID_REQUEST` where the configuration does not give one */
export function addressOf(target: CallTarget, call: ProviderCall): { url: URL; host: Host; hosts: Host[] } {
  const { host, hosts } = hostsOf(target, call.host ?? 'api')
  const url = new URL(host.base + fillPath(call.path, target.config))
  for (const [name, value] of Object.entries(call.query ?? {})) {
    url.searchParams.delete(name)
    for (const one of [value].flat()) url.searchParams.append(name, String(one))
  }
  return { url, host, hosts }
}
