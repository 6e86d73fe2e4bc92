import type { FastifyError } from 'fastify'
import type { z } from 'zod'
import { isDatabaseUnavailable } from '../db/database.ts'
import { HubError, isHubError, type ErrorCode } from '../errors.ts'
import { isTemporalUnavailable } from '../temporal/unavailable.ts'

/** The body of every answer that is not a success. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; details?: unknown; requestId: string }
}

export function errorBody(error: HubError, requestId: string): ErrorBody {
  const { code, message, details } = error
  return { error: { code, message, ...(details === undefined ? {} : { details }), requestId } }
}

/** Part of a request that was refused, as `details` shows it. Values are not repeated: they may be secrets. */
export interface Refusal {
  path: string
  message: string
}

/** What zod found wrong in one part of the request: `body`, `query` or `params`. */
export function refusals(part: string, issues: z.core.$ZodIssue[]): Refusal[] {
  return issues.flatMap(issue => {
    const path = [part, ...issue.path.map(String)].join('.')
    const alternatives = issue.code === 'invalid_union' ? issue.errors.filter(errors => errors.length > 0) : []
    const closest = alternatives.sort((one, other) => distanceOf(one) - distanceOf(other))[0]
    if (closest) return refusals(path, closest)
    const isMissing = issue.code === 'invalid_type' && issue.expected === 'nonoptional'
    return [{ path, message: isMissing ? 'Is missing' : issue.message }]
  })
}

/** How far a value is from one alternative of a union: members that are not its own count most. */
function distanceOf(issues: z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? 10 * issue.keys.length : 1), 0)
}

/** Any error as the caller may see it. What is not known becomes `INTERNAL`, which tells nothing but the request id. */
export function asHubError(error: unknown): HubError {
  if (isHubError(error)) return error
  if (isDatabaseUnavailable(error)) return new HubError('DATABASE_UNAVAILABLE', { retryAfterMs: 1_000, cause: error })
  if (isTemporalUnavailable(error)) return new HubError('TEMPORAL_UNAVAILABLE', { retryAfterMs: 1_000, cause: error })
  if (error instanceof RangeError && error.message === 'Maximum call stack size exceeded') {
    return new HubError('INVALID_REQUEST', { message: 'The body is nested too deeply.', cause: error })
  }
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string') return new HubError('INTERNAL', { cause: error })
  if (code.startsWith('FST_ERR')) return fastifyError(error as FastifyError)
  return databaseError(code, error)
}

/** https://fastify.dev/docs/latest/Reference/Errors/ */
function fastifyError(error: FastifyError): HubError {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new HubError('UNSUPPORTED_MEDIA_TYPE')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new HubError('BODY_TOO_LARGE')
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new HubError('INVALID_REQUEST', { message: 'The body is not as long as Content-Length says.' })
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new HubError('INVALID_REQUEST', { message: 'The URL is not valid.' })
    default:
      return new HubError('INTERNAL', { cause: error })
  }
}

/** SQLSTATEs that what the caller sent can bring about. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function databaseError(code: string, cause: unknown): HubError {
  switch (code) {
    // character_not_in_repertoire, untranslatable_character: texts with NUL, which Postgres does not store.
    case '22021':
    case '22P05':
      return new HubError('INVALID_REQUEST', { message: 'Texts must not contain the character U+0000.' })
    // query_canceled by the statement timeout, lock_not_available: too busy just now.
    case '57014':
    case '55P03':
      return new HubError('DATABASE_UNAVAILABLE', { retryAfterMs: 1_000, cause })
    default:
      return new HubError('INTERNAL', { cause })
  }
}
