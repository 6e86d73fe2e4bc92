import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import type { Outgoing } from '../outgoing/agent.ts'

/** What a connection keeps sealed to call its platform: a token or key, and what else belongs to it by name. */
export interface Secret {
  accessToken: string
  refreshToken?: string | undefined
  /** Several named parts, where one text is not all: a pair of keys, or what new tokens are got with. */
  fields?: Record<string, string> | undefined
  /** What a call has told of the account that is secret, by name. */
  found?: Record<string, string> | undefined
}

/** What every way to a credential gives. */
export interface Grant {
  accessToken: string
  /** Absent when the provider gave no new one: the one that was spent stays good. */
  refreshToken: string | undefined
  fields?: Record<string, string> | undefined
  /** What a call has told of the account that is secret, by name. */
  found?: Record<string, string> | undefined
  /** As the provider says; undefined when it does not, which means as asked for. */
  scopes: string[] | undefined
  expiresInMs: number | undefined
  refreshExpiresInMs: number | undefined
  /** What the answer says beside it and calls need, for the connection's configuration. */
  captured?: Record<string, string> | undefined
  /** A second token of the same visit. */
  second?: SecondGrant | undefined
}

/** A token that a visit gives beside the first, with a name of its own. */
export interface SecondGrant extends Pick<Grant, 'accessToken' | 'refreshToken' | 'scopes' | 'expiresInMs'> {
  as: string
  /** Whose it is, as the answer says. */
  accountId: string | undefined
}

/** The app that the hub is at a platform, whatever of it is set. */
export interface GrantApp {
  clientId?: string | undefined
  clientSecret?: string | undefined
  /** Whatever else its platform's definition names, secret or not. */
  fields?: Record<string, string> | undefined
  /** Replacements of the provider's origins. */
  baseUrls: Record<string, string>
}

export interface FetchLimits {
  timeoutMs: number
  signal?: AbortSignal | undefined
  /** Asked when the body is about to leave; see `send`. */
  maySend?: (() => boolean) | undefined
}

/** On whose behalf a credential is obtained, renewed or ended. */
export interface GrantCall {
  outgoing: Outgoing
  /** Whose name its errors say, and what the hosts look like that the configuration fills. */
  definition: Pick<ProviderDefinition, 'name' | 'hostPatterns'>
  app: GrantApp
  /** The connection's configuration. */
  config: Record<string, string>
  /** Scopes that were asked for. */
  scopes: string[]
  limits: FetchLimits
}

/** What a first credential is won with: a code that came by the redirect, or fields that were given. */
export interface Given {
  code?: string | undefined
  verifier?: string | undefined
  redirectUri?: string | undefined
  fields?: Record<string, string> | undefined
}

/** One way to a credential. */
export interface Way {
  /** Obtains the first credential. @throws TokenError, HubError `PROVIDER_APP_MISSING`, `INVALID_CREDENTIALS` */
  obtain: (call: GrantCall, given: Given) => Promise<Grant>
  /** Whether the kept credential can be renewed before it ends. */
  renews: (kept: Secret) => boolean
  /** Obtains another. @throws TokenError, `ambiguous` if the platform may have used up the old one without answering; HubError as `obtain` */
  renew: (call: GrantCall, kept: Secret) => Promise<Grant>
  /** Whether the platform lets a credential be ended. */
  ends: boolean
  /** Ends the credential at the platform; false when there is no way to. @throws TokenError, HubError as `obtain` */
  end: (call: GrantCall, kept: Secret) => Promise<boolean>
}
