import { parseRetryAfter } from '../../outgoing/retry-after.ts'
import type { OAuth2 } from '../../catalogue/schema/auth-code.ts'
import type { TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { lifetimeMs } from '../../catalogue/lifetime.ts'
import { textOf, valueAt } from '../../calls/json-path.ts'
import { TransportError } from '../../calls/send.ts'
import type { Members } from './answer-body.ts'
import { firstAt, type Paths } from './first-at.ts'
import { errorWords, meaningOf, statesError } from './error-meaning.ts'
import type { EndpointAnswer } from '../asking/endpoint.ts'
import type { Grant } from '../grant.ts'
import { statedLifeMs } from './stated-life.ts'
import { TokenError } from './token-error.ts'

/** A token call that fails is tried again within an hour, whatever its answer asks for. */
const longestWaitMs = 3_600_000
/** What is captured goes into addresses and headers. */
const longestCaptured = 1_000

/**
 * Reads the answer of a token endpoint, be it to an exchange or a refresh. The hub reads it by itself, and leniently: a
 * token that is there is taken, whatever stands beside it, since it may be the only one that is still good. Its `token_type`
 * says nothing that the definition does not.
 * @throws TokenError
 */
export function readTokenAnswer(method: AskedEndpoint, answered: EndpointAnswer): Grant {
  const { members } = answered
  const at = (paths: Paths) => firstAt(members, paths)
  const { answer } = method
  const accessToken = answered.ok ? tokenIn(at(answer?.accessToken ?? 'access_token')) : undefined
  if (members === undefined || accessToken === undefined) throw failureIn(method, answered)
  const { access, refresh } = method.lifetime
  const captured = capturedIn(members, method.captureFromToken ?? {})
  return {
    accessToken,
    refreshToken: tokenIn(at(answer?.refreshToken ?? 'refresh_token')),
    scopes: allScopes(method, members),
    expiresInMs: lifeIn(at(answer?.expiresIn ?? 'expires_in'), access),
    refreshExpiresInMs: method.refreshExpiresIn ? lifeIn(at(method.refreshExpiresIn), refresh) : undefined,
    ...(Object.keys(captured).length > 0 ? { captured } : {}),
    ...secondIn(method, members),
  }
}

/** The second token of a visit, where the answer has one. */
function secondIn({ second, lifetime }: AskedEndpoint, members: Members): Pick<Grant, 'second'> {
  if (!second) return {}
  const { as, answer, account } = second
  const at = (paths: Paths | undefined) => (paths === undefined ? undefined : firstAt(members, paths))
  const accessToken = tokenIn(at(answer.accessToken))
  if (accessToken === undefined) return {}
  const found = {
    refreshToken: tokenIn(at(answer.refreshToken)),
    scopes: scopesIn(at(answer.scope)),
    expiresInMs: lifeIn(at(answer.expiresIn), lifetime.access),
    accountId: account === undefined ? undefined : capturedIn(members, { account }).account,
  }
  return { second: { as, accessToken, ...found } }
}

/** A token endpoint, of whichever method. */
type AskedEndpoint = TokenEndpoint & Partial<Pick<OAuth2, 'second' | 'secondScopes'>>

/** What an answer without a token means. */
export function failureIn(method: TokenEndpoint, { status, ok, header, members }: EndpointAnswer): TokenError {
  const named = method.answer?.error
  const words = members ? errorWords(members, named) : []
  const told = { providerCode: words[0], retryAfterMs: waitIn(header('retry-after')) }
  if (status === 429) return new TokenError('rate_limited', told)
  // A gateway's 5xx leaves open whether the server behind it has acted.
  if (status >= 500) return new TokenError('down', { ...told, ambiguous: true })
  if (members !== undefined && (statesError(members, named) || status === 400)) {
    const failure = meaningOf(method, words, members)
    return new TokenError(failure, { ...told, ambiguous: failure === 'down' && ok })
  }
  // Not the page but its challenge says that the client is not let in (RFC 6749, 5.2): any gateway may send a 401.
  const challenge = [header('www-authenticate')].flat()[0] ?? ''
  if (status === 401 && /^\s*basic\b/i.test(challenge)) return new TokenError('bad_client')
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

/** All granted scopes; those of the second list get the prefix by which callers name them. */
function allScopes({ answer, secondScopes }: AskedEndpoint, members: Members): string[] | undefined {
  const first = scopesIn(firstAt(members, answer?.scope ?? 'scope'))
  if (secondScopes?.granted === undefined) return first
  const second = scopesIn(valueAt(members, secondScopes.granted))?.map(scope => `${secondScopes.prefix}${scope}`)
  return first === undefined && second === undefined ? undefined : [...(first ?? []), ...(second ?? [])]
}

function lifeIn(value: unknown, declared: TokenEndpoint['lifetime']['access']): number | undefined {
  return statedLifeMs(value, declared && lifetimeMs(declared), Date.now())
}

/** What the answer says and calls need. What is not there, or is no plain text, is left out: no token is lost to it. */
function capturedIn(members: Members, paths: Record<string, string>): Record<string, string> {
  const found = Object.entries(paths).map(([name, path]) => [name, textOf(valueAt(members, path))] as const)
  const plain = (text: string | undefined): text is string =>
    text !== undefined && text.length <= longestCaptured && /^[\x21-\x7e]+$/.test(text)
  return Object.fromEntries(found.filter((entry): entry is [string, string] => plain(entry[1])))
}

function waitIn(header: string | string[] | undefined): number | undefined {
  const wait = parseRetryAfter(header, Date.now())
  return wait === undefined ? undefined : Math.min(wait, longestWaitMs)
}

/** Any failure of a token call as a TokenError. */
export function asTokenError(error: unknown): TokenError {
  if (error instanceof TokenError) return error
  if (error instanceof TransportError) return new TokenError('down', { ambiguous: error.sent, cause: error })
  // Its cause is not kept: it may carry what was said.
  return new TokenError('down', { ambiguous: true })
}
