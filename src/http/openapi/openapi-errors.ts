import { errorCodes, type ErrorCode } from '../../errors.ts'
import type { JsonSchema } from './json-schema.ts'
import { referTo, type headers } from './openapi-headers.ts'
import { isPaged } from '../pagination.ts'
import type { AnyRoute } from '../route.ts'

/** What any call may be answered with, whatever it is about. */
const always: ErrorCode[] = [
  'INVALID_REQUEST',
  'REQUEST_TIMEOUT',
  'EXPECTATION_FAILED',
  'HEADERS_TOO_LARGE',
  'INTERNAL',
  'DATABASE_UNAVAILABLE',
  'DATABASE_BUSY',
  'CALL_TIMEOUT',
]

/** What of a route says how it may refuse. */
type Refusing = Pick<AnyRoute, 'method' | 'access' | 'errors' | 'idempotent' | 'query'>

/** The answers of an operation that are not its success, by status. */
export function errorsOf(route: Refusing): Record<string, JsonSchema> {
  const codes = new Set([...always, ...(route.errors ?? [])])
  const add = (...more: ErrorCode[]) => more.forEach(code => codes.add(code))
  if (route.access !== 'public') add('UNAUTHORIZED', 'RATE_LIMITED')
  if (route.access !== 'public' && route.access !== 'admin') add('FORBIDDEN')
  // A body that is not taken is read all the same.
  if (route.method !== 'GET') add('BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')
  if (route.idempotent === true) add('IDEMPOTENCY_CONFLICT', 'IDEMPOTENCY_IN_PROGRESS')
  if (isPaged(route)) add('INVALID_CURSOR')
  const byStatus = [...Map.groupBy([...codes], code => errorCodes[code].status)].sort(([one], [other]) => one - other)
  return Object.fromEntries(byStatus.map(([status, of]) => [status, answerOf(status, of)]))
}

function answerOf(status: number, codes: ErrorCode[]): JsonSchema {
  const names: (keyof typeof headers)[] = ['x-request-id']
  if (status === 401) names.push('www-authenticate')
  if (status === 429 || status === 503 || codes.some(code => errorCodes[code].retryable && status === 409)) {
    names.push('retry-after')
  }
  return {
    description: codes.map(code => `\`${code}\`: ${errorCodes[code].message}`).join('\n\n'),
    headers: referTo(names),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  }
}

export const refusalSchema = {
  type: 'object',
  description: 'Part of a request that was refused',
  properties: {
    path: { type: 'string', description: 'Where it is', examples: ['body.url', 'query.limit'] },
    message: { type: 'string', description: 'What is wrong with it; never its value' },
  },
  required: ['path', 'message'],
}

export const errorSchema = {
  type: 'object',
  description: 'Every answer that is not a success',
  properties: {
    error: {
      type: 'object',
      description: 'What went wrong',
      properties: {
        code: { type: 'string', enum: Object.keys(errorCodes), description: 'Stable: to decide by' },
        message: { type: 'string', description: 'A sentence for people that says what to do; it may change' },
        details: {
          description:
            'Facts, where there are any: the refused parts of the request, or members that the code explains',
          anyOf: [
            { type: 'array', items: { anyOf: [{ $ref: '#/components/schemas/Refusal' }, { type: 'object' }] } },
            { type: 'object', additionalProperties: true },
          ],
        },
        requestId: { type: 'string', description: 'Leads to the log; also in the header `x-request-id`' },
      },
      required: ['code', 'message', 'requestId'],
    },
  },
  required: ['error'],
  examples: [
    {
      error: {
        code: 'CONNECTION_NOT_FOUND',
        message: 'There is no such connection.',
        requestId: 'req_01kb3v9w8xf4s9hq2m7c5t6n0p',
      },
    },
  ],
}
