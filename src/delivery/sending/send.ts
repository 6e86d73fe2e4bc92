import type { Dispatcher } from 'undici'
import { isAccepted } from '../policy.ts'
import { failureOf, type Failure } from './failure.ts'
import type { Outcome } from './outcome.ts'

/** How much of an answer is kept. */
const keptBytes = 16 * 1024
/** How much of where a redirect leads is kept. */
const longestLocation = 1_000
/** The answers that lead elsewhere (RFC 9110, 15.4): not followed, since the body and its signature are for this URL. */
const redirects = new Set([300, 301, 302, 303, 307, 308])
/** How much of an answer is read; then the connection is cut, and the status alone decides. */
const readBytes = 64 * 1024

/** One POST, ready to go. */
export interface Post {
  origin: string
  path: string
  /** Names and values in turn, as undici takes them. */
  headers: string[]
  body: Buffer
  /** When it was signed; milliseconds since 1970. */
  sentAt: number
  /** The version of the endpoint's configuration that it was made with. */
  endpointVersion: number
  /** For the whole exchange, from the first byte out to the last one in. */
  timeoutMs: number
  /** The event whose success proves the endpoint's URL, whether it is in this POST or not. */
  testEventId: string | null
  /** Asked last, when a connection is ready. False keeps the request from being sent. */
  mayGo?: () => boolean
  /** The way out that shows the endpoint's client certificate; undefined for the ordinary one. */
  way: Dispatcher | undefined
}

type Headers = Record<string, string | string[] | undefined>

const underWay = new Set<Exchange>()
let clock: NodeJS.Timeout | undefined

/** One timer for all exchanges: one for each would cost more than signing does. */
function watch(exchange: Exchange): void {
  underWay.add(exchange)
  clock ??= setInterval(() => {
    const now = performance.now()
    for (const one of underWay) if (one.deadline <= now) one.expire()
  }, 50)
}

function unwatch(exchange: Exchange): void {
  underWay.delete(exchange)
  if (underWay.size === 0 && clock) {
    clearInterval(clock)
    clock = undefined
  }
}

/** One exchange as undici's dispatcher drives it: without the streams and promises of its `request`, half their cost. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly deadline: number
  readonly #post: Post
  readonly #start = performance.now()
  readonly #done: (outcome: Outcome) => void
  #controller: Dispatcher.DispatchController | undefined
  #started = false
  #finished = false
  #status: number | undefined
  #retryAfter: string | string[] | undefined
  #location: string | undefined
  #chunks: Buffer[] | undefined
  #kept = 0
  #read = 0

  constructor(post: Post, done: (outcome: Outcome) => void) {
    this.#post = post
    this.deadline = this.#start + post.timeoutMs
    this.#done = done
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#started = true
    // It waited for a connection beyond its time: nothing is sent any more.
    if (this.#finished || this.#post.mayGo?.() === false) controller.abort(keptBack)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    // An informational answer (1xx) is followed by the real one.
    if (status < 200) return
    this.#status = status
    this.#retryAfter = headers['retry-after']
    if (redirects.has(status)) this.#location = [headers.location ?? []].flat()[0]?.slice(0, longestLocation)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#kept < keptBytes) {
      // A copy: the chunk is a view of the socket's buffer.
      const part = Buffer.from(chunk.subarray(0, keptBytes - this.#kept))
      this.#kept += part.length
      ;(this.#chunks ??= []).push(part)
    }
    this.#read += chunk.length
    if (this.#read > readBytes && !this.#finished) {
      this.#finish(undefined)
      controller.abort(new Error('the answer is too long'))
    }
  }

  onResponseEnd(): void {
    this.#finish(undefined)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(error)
  }

  expire(): void {
    this.#finish(expired)
    this.#controller?.abort(expired)
  }

  fail(error: unknown): void {
    this.#finish(error)
  }

  #finish(error: unknown): void {
    if (this.#finished) return
    this.#finished = true
    unwatch(this)
    const status = this.#status
    const { sentAt, endpointVersion, testEventId } = this.#post
    const outcome: Outcome = { sentAt, durationMs: Math.round(performance.now() - this.#start), endpointVersion }
    if (testEventId !== null) outcome.testEventId = testEventId
    if (status !== undefined) outcome.status = status
    if (this.#location !== undefined) outcome.location = this.#location
    if (this.#retryAfter !== undefined) outcome.retryAfter = this.#retryAfter
    if (this.#chunks) outcome.answer = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    const failure = error === undefined ? undefined : this.#failure(error)
    const network = status === undefined ? failure?.network : 'answered'
    if (network !== undefined) outcome.network = network
    if (failure) outcome.error = failure.error
    else if (status !== undefined && redirects.has(status)) outcome.error = 'redirect'
    else if (status === undefined || !isAccepted(status)) outcome.error = 'status'
    this.#done(outcome)
  }

  #failure(error: unknown): Failure {
    if (error === expired) return { error: 'timeout', network: 'silent' }
    if (error === keptBack) return { error: 'reset', network: undefined }
    const { origin, way } = this.#post
    const secure = origin.startsWith('https:')
    return failureOf(error, { secure, started: this.#started, certified: way !== undefined })
  }
}

const expired = new Error('expired')
const keptBack = new Error('kept back')

/**
 * Sends one POST and calls back with what came of it; never throws. Redirects are not followed: a 3xx is a failure. The
 * exchange as a whole is timed, and no more than 64 KiB of the answer are read.
 * @param dispatcher the ordinary way out, for posts without one of their own
 */
export function send(dispatcher: Dispatcher, post: Post, done: (outcome: Outcome) => void): void {
  const exchange = new Exchange(post, done)
  watch(exchange)
  try {
    ;(post.way ?? dispatcher).dispatch(
      {
        origin: post.origin,
        path: post.path,
        method: 'POST',
        headers: post.headers,
        body: post.body,
        // The exchange has its own clock.
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      exchange,
    )
  } catch (error) {
    exchange.fail(error)
  }
}
