/** One call to a provider's API. */
export interface ProviderCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the API's base, with `{name}` filled from the connection's configuration. */
  path: string
  query?: Record<string, string | number | boolean>
  headers?: Record<string, string>
  /** Sent as JSON unless it is a URLSearchParams. */
  body?: unknown
  timeoutMs?: number
  signal?: AbortSignal
}

export interface ProviderAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The parsed JSON body; undefined when there was none. */
  body: unknown
}

/**
 * Calls the API of one connection with its live token: bounded in time and size, within the provider's rate limits, and
 * once more with a refreshed token after a 401.
 * @throws HubError `RATE_LIMITED` (with `retryAfterMs`), `PROVIDER_UNREACHABLE`, `PROVIDER_ERROR` (5xx, unreadable body),
 * `PROVIDER_REJECTED` (other 4xx, with `details: { status, providerCode? }`), `TOKEN_EXPIRED`
 */
export interface ProviderClient {
  call(call: ProviderCall): Promise<ProviderAnswer>
}
