import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { onBehalfOf } from '../db/on-behalf-of.ts'
import { DeadlineError, withinDeadline } from '../deadline.ts'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { writeJson } from '../json/json-text.ts'
import { callerOf } from './authenticate.ts'
import { oddParts } from './body.ts'
import { withMembers } from './queries/bracketed.ts'
import { endedOf, sendStream } from './bodies/streams.ts'
import { fileOf } from './bodies/files.ts'
import { CallCursors } from './cursors.ts'
import { prefersCsv } from './prefers-csv.ts'
import type { IdempotencyHolds } from './idempotency/idempotency-holds.ts'
import { idempotencyKeyOf, once, type Answer } from './idempotency/idempotency.ts'
import { isPaged } from './pagination.ts'
import { refusals, type Refusal } from './refusals.ts'
import type { AnyRoute, Call } from './route.ts'

/** What the handlers of one server have in common. */
export interface Handling {
  holds: IdempotencyHolds
  /** How long a caller waits for its answer. */
  answerWithinMs: number
  /** Aborted when the server begins to close. */
  closing: AbortSignal
}

type AnyCall = Call<unknown, unknown, unknown>
type TableCall = Call<unknown, unknown, undefined>

/** Makes the handler of a declared route: parse, call, check the reply, once per Idempotency-Key. */
export function handlerOf(hub: Hub, route: AnyRoute, { holds, answerWithinMs, closing }: Handling) {
  const status = route.status ?? 200
  const paged = isPaged(route)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const call = parse(hub, route, request, () => endedOf(reply, closing))
    const { caller } = call
    if (route.csv && (route.csv.isAskedFor(call.query) || prefersCsv(request.headers.accept))) {
      const table = onBehalfOf(caller.workspaceId, () => route.csv!.handler(call as TableCall))
      return reply.header('content-type', 'text/csv; charset=utf-8').send(await inTime(table, answerWithinMs))
    }
    if (route.stream) {
      const { type } = route.stream
      const mediaType = typeof type === 'string' ? type : type.of(call.query)
      const opened = onBehalfOf(caller.workspaceId, () => route.stream!.open(call as TableCall))
      return sendStream(reply, caller.workspaceId, mediaType, await inTime(opened, answerWithinMs))
    }
    const cursors = paged ? openCursors(hub, route, call) : undefined
    const file = route.file && fileOf(request)
    const run = async (): Promise<Answer> => {
      const handled = file ? route.file!.handler(call as TableCall, file.type, file.bytes) : route.handler(call)
      const value = cursors ? cursors.sign(await handled) : await handled
      if (route.headers) void reply.headers(route.headers(value))
      return { status, text: status === 204 ? '' : replyText(route, value) }
    }
    const key = route.idempotent === true ? idempotencyKeyOf(request) : undefined
    if (file && key !== undefined) {
      const message = 'A file takes no Idempotency-Key: its rows have ids of their own.'
      throw new HubError('INVALID_REQUEST', { message })
    }
    const work = () => (key === undefined ? run() : once(hub, holds, { caller, key, request }, run))
    const answer = await inTime(onBehalfOf(caller.workspaceId, work), answerWithinMs)
    void reply.code(answer.status)
    if (answer.replayed === true) void reply.header('idempotent-replayed', 'true')
    if (answer.text === '') return reply.send()
    return reply.header('content-type', 'application/json; charset=utf-8').send(answer.text)
  }
}

/** Opens the cursor that came with a call, in its place. @throws HubError `INVALID_CURSOR` */
function openCursors(hub: Hub, route: AnyRoute, call: AnyCall): CallCursors {
  const cursors = new CallCursors(hub.credentials.ring, route, call)
  call.query = cursors.open(call.query)
  call.body = cursors.open(call.body)
  return cursors
}

/** The caller waits no longer than this. The work goes on, and an Idempotency-Key finds its result later. */
async function inTime<T>(work: Promise<T>, answerWithinMs: number): Promise<T> {
  try {
    return await withinDeadline(work, answerWithinMs, 'the handler')
  } catch (error) {
    throw error instanceof DeadlineError ? new HubError('CALL_TIMEOUT', { cause: error }) : error
  }
}

function parse(hub: Hub, route: AnyRoute, request: FastifyRequest, endOf: () => AbortSignal): AnyCall {
  const refused: Refusal[] = []
  const params = parsePart(route.params, 'params', request.params, refused)
  const query = route.query
    ? parsePart(route.query, 'query', withMembers(request.query), refused)
    : refuseAny(request.query, 'query', refused)
  const odd = oddParts(request, route.passedOn)
  refused.push(...odd)
  const body = odd.length > 0 ? undefined : parseBody(route, request, refused)
  if (refused.length > 0) throw new HubError('INVALID_REQUEST', { details: refused })
  const caller = callerOf(request)
  let log: AnyCall['log'] | undefined
  let ended: AbortSignal | undefined
  return {
    params,
    query,
    body,
    caller,
    request,
    // Most calls log nothing of their own.
    get log() {
      return (log ??= hub.log.child({
        requestId: request.id,
        workspaceId: caller.workspaceId,
        apiKeyId: caller.apiKeyId,
      }))
    },
    // Most calls are over before anybody could go.
    get ended() {
      return (ended ??= endOf())
    },
  }
}

function parseBody(route: AnyRoute, request: FastifyRequest, refused: Refusal[]): unknown {
  const { body } = request
  if (route.file && fileOf(request)) return undefined
  return route.body ? parsePart(route.body, 'body', body, refused) : noBody(body, refused)
}

function parsePart(schema: z.ZodType | undefined, part: string, value: unknown, refused: Refusal[]): unknown {
  if (!schema) return value
  const result = schema.safeParse(value)
  if (result.success) return result.data
  refused.push(...refusals(part, result.error.issues))
  return undefined
}

function refuseAny(value: unknown, part: string, refused: Refusal[]): unknown {
  for (const name of Object.keys(value ?? {})) {
    refused.push({ path: `${part}.${name}`, message: 'There is no such parameter' })
  }
  return {}
}

/** Clients that send `{}` with every POST are let through. */
function noBody(value: unknown, refused: Refusal[]): undefined {
  const empty = value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  if (!empty) refused.push({ path: 'body', message: 'This call takes no body' })
  return undefined
}

/**
 * The reply as JSON text. It passes through its schema first (zod's compiled parse takes a fraction of what JSON.stringify
 * takes), so that nothing leaves that the documentation does not name.
 */
function replyText(route: AnyRoute, value: unknown): string {
  const result = route.reply.safeParse(value)
  if (result.success) return writeJson(result.data)
  const paths = refusals('reply', result.error.issues).map(({ path, message }) => `${path}: ${message}`)
  throw new HubError('INTERNAL', {
    cause: new Error(`The reply of ${route.method} ${route.url} does not fit its schema: ${paths.join('; ')}`),
  })
}
