import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HubError } from '../errors.ts'
import { oddityMessages, type Oddity } from '../json/oddities.ts'
import { JsonDepthError, JsonSyntaxError } from '../json/read-carefully.ts'
import { examineJson } from '../json/read-json.ts'
import type { SlicePath } from '../json/slices.ts'
import { strictTextOf } from '../json/text-of.ts'
import type { Refusal } from './refusals.ts'

interface JsonBody {
  bytes: Buffer
  text: string
  oddities: readonly Oddity[]
}

const key = 'jsonBody'
const noBody: JsonBody = { bytes: Buffer.alloc(0), text: '', oddities: [] }

/** JSON bodies, with their bytes kept beside: an Idempotency-Key stands for exactly these bytes. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.decorateRequest(key, null)
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    // Clients that name a content type on every call send it with an empty body too.
    if (bytes.length === 0) return done(null, undefined)
    try {
      const text = strictTextOf(bytes) ?? refuse('The body is not UTF-8.')
      const { value, oddities } = examineJson(text)
      request.setDecorator<JsonBody>(key, { bytes, text, oddities })
      done(null, value)
    } catch (error) {
      done(asRefusal(error))
    }
  })
}

function asRefusal(error: unknown): Error {
  if (error instanceof JsonSyntaxError) {
    return new HubError('INVALID_REQUEST', { message: `The body is not JSON: ${error.message}.`, cause: error })
  }
  if (error instanceof JsonDepthError) {
    return new HubError('INVALID_REQUEST', { message: 'The body is nested too deeply.', cause: error })
  }
  return error as Error
}

function refuse(message: string): never {
  throw new HubError('INVALID_REQUEST', { message })
}

/** The bytes of the request's body; none when there was no body. */
export function bodyBytes(request: FastifyRequest): Buffer {
  return bodyOf(request).bytes
}

/** The text of the request's JSON, from which parts may be passed on as they are. */
export function bodyText(request: FastifyRequest): string {
  return bodyOf(request).text
}

/**
 * Finds what the body's values would not keep. Parts that a route passes on unchanged may hold such things, except for repeated
 * members: their receivers could see either one.
 */
export function oddParts(request: FastifyRequest, passedOn: readonly SlicePath[] = []): Refusal[] {
  return bodyOf(request)
    .oddities.filter(({ kind, path }) => kind === 'duplicate' || !passedOn.some(part => leadsThrough(path, part)))
    .map(({ kind, path }) => ({ path: ['body', ...path].join('.').slice(0, 300), message: oddityMessages[kind] }))
}

function leadsThrough(path: Oddity['path'], part: SlicePath): boolean {
  return part.every((step, index) =>
    typeof step === 'symbol' ? typeof path[index] === 'number' : path[index] === step,
  )
}

function bodyOf(request: FastifyRequest): JsonBody {
  return request.getDecorator<JsonBody | null>(key) ?? noBody
}
