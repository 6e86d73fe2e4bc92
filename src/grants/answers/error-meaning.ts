import type { ErrorCode, TokenEndpoint } from '../../catalogue/schema/tokens/token-endpoint.ts'
import { valueAt } from '../../calls/json-path.ts'
import type { Members } from './answer-body.ts'
import { firstAt, type Paths } from './first-at.ts'
import type { TokenFailure } from './token-error.ts'

// The words that mean the same wherever they are used; a definition adds its platform's own.
/** RFC 6749 (5.2), and what others call it. */
const deadGrants = ['invalid_grant', 'token_revoked', 'invalid_refresh_token']
/** RFC 6749 (5.2 and 4.1.2.1): the client's fault, not the grant's. */
const badClients = ['invalid_client', 'unauthorized_client']
/** RFC 8628 (3.5), and what others call it. */
const limits = ['slow_down', 'rate_limited', 'ratelimited', 'rate_limit_exceeded', 'too_many_requests', '429']
/** RFC 6749 (4.1.2.1). */
const outages = ['server_error', 'temporarily_unavailable', 'internal_error', 'service_unavailable']

/**
 * The words by which an answer says what is wrong, the most likely one first: `error` as a text (RFC 6749, 5.2), its members
 * where it is an object, or what others name it. Only what looks like a code: it is shown to operators, and no text of
 * the provider's gets through.
 * @param named where the platform's definition says that the code is
 */
export function errorWords(members: Members, named?: Paths): string[] {
  const { error, errors } = members
  const first: unknown = Array.isArray(errors) ? errors[0] : errors
  const inner = [error, first].flatMap(value => (isObject(value) ? [value.code, value.error, value.type] : [value]))
  const own = named === undefined ? [] : [firstAt(members, named)]
  const candidates = [...own, ...inner, members.error_code, members.errorCode, members.code]
  return candidates
    .flatMap(value => (Array.isArray(value) ? (value as unknown[]).slice(0, 1) : [value]))
    .map(value => (typeof value === 'number' ? String(value) : value))
    .filter((word): word is string => typeof word === 'string' && /^[A-Za-z0-9_.-]{1,64}$/.test(word))
}

/** Whether the members themselves say that there is an error, whatever the status beside them. */
export function statesError(members: Members, named?: Paths): boolean {
  const { error, errors, error_code: code, ok, success } = members
  const own = named === undefined ? undefined : firstAt(members, named)
  const stated = [error, Array.isArray(errors) ? errors[0] : errors, code, own].some(Boolean)
  return stated || ok === false || success === false
}

/** What a platform means by its words for an error. */
export function meaningOf(
  method: Pick<TokenEndpoint, 'deadGrant' | 'badClient'>,
  words: string[],
  members: Members = {},
): TokenFailure {
  const says = (known: readonly ErrorCode[] = []) => known.some(code => isSaid(code, words, members))
  // The platform's own words first: one may use a standard word in another sense.
  if (says(method.deadGrant)) return 'dead_grant'
  if (says(method.badClient)) return 'bad_client'
  if (says(deadGrants)) return 'dead_grant'
  if (says(badClients)) return 'bad_client'
  if (says(limits)) return 'rate_limited'
  return says(outages) || words.some(word => /^5\d\d$/.test(word)) ? 'down' : 'refused'
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Where answers have a sentence about an error: RFC 6749 (5.2) calls it `error_description`. */
const sentences = ['error_description', 'error.message', 'error_message', 'message']

/** Whether an answer says a code, with the words beside it where the code alone means other things too. */
function isSaid(known: ErrorCode, words: string[], members: Members): boolean {
  if (typeof known === 'string') return words.includes(known)
  if (!words.includes(known.code)) return false
  const said = sentences.map(path => valueAt(members, path))
  return said.some(text => typeof text === 'string' && text.toLowerCase().includes(known.says))
}
