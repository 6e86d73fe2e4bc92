import { setTimeout as sleep } from 'node:timers/promises'
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client'

/** The client's own retries, fewer and shorter: callers have deadlines, and what fails is asked for again by its row. */
const standard = defaultGrpcRetryOptions({ maxAttempts: 4 })
const longestDelayMs = 1_000

/**
 * A connection whose closing first waits out the retries that are scheduled, less than a second. The client fires each from
 * a timer; on a channel closed meanwhile it would throw there, where nobody can catch it.
 */
export class HubConnection extends Connection {
  #retries = new Retries()

  static override lazy(options: ConnectionOptions): HubConnection {
    const retries = new Retries()
    const connection = super.lazy({ ...options, interceptors: [retries.interceptor] }) as HubConnection
    connection.#retries = retries
    return connection
  }

  override async close(): Promise<void> {
    await this.#retries.settle()
    await super.close()
  }
}

/** Where the Temporal cluster is, and how it is spoken to. */
export interface TemporalSettings {
  address: string
  namespace: string
  tls: boolean
  apiKey: string | undefined
}

/** A client that connects when it is first used, so that a process starts while Temporal is down. */
export function connectTemporal(config: TemporalSettings): Client {
  const connection = HubConnection.lazy({
    address: config.address,
    connectTimeout: 5_000,
    ...(config.tls ? { tls: true } : {}),
    ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
  })
  return new Client({ connection, namespace: config.namespace })
}

type Interceptor = ReturnType<typeof makeGrpcRetryInterceptor>

class Retries {
  #closing = false
  /** Scheduled, and not begun. */
  #scheduled = 0

  readonly #retrying = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !this.#closing && standard.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      this.#scheduled++
      return Math.min(longestDelayMs, standard.delayFunction(attempt, status))
    },
  })

  readonly interceptor: Interceptor = (options, nextCall) => {
    let isFirst = true
    return this.#retrying(options, given => {
      if (!isFirst) this.#scheduled--
      isFirst = false
      return nextCall(given)
    })
  }

  /** Waits until no retry is scheduled any more, however late the timers are. */
  async settle(): Promise<void> {
    this.#closing = true
    for (const until = Date.now() + 10 * longestDelayMs; this.#scheduled > 0 && Date.now() < until; await sleep(10));
  }
}
