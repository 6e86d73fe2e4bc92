import type pg from 'pg'
import { onBehalfOf } from '../db/on-behalf-of.ts'
import { HubError } from '../errors.ts'
import { blockHoldMs, blockSize, leastWaitMs, type Bucket } from './permit-policy.ts'
import { leasePermits } from './permit-store.ts'
import { WaitingLine } from './waiting-line.ts'

const gatherMs = 20

/** This process's end of one shared token bucket: permits come in blocks, and those who find none wait in line. */
export class PermitBucket {
  readonly key: string
  readonly #pool: pg.Pool
  readonly #bucket: Bucket
  readonly #line = new WaitingLine()
  #left = 0
  #block = 1
  #expiresAt = 0
  #pausedUntil = 0
  #leasing = false

  constructor(pool: pg.Pool, key: string, bucket: Bucket) {
    this.#pool = pool
    this.key = key
    this.#bucket = bucket
  }

  /** Whether a permit can be had this instant. */
  takeNow(): boolean {
    if (this.#line.length > 0 || this.#left < 1 || Date.now() >= this.#expiresAt) return false
    this.#left--
    return true
  }

  /** Waits for a permit until `deadline`. @throws HubError `RATE_LIMITED` as soon as it is clear that it will be later */
  async take(deadline: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.takeNow()) return
    const now = Date.now()
    const waitMs = Math.max(this.#pausedUntil - now, leastWaitMs(this.#bucket, this.#line.length + 1))
    if (now + waitMs > deadline) throw rateLimited(waitMs)
    const turn = this.#line.join(deadline, signal)
    if (!this.#leasing) void this.#serve()
    await turn
  }

  /** What is left of the block is void, and nobody gets a permit here for so long; other processes learn it by leasing. */
  pause(pauseMs: number): void {
    this.#left = 0
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + pauseMs)
    this.#line.refuse(this.#pausedUntil, rateLimited(pauseMs))
  }

  /** Whether nobody waits and no block is held, so that this may be forgotten. */
  get idle(): boolean {
    return this.#line.length === 0 && !this.#leasing && Date.now() >= Math.max(this.#expiresAt, this.#pausedUntil)
  }

  async #serve(): Promise<void> {
    this.#leasing = true
    try {
      while (this.#line.length > 0) {
        const waitMs = Math.max(await this.#lease(), this.#pausedUntil - Date.now())
        if (waitMs > 0) {
          this.#line.refuse(Date.now() + waitMs, rateLimited(waitMs))
          if (this.#line.length > 0) await this.#line.change(waitMs)
        }
      }
    } catch (error) {
      this.#line.refuse(Infinity, error as Error)
    } finally {
      this.#leasing = false
    }
  }

  /** Fetches one block and serves the line from it; gives how long to wait before the next try. */
  async #lease(): Promise<number> {
    const previousUsed = this.#block - this.#left
    const wanted = blockSize(this.#bucket, { waiting: this.#line.length, previousBlock: this.#block, previousUsed })
    // Whoever comes fetches for all: several workspaces may call by one app.
    const { granted, waitMs } = await onBehalfOf('permits', () =>
      leasePermits(this.#pool, this.key, this.#bucket, wanted),
    )
    if (granted === 0 || this.#pausedUntil > Date.now()) return waitMs
    this.#block = granted
    this.#left = granted - this.#line.admit(granted)
    this.#expiresAt = Date.now() + blockHoldMs
    // Out of an empty bucket permits come one by one: they are let gather for a moment, to come together.
    return granted < wanted ? gatherMs : 0
  }
}

function rateLimited(waitMs: number): HubError {
  return new HubError('RATE_LIMITED', {
    message: "The provider's rate limit is used up for now; try again later.",
    retryAfterMs: Math.ceil(waitMs),
  })
}
