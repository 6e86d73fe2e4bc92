import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import type { SlicePath } from '../json/slices.ts'
import type { Logger } from '../logger.ts'
import type { Grant, Permission } from '../workspaces/permissions.ts'

/** Who is calling, proved by the key. On a route with access `admin` or `public` the workspace is '' and matches nothing. */
export interface Caller {
  workspaceId: string
  /** The key's id, which is also the actor in the audit log; `admin` for the admin key, '' for nobody. */
  apiKeyId: string
  /** What the key may do; a key that it makes may do no more. */
  grants: readonly Grant[]
}

/** What a handler gets: the parsed parts of the request, its caller, and a logger that knows the request. */
export interface Call<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  caller: Caller
  log: Logger
  request: FastifyRequest
  /** Aborted when the caller has gone, or the server begins to close: what waits for something, or goes on, ends then. */
  ended: AbortSignal
}

/** Bodies that are read as they arrive, by whoever handles them. */
export interface FileBody<Params, Query, Reply> {
  /** Media types, such as `text/csv`. */
  types: readonly string[]
  bodyLimit: number
  handler(call: Call<Params, Query, undefined>, type: string, bytes: Readable): Promise<Reply>
}

/** A reply as text/csv (RFC 4180): asked for by the Accept header, or as the query says. */
export interface CsvReply<Params, Query> {
  isAskedFor(query: Query): boolean
  handler(call: Call<Params, Query, undefined>): Promise<string>
}

/** A reply that goes on, piece by piece, such as Server-Sent Events or a file that is as long as a collection. */
export interface StreamReply<Params, Query> {
  /** Its media type, such as `text/event-stream`; several, where the query says which. */
  type: string | { any: readonly string[]; of(query: Query): string }
  /** Gives its pieces. What it throws before the first of them is answered like any other error. */
  open(call: Call<Params, Query, undefined>): Promise<AsyncIterable<string>>
}

/** One route: everything that is true of it stands here, and its OpenAPI operation is made from it. */
export interface Route<
  Params extends z.ZodType = z.ZodType<unknown>,
  Query extends z.ZodType = z.ZodType<unknown>,
  Body extends z.ZodType = z.ZodType<unknown>,
  Reply extends z.ZodType = z.ZodType<unknown>,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** What it does, in a few words; `description` may say more, in Markdown. */
  summary: string
  description?: string
  /** The resource it belongs to in the documentation. */
  tag: string
  /** The permission it takes; `admin` is the configured admin key, `public` nothing. */
  access: Permission | 'admin' | 'public'
  params?: Params
  query?: Query
  body?: Body
  /** The parts of the body that are passed on as they were written: what values do not keep may stand in them. */
  passedOn?: readonly SlicePath[]
  bodyLimit?: number
  /** What it takes in place of its JSON body: a file, as it arrives. */
  file?: FileBody<z.output<Params>, z.output<Query>, z.output<Reply>>
  /** Its reply as a table, where the caller would rather have that. */
  csv?: CsvReply<z.output<Params>, z.output<Query>>
  /** Its reply in pieces, in place of what `handler` gives: that is not called then. */
  stream?: StreamReply<z.output<Params>, z.output<Query>>
  /** The status of success; 200 unless given. */
  status?: 200 | 201 | 202 | 204
  reply: Reply
  /** Headers of the answer, from what it says. */
  headers?(reply: z.output<Reply>): Record<string, string>
  /** Looks at If-Match, which names the version that a thing must be at. */
  ifMatch?: boolean
  /** A creating POST: an Idempotency-Key header makes a repeat answer with the first result. */
  idempotent?: boolean
  /** Another route has taken its place; it answers as before. */
  deprecated?: boolean
  /** Codes that this route in particular may answer with, for its documentation. */
  errors?: ErrorCode[]
  handler(call: Call<z.output<Params>, z.output<Query>, z.output<Body>>): Promise<z.output<Reply>>
}

/** Any route, as the server takes them. */
export type AnyRoute = Route<z.ZodType, z.ZodType, z.ZodType, z.ZodType>

/** Gives a route its types: the handler's input follows from the schemas beside it. */
export function route<
  Params extends z.ZodType = z.ZodType<unknown>,
  Query extends z.ZodType = z.ZodType<unknown>,
  Body extends z.ZodType = z.ZodType<unknown>,
  Reply extends z.ZodType = z.ZodType<unknown>,
>(definition: Route<Params, Query, Body, Reply>): Route<Params, Query, Body, Reply> {
  return definition
}

/**
 * Routes that are not of the API proper, such as redirects and webhooks, register themselves. Each plugin has a scope of its
 * own: content-type parsers that it adds are not the API's. Errors it throws are answered like any other.
 */
export type Plugin = (app: FastifyInstance) => void | Promise<void>
