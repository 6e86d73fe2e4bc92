import { setTimeout as sleep } from 'node:timers/promises'
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
  type GrpcRetryOptions,
} from '@temporalio/client'

/** The client's own retries, fewer and shorter: callers have deadlines, and what fails is asked for again by its row. */
const standard = defaultGrpcRetryOptions({ maxAttempts: 4 })

/**
 * A connection whose closing first waits out the retries that are scheduled, less than a second. The client fires each from
 * a timer; on a channel closed meanwhile it would throw there, where nobody can catch it.
 */
export class HubConnection extends Connection {
  #retries = new Retries()

  static override lazy(options: ConnectionOptions): HubConnection {
    const retries = new Retries()
    const interceptors = [makeGrpcRetryInterceptor(retries.options)]
    const connection = super.lazy({ ...options, interceptors }) as HubConnection
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

class Retries {
  #closing = false
  #quietAtMs = 0

  readonly options: GrpcRetryOptions = {
    retryableDecider: (attempt, status) => !this.#closing && standard.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = Math.min(1_000, standard.delayFunction(attempt, status))
      this.#quietAtMs = Math.max(this.#quietAtMs, Date.now() + delayMs)
      return delayMs
    },
  }

  async settle(): Promise<void> {
    this.#closing = true
    const waitMs = this.#quietAtMs - Date.now()
    // A little longer, so that the last retry has started its call when the channel closes.
    if (waitMs > 0) await sleep(waitMs + 50)
  }
}
