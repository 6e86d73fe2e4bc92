/** Why an attempt failed: the class only, never an address or a text of the receiver's. */
export type ErrorClass = 'dns' | 'connect' | 'tls' | 'timeout' | 'reset' | 'status' | 'blocked'

/** What one attempt came to. */
export interface Outcome {
  /** Milliseconds since 1970. */
  sentAt: number
  durationMs: number
  /** The version of the endpoint's configuration that it was sent with. */
  endpointVersion: number
  /** The event that the endpoint's URL is to be proved by, if it waits for one. */
  testEventId?: string
  /** Undefined when no answer came. */
  status?: number
  /** Undefined when it succeeded: a 2xx whose body ended, or was cut at its limit, in time. */
  error?: ErrorClass
  /** The first 16 KiB of the answer's body. */
  answer?: Buffer
  /** The answer's Retry-After header; a list when it is there more than once. */
  retryAfter?: string | string[]
}

/** The error as it is stored and shown: `timeout`, or `status 503`. */
export function describeError(outcome: Outcome): string | null {
  if (outcome.error === undefined) return null
  return outcome.error === 'status' ? `status ${outcome.status}` : outcome.error
}

/** Whether the answer asks the sender to slow down: 429, 502, 503 and 504 do (Standard Webhooks). */
export function asksForLess({ status }: Outcome): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504
}

const byCode: Record<string, ErrorClass> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'connect',
  EHOSTUNREACH: 'connect',
  ENETUNREACH: 'connect',
  EADDRNOTAVAIL: 'connect',
  ETIMEDOUT: 'connect',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  BLOCKED_ADDRESS: 'blocked',
}

/** The class of what undici, TLS, DNS or the socket reported. */
export function classifyError(error: unknown): ErrorClass {
  const first = error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error
  const code = (first as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return 'reset'
  if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/.test(code))
    return 'tls'
  return byCode[code] ?? 'reset'
}
