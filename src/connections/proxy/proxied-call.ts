import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Headers } from './proxy-headers.ts'

/** A call that a caller makes through the hub. */
export interface ProxiedCall {
  workspaceId: string
  connectionId: string
  method: ProxiedMethod
  /** The path below the host's base, and the query, as they are written. */
  path: string
  /** Which of the platform's hosts; `api` unless given. */
  host: string | undefined
  /** The name of a second token; the connection's own unless given. */
  as: string | undefined
  headers: IncomingHttpHeaders
  body: ProxiedBody
  requestId: string
  /** Aborted when the caller has gone. */
  signal: AbortSignal
}

export const proxiedMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
export type ProxiedMethod = (typeof proxiedMethods)[number]

/** None; bytes, which can be sent again; or a stream, of which that cannot be said, with its length where that is stated. */
export type ProxiedBody = undefined | Buffer | { stream: Readable; length: number | undefined }

/** What the platform answered, its body still to come. */
export interface ProxiedAnswer {
  status: number
  headers: Headers
  body: Readable
}
