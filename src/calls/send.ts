import { Readable } from 'node:stream'
import { request, type Dispatcher } from 'undici'
import type { Outgoing } from '../outgoing/agent.ts'
import { BlockedAddressError } from '../outgoing/lookup.ts'

/** One bounded HTTP call to a provider. */
export interface OutgoingCall {
  method: Dispatcher.HttpMethod
  url: string
  headers: Record<string, string>
  body?: string | Buffer
  /** From now until the last byte of the answer. */
  timeoutMs: number
  /** An answer longer than this is not read. */
  maxBytes: number
  signal?: AbortSignal
  /**
   * Asked in the very turn in which the body is written to the connected socket: when it says no, nothing is sent. A
   * process that was stopped for a while uses it to look at its clock.
   */
  maySend?: () => boolean
}

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Why there is no answer. */
export type TransportReason = 'unreachable' | 'blocked' | 'timeout' | 'cut' | 'too_large' | 'not_sent' | 'cancelled'

/** No usable answer came. `sent` says whether the other side may have acted on the request all the same. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly reason: TransportReason
  readonly sent: boolean

  constructor(reason: TransportReason, sent: boolean, cause?: unknown) {
    super(`No answer: ${reason}`, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.sent = sent
  }
}

const beforeSending = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Sends one call through the guarded agent and reads the whole answer. Redirects are not followed. @throws TransportError */
export async function send(outgoing: Outgoing, call: OutgoingCall): Promise<RawAnswer> {
  const timeout = AbortSignal.timeout(call.timeoutMs)
  const body = call.body === undefined ? undefined : Buffer.from(call.body)
  const progress = { started: false, refused: false }
  try {
    const answer = await request(call.url, {
      dispatcher: outgoing.dispatcher,
      method: call.method,
      headers: body === undefined ? call.headers : { ...call.headers, 'content-length': String(body.length) },
      body: body === undefined ? null : Readable.from(written(body, call.maySend ?? (() => true), progress)),
      signal: call.signal ? AbortSignal.any([timeout, call.signal]) : timeout,
      headersTimeout: call.timeoutMs,
      bodyTimeout: call.timeoutMs,
    })
    return { status: answer.statusCode, headers: answer.headers, body: await readUpTo(answer.body, call.maxBytes) }
  } catch (error) {
    if (error instanceof TransportError) throw error
    // Without a body the request's first byte is not seen; a failure to connect is all that tells.
    const sent = progress.started || (body === undefined && !failedToConnect(error))
    if (progress.refused) throw new TransportError('not_sent', false)
    if (call.signal?.aborted) throw new TransportError('cancelled', sent)
    if (timeout.aborted || isTimeout(error)) throw new TransportError('timeout', sent, error)
    if (blocked(error)) throw new TransportError('blocked', false, error)
    throw new TransportError(failedToConnect(error) ? 'unreachable' : 'cut', sent, error)
  }
}

async function* written(
  body: Buffer,
  maySend: () => boolean,
  progress: { started: boolean; refused: boolean },
): AsyncGenerator<Buffer> {
  if (!maySend()) {
    progress.refused = true
    throw new Error('not sent')
  }
  progress.started = true
  yield body
}

async function readUpTo(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    // Leaving the loop destroys the stream, and its connection with it.
    if (size > maxBytes) throw new TransportError('too_large', true)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function failedToConnect(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(failedToConnect)
  return beforeSending.has(codeOf(error)) || codeOf(error) === 'UND_ERR_CONNECT_TIMEOUT' || blocked(error)
}

function blocked(error: unknown): boolean {
  return error instanceof BlockedAddressError || codeOf(error) === 'BLOCKED_ADDRESS'
}

function isTimeout(error: unknown): boolean {
  return ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(codeOf(error))
}
