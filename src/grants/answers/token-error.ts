import { HubError, type ErrorCode } from '../../errors.ts'
import { TransportError } from '../../calls/send.ts'

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

/**
 * What a failed token call means to whoever asked for it. `refused`: the code for a grant that is dead or was refused, which
 * depends on who gave it.
 */
export function hubErrorOf(error: TokenError, refused: ErrorCode): HubError {
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }
  switch (error.failure) {
    case 'dead_grant':
    case 'refused':
      return new HubError(refused)
    case 'bad_client':
      return new HubError('CLIENT_REFUSED')
    case 'rate_limited':
      return new HubError('RATE_LIMITED', wait)
    case 'down':
      return new HubError(error.cause instanceof TransportError ? 'PROVIDER_UNREACHABLE' : 'PROVIDER_ERROR', wait)
  }
}

/** Runs a token call whose failure is its caller's. @throws HubError as `hubErrorOf`, instead of TokenError */
export async function orHubError<T>(refused: ErrorCode, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof TokenError ? hubErrorOf(error, refused) : error
  }
}
