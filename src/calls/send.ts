import type { Dispatcher } from 'undici'
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
  /** Which bytes of the answer's body are wanted, once its head is there: behind them the exchange ends. All unless given. */
  part?: (answer: Pick<RawAnswer, 'status' | 'headers'>) => BodyPart
}

export interface BodyPart {
  skip: number
  take: number
}

export interface RawAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** Only a part of the body was wanted, and there is more behind it. */
  isCut?: true
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

/** A clock that strikes so late says that this process stood still: what has come meanwhile is read first. */
const stoodStillMs = 200

const beforeSending = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Sends one call through the guarded agent and reads the whole answer. Redirects are not followed. @throws TransportError */
export function send(outgoing: Outgoing, call: OutgoingCall): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(call, resolve, reject)
    try {
      const { origin, pathname, search } = new URL(call.url)
      const { method, headers } = call
      const body = call.body === undefined ? null : Buffer.from(call.body)
      // The exchange has its own clock.
      const ownClock = { headersTimeout: 0, bodyTimeout: 0 }
      outgoing.dispatcher.dispatch({ origin, path: pathname + search, method, headers, body, ...ownClock }, exchange)
    } catch (error) {
      exchange.fail(error)
    }
  })
}

type AnswerHeaders = RawAnswer['headers']

/** One exchange as undici's dispatcher drives it: without the streams of its `request`, which cost as much as all the rest. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #call: OutgoingCall
  readonly #resolve: (answer: RawAnswer) => void
  readonly #reject: (error: TransportError) => void
  #timer: NodeJS.Timeout
  readonly #cancel = () => this.#stop(new TransportError('cancelled', this.#started))
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #started = false
  #done = false
  #size = 0
  #status = 0
  #headers: AnswerHeaders = {}
  #part: BodyPart | undefined

  constructor(call: OutgoingCall, resolve: (answer: RawAnswer) => void, reject: (error: TransportError) => void) {
    this.#call = call
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = this.#endIn(call.timeoutMs)
    if (call.signal?.aborted) this.#cancel()
    else call.signal?.addEventListener('abort', this.#cancel)
  }

  /** A connection is ready, and in this turn the request is written to it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (!this.#done && this.#call.maySend?.() === false) this.#end(new TransportError('not_sent', false))
    if (this.#done) controller.abort(new Error('not sent'))
    else this.#started = true
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // An informational answer (1xx) is followed by the real one.
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    this.#part = this.#call.part?.({ status, headers })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#part) return this.#takePart(this.#part, chunk)
    this.#size += chunk.length
    if (this.#size > this.#call.maxBytes) this.#stop(new TransportError('too_large', true))
    else if (!this.#done) this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#settle()) this.#resolve(this.#answer())
  }

  #answer(): RawAnswer {
    return { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) }
  }

  #takePart(part: BodyPart, chunk: Buffer): void {
    if (this.#done) return
    const skipped = Math.min(part.skip, chunk.length)
    part.skip -= skipped
    const wanted = chunk.subarray(skipped, skipped + part.take)
    part.take -= wanted.length
    if (wanted.length > 0) this.#chunks.push(wanted)
    if (skipped + wanted.length === chunk.length || !this.#settle()) return
    this.#resolve({ ...this.#answer(), isCut: true })
    this.#controller?.abort(new Error('the rest is not wanted'))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    if (isTimeout(error)) return this.#end(new TransportError('timeout', this.#started, error))
    if (blocked(error)) return this.#end(new TransportError('blocked', false, error))
    this.#end(new TransportError(failedToConnect(error) ? 'unreachable' : 'cut', this.#started, error))
  }

  /** Ends it after this time; where that comes late, once what waits in the socket has been read. */
  #endIn(ms: number): NodeJS.Timeout {
    const dueAt = performance.now() + ms
    const end = () => this.#stop(new TransportError('timeout', this.#started))
    return setTimeout(() => {
      if (performance.now() - dueAt < stoodStillMs) end()
      else this.#timer = setTimeout(end, 1)
    }, ms)
  }

  /** Ends it, and its connection with it. */
  #stop(error: TransportError): void {
    this.#end(error)
    this.#controller?.abort(error)
  }

  #end(error: TransportError): void {
    if (this.#settle()) this.#reject(error)
  }

  #settle(): boolean {
    if (this.#done) return false
    this.#done = true
    clearTimeout(this.#timer)
    this.#call.signal?.removeEventListener('abort', this.#cancel)
    return true
  }
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
