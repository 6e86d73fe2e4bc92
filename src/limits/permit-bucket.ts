import type pg from 'pg'
import { onBehalfOf } from '../db/on-behalf-of.ts'
import { HubError } from '../errors.ts'
import { blockHoldMs, blockSize, leastWaitMs, type Bucket } from './permit-policy.ts'
import { giveBackPermits, leasePermits } from './permit-store.ts'
import { WaitingLine } from './waiting-line.ts'

const gatherMs = 20
/** What is owed to the bucket goes along with the next lease, or by itself when none comes. */
const owedForMs = blockHoldMs

/** This process's end of one shared token bucket: permits come in blocks, and those who find none wait in line. */
export class PermitBucket {
  readonly key: string
  readonly #pool: pg.Pool
  readonly #line = new WaitingLine()
  #bucket: Bucket
  #left = 0
  #block = 1
  /** What is to be given back to the bucket; below zero what is still to be taken from it. */
  #owed = 0
  #expiresAt = 0
  #pausedUntil = 0
  #leasing = false
  #timer: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool, key: string, bucket: Bucket) {
    this.#pool = pool
    this.key = key
    this.#bucket = bucket
  }

  /** The most permits that a call may want. */
  get capacity(): number {
    return this.#bucket.capacity
  }

  /** What this process has out of the bucket without having used it; below zero what it has used and not yet taken. */
  get held(): number {
    return this.#owed + (Date.now() < this.#expiresAt ? this.#left : 0)
  }

  /** How long it takes until so many permits have come back. */
  timeFor(permits: number): number {
    return permits / this.#bucket.perMs
  }

  /** What the provider says of this bucket counts from now on, instead of what is documented. */
  learn(bucket: Bucket): void {
    this.#bucket = bucket
  }

  /** Whether a call can have its permits this instant. */
  takeNow(permits = 1): boolean {
    if (this.#line.length > 0) return false
    const now = Date.now()
    if (this.#left >= permits && now < this.#expiresAt) this.#left -= permits
    else if (this.#owed >= permits && now >= this.#pausedUntil) this.#owed -= permits
    else return false
    return true
  }

  /** Waits for a call's permits until `deadline`. @throws HubError `RATE_LIMITED` as soon as it is clear that it will be later */
  async take(deadline: number, signal: AbortSignal | undefined, permits = 1): Promise<void> {
    if (this.takeNow(permits)) return
    const now = Date.now()
    const waitMs = Math.max(this.#pausedUntil - now, leastWaitMs(this.#bucket, this.#line.permits + permits))
    if (now + waitMs > deadline) throw rateLimited(waitMs)
    const turn = this.#line.join(deadline, signal, permits)
    if (!this.#leasing) void this.#serve()
    await turn
  }

  /** Gives back what a call did not need of its permits; below zero takes what it needed beyond them. */
  giveBack(permits: number): void {
    const now = Date.now()
    this.#owed += permits
    if (this.#owed < 0 && now < this.#expiresAt) {
      const paid = Math.min(this.#left, -this.#owed)
      this.#left -= paid
      this.#owed += paid
    }
    if (this.#owed > 0 && now >= this.#pausedUntil) this.#owed -= this.#line.admit(this.#owed)
    if (this.#owed !== 0) this.#timer ??= setTimeout(() => void this.#payBack(), owedForMs).unref()
  }

  /** What is left of the block is void, and nobody gets a permit here for so long; other processes learn it by leasing. */
  pause(pauseMs: number): void {
    this.#left = 0
    this.#owed = Math.min(0, this.#owed)
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + pauseMs)
    this.#line.refuse(this.#pausedUntil, rateLimited(pauseMs))
  }

  /** Whether nobody waits and no block is held, so that this may be forgotten. */
  get idle(): boolean {
    const isBusy = this.#line.length > 0 || this.#leasing || this.#owed !== 0
    return !isBusy && Date.now() >= Math.max(this.#expiresAt, this.#pausedUntil)
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
    const least = this.#line.first
    const demand = { waiting: this.#line.permits, previousBlock: this.#block, previousUsed }
    const wanted = Math.max(least, blockSize(this.#bucket, demand))
    // What is left is too little for the first in line: it goes back, and comes again with the rest.
    const back = this.#owed + (Date.now() < this.#expiresAt ? this.#left : 0)
    this.#owed = 0
    this.#left = 0
    // Whoever comes fetches for all: several workspaces may call by one app.
    const { granted, waitMs } = await onBehalfOf('permits', () =>
      leasePermits(this.#pool, this.key, this.#bucket, { wanted, least, back }),
    )
    if (granted === 0 || this.#pausedUntil > Date.now()) return waitMs
    this.#block = granted
    this.#left = granted - this.#line.admit(granted)
    this.#expiresAt = Date.now() + blockHoldMs
    // Out of an empty bucket permits come one by one: they are let gather for a moment, to come together.
    return granted < wanted ? gatherMs : 0
  }

  /** An owed rest that is lost with the process, or in an error, comes back by itself as the bucket fills. */
  async #payBack(): Promise<void> {
    this.#timer = undefined
    const owed = this.#owed
    this.#owed = 0
    if (owed === 0) return
    await onBehalfOf('permits', () => giveBackPermits(this.#pool, this.key, this.#bucket, owed)).catch(() => undefined)
  }
}

function rateLimited(waitMs: number): HubError {
  return new HubError('RATE_LIMITED', {
    message: "The provider's rate limit is used up for now; try again later.",
    retryAfterMs: Math.ceil(waitMs),
  })
}
