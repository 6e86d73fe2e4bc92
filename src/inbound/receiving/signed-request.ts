/** A request as it came: the bytes that were signed, and headers with lower-case names. */
export interface SignedRequest {
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** `POST` unless given. */
  method?: string
  /** The address that it came to, as the platform was given it: public origin, path and query. */
  url?: string
  query?: Record<string, unknown>
  /** Whether its address is one that nobody can guess. */
  addressed?: boolean
}

/** A header's value. One that comes twice is nobody's signature. */
export function headerOf({ headers }: SignedRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? undefined : value
}
