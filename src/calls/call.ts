/** One call to a provider's API. */
export interface ProviderCall {
  /** `VERIFY`: nothing but a proof of the credential, of a method that is not HTTP's. */
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'VERIFY'
  /** Which of the platform's hosts; `api` unless given. */
  host?: string
  /** The name of the connection's second token that it is made with; the connection's own unless given. */
  as?: string
  /** From the host's base, with `{name}` filled from the connection's configuration. */
  path: string
  /** A parameter with several values is said as often. */
  query?: Record<string, string | number | boolean | readonly string[]>
  headers?: Record<string, string>
  /** Sent as JSON unless it is a URLSearchParams. */
  body?: unknown
  /** What it is expected to cost, where the platform counts the cost of calls. */
  cost?: number
  /** An answer that is not JSON is one too, without a body. */
  anyAnswer?: boolean
  timeoutMs?: number
  signal?: AbortSignal
}

export interface ProviderAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The parsed JSON body, with numbers that no double holds as `ExactNumber`; undefined when there was none. */
  body: unknown
  /** The URL that was called, the base that its path followed on, and what else may be called. */
  calledAt: CalledAt
}

export interface CalledAt {
  base: string
  url: string
  hosts: readonly Host[]
  /** Parameters that carried the credential: whoever follows an address leaves them out. */
  unsaid: readonly string[]
}

/** One of a platform's hosts, as a connection reaches it. */
export interface Host {
  name: string
  /** What paths follow on. */
  base: string
  /** The same as the platform itself says it, where the app reaches it elsewhere. */
  own: string
}

/**
 * Calls the API of one connection with its live token: bounded in time and size, within the provider's rate limits, and
 * once more with a refreshed token after a 401.
 * @throws HubError `RATE_LIMITED` (whatever the status, with `retryAfterMs`), `PROVIDER_UNREACHABLE`, `PROVIDER_ERROR` (5xx,
 * unreadable body), `PROVIDER_REJECTED` (other 4xx, and what the platform calls an error in a 200, with
 * `details: { status, providerCode?, meaning? }`), `TOKEN_EXPIRED`
 */
export interface ProviderClient {
  call(call: ProviderCall): Promise<ProviderAnswer>
}
