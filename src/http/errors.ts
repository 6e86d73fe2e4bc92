import type { FastifyError } from 'fastify'
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

/**
 * Codes for Fastify's refusals (https://fastify.dev/docs/latest/Reference/Errors/). A refusal without a code here is still the
 * caller's error where Fastify says so.
 */
function fastifyError(error: FastifyError): HubError {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new HubError('INVALID_REQUEST', { message: 'The body is not as long as Content-Length says.' })
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new HubError('INVALID_REQUEST', { message: 'The URL is not valid.' })
  }
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return new HubError('INTERNAL', { cause: error })
  return new HubError(byStatus[status] ?? 'INVALID_REQUEST', { cause: error })
}

const byStatus: Record<number, ErrorCode> = {
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'BODY_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  417: 'EXPECTATION_FAILED',
  431: 'HEADERS_TOO_LARGE',
}

/** SQLSTATEs that a caller's input can cause. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function databaseError(code: string, cause: unknown): HubError {
  switch (code) {
    // character_not_in_repertoire, untranslatable_character: texts with NUL, which Postgres does not store.
    case '22021':
    case '22P05':
      return new HubError('INVALID_REQUEST', { message: 'Texts must not contain the character U+0000.' })
    // invalid_text_representation, numeric_value_out_of_range, invalid_datetime_format, datetime_field_overflow: a value that the
    // edge let through and no column takes.
    case '22P02':
    case '22003':
    case '22007':
    case '22008':
      return new HubError('INVALID_REQUEST', {
        message: 'A value has not the form or the range that it must have.',
        cause,
      })
    // query_canceled by the statement timeout, lock_not_available: too busy just now.
    case '57014':
    case '55P03':
      return new HubError('DATABASE_BUSY', { retryAfterMs: 1_000, cause })
    default:
      return new HubError('INTERNAL', { cause })
  }
}
