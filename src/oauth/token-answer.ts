import { TransportError } from '../providers/send.ts'
import type { OAuth2 } from '../providers/auth.ts'
import { parseRetryAfter } from '../outgoing/retry-after.ts'
import { TokenError, type TokenFailure } from './token-error.ts'

/** What the hub needs of a successful token answer (RFC 6749 5.1). */
export interface TokenGrant {
  accessToken: string
  /** Absent when the provider gave no new one: the one that was spent stays good. */
  refreshToken: string | undefined
  /** As the provider says; undefined when it does not, which means as asked for. */
  scopes: string[] | undefined
  expiresInMs: number | undefined
  refreshExpiresInMs: number | undefined
}

// RFC 6749 5.2 and 4.1.2.1: the client's fault, not the grant's.
const clientFaults = ['invalid_client', 'unauthorized_client']

/** The error that a token endpoint's answer tells of, or undefined when it tells of none. */
export async function errorInAnswer(method: OAuth2, response: Response): Promise<TokenError | undefined> {
  if (response.status === 200 && method.errorsInside200 !== true) return undefined
  const code = await errorCodeOf(response)
  if (response.status === 200 && code === undefined) return undefined
  const wait = parseRetryAfter(response.headers.get('retry-after'), Date.now())
  if (response.status === 429) return new TokenError('rate_limited', { providerCode: code, retryAfterMs: wait })
  // A gateway's 5xx leaves open whether the server behind it has acted.
  if (response.status >= 500) {
    return new TokenError('down', { ambiguous: true, providerCode: code, retryAfterMs: wait })
  }
  if (code === undefined) return new TokenError('down', { ambiguous: response.status < 400 })
  return new TokenError(meaningOf(method, code), { providerCode: code })
}

function meaningOf(method: OAuth2, code: string): TokenFailure {
  if (method.deadGrant.includes(code)) return 'dead_grant'
  if (method.badClient?.includes(code) || clientFaults.includes(code)) return 'bad_client'
  if (code === 'temporarily_unavailable' || code === 'server_error') return 'down'
  return 'refused'
}

async function errorCodeOf(response: Response): Promise<string | undefined> {
  try {
    const body: unknown = await response.clone().json()
    const code = (body as { error?: unknown } | null)?.error
    // Only what looks like a code: it is shown to operators, so no text of the provider's gets through.
    return typeof code === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

/** An answer without the id_token, which the hub does not use and so does not judge. */
export async function withoutIdToken(response: Response): Promise<Response> {
  try {
    const body = (await response.clone().json()) as Record<string, unknown>
    if (!('id_token' in body)) return response
    delete body.id_token
    return new Response(JSON.stringify(body), { status: response.status, headers: response.headers })
  } catch {
    return response
  }
}

/** The parts of a token answer. `members` is what oauth4webapi has validated. */
export function grantOf(method: OAuth2, members: Record<string, unknown>): TokenGrant {
  const scope = typeof members.scope === 'string' ? members.scope : undefined
  const seconds = (value: unknown) => {
    const number = typeof value === 'string' ? Number(value) : value
    return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number * 1000 : undefined
  }
  return {
    accessToken: members.access_token as string,
    refreshToken:
      typeof members.refresh_token === 'string' && members.refresh_token ? members.refresh_token : undefined,
    scopes: scope === undefined ? undefined : scope.split(/[ ,]+/).filter(Boolean),
    expiresInMs: seconds(members.expires_in),
    refreshExpiresInMs: method.refreshExpiresIn ? seconds(members[method.refreshExpiresIn]) : undefined,
  }
}

/** Any failure of a token call as a TokenError. */
export function asTokenError(error: unknown): TokenError {
  if (error instanceof TokenError) return error
  if (error instanceof TransportError) return new TokenError('down', { ambiguous: error.sent, cause: error })
  // What oauth4webapi could not make sense of: a token may have been lost in it. Its error carries the answer: not kept.
  return new TokenError('down', { ambiguous: true })
}
