import { parseRetryAfter } from '../outgoing/retry-after.ts'
import type { OAuth2 } from '../catalogue/schema/auth.ts'
import { lifetimeMs } from '../catalogue/lifetime.ts'
import { TransportError } from '../calls/send.ts'
import { membersIn, type Members } from './answer-body.ts'
import { errorWords, meaningOf, statesError } from './answered-error.ts'
import { statedLifeMs } from './stated-life.ts'
import { TokenError } from './token-error.ts'

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

/** A token call that fails is tried again within an hour, whatever its answer asks for. */
const longestWaitMs = 3_600_000

/**
 * Reads the answer of a token endpoint, be it to an exchange or a refresh. The hub reads it by itself, and leniently: a
 * token that is there is taken, whatever stands beside it, since it may be the only one that is still good.
 * @throws TokenError
 */
export async function readTokenAnswer(method: OAuth2, response: Response): Promise<TokenGrant> {
  const members = membersIn(await response.text())
  const accessToken = response.ok ? tokenIn(members?.access_token) : undefined
  if (members === undefined || accessToken === undefined) throw failureIn(method, response, members)
  return {
    accessToken,
    refreshToken: tokenIn(members.refresh_token),
    scopes: scopesIn(members.scope),
    expiresInMs: lifeIn(members.expires_in, method.lifetime.access),
    refreshExpiresInMs: method.refreshExpiresIn
      ? lifeIn(members[method.refreshExpiresIn], method.lifetime.refresh)
      : undefined,
  }
}

/** What an answer without a token means. `members`: its body, undefined when that cannot be read. */
export function failureIn(method: OAuth2, response: Response, members: Members | undefined): TokenError {
  const { status, headers, ok } = response
  const words = members ? errorWords(members) : []
  const told = { providerCode: words[0], retryAfterMs: waitIn(headers) }
  if (status === 429) return new TokenError('rate_limited', told)
  // A gateway's 5xx leaves open whether the server behind it has acted.
  if (status >= 500) return new TokenError('down', { ...told, ambiguous: true })
  if (members !== undefined && (statesError(members) || status === 400)) {
    const failure = meaningOf(method, words)
    return new TokenError(failure, { ...told, ambiguous: failure === 'down' && ok })
  }
  // Not the page but its challenge says that the client is not let in (RFC 6749, 5.2): any gateway may send a 401.
  if (status === 401 && /^\s*basic\b/i.test(headers.get('www-authenticate') ?? '')) return new TokenError('bad_client')
  return new TokenError('down', { ...told, ambiguous: status < 400 })
}

/** A token that can be sent (RFC 6749, A.12 and A.17). */
function tokenIn(value: unknown): string | undefined {
  const token = typeof value === 'string' ? value.trim() : ''
  return /^[\x20-\x7e]+$/.test(token) ? token : undefined
}

/** The scopes of a text, with blanks or commas between them, or of a list. None at all says nothing: as asked for. */
function scopesIn(value: unknown): string[] | undefined {
  const texts = (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string')
  const scopes = texts.flatMap(text => text.split(/[\s,]+/)).filter(scope => /^[\x21-\x7e]{1,300}$/.test(scope))
  return scopes.length === 0 ? undefined : [...new Set(scopes)].slice(0, 1_000)
}

function lifeIn(value: unknown, declared: OAuth2['lifetime']['access']): number | undefined {
  return statedLifeMs(value, declared && lifetimeMs(declared), Date.now())
}

function waitIn(headers: Headers): number | undefined {
  const wait = parseRetryAfter(headers.get('retry-after'), Date.now())
  return wait === undefined ? undefined : Math.min(wait, longestWaitMs)
}

/** Any failure of a token call as a TokenError. */
export function asTokenError(error: unknown): TokenError {
  if (error instanceof TokenError) return error
  if (error instanceof TransportError) return new TokenError('down', { ambiguous: error.sent, cause: error })
  // Its cause is not kept: it may carry what was said.
  return new TokenError('down', { ambiguous: true })
}
