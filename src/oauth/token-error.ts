/**
 * What a failed call to a token endpoint means: the grant is gone for good; the app's own id or secret is wrong; the
 * request was refused otherwise; too many calls; or the provider is down (an error of its own, or no answer).
 */
export type TokenFailure = 'dead_grant' | 'bad_client' | 'refused' | 'rate_limited' | 'down'

/** A token endpoint gave no token. */
export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly failure: TokenFailure
  /** Whether the provider may have acted on the request although its answer was not received or not readable. */
  readonly ambiguous: boolean
  /** The provider's own word for it, such as `invalid_grant`. */
  readonly providerCode: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(
    failure: TokenFailure,
    options: {
      ambiguous?: boolean
      providerCode?: string | undefined
      retryAfterMs?: number | undefined
      cause?: unknown
    } = {},
  ) {
    super(
      `The token endpoint gave no token: ${failure}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.failure = failure
    this.ambiguous = options.ambiguous ?? false
    this.providerCode = options.providerCode
    this.retryAfterMs = options.retryAfterMs
  }
}
