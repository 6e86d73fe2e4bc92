import type pg from 'pg'
import { onBehalfOf } from '../db/on-behalf-of.ts'
import { HubError } from '../errors.ts'
import { leaseSlots } from './slot-store.ts'
import { WaitingLine } from './waiting-line.ts'

const renewMs = 1_000
const pollMs = 250

/**
 * This process's part of a limit of calls at once. It is leased and renewed while there are calls, shrinks when another
 * process needs its share, and is given back when there are none.
 */
export class PermitSlots {
  readonly #pool: pg.Pool
  readonly #lease: { key: string; holder: string; limit: number }
  readonly #line = new WaitingLine()
  #slots = 0
  #inUse = 0
  /** The most that were in use since the last renewal: calls one after the other keep their slot between them. */
  #peak = 0
  #renewing = false
  #timer: NodeJS.Timeout | undefined

  constructor(pool: pg.Pool, key: string, holder: string, limit: number) {
    this.#pool = pool
    this.#lease = { key, holder, limit }
  }

  /** Whether nothing is held and nobody waits, so that this may be forgotten. */
  get idle(): boolean {
    return this.#inUse === 0 && this.#slots === 0 && this.#line.length === 0 && !this.#renewing
  }

  /** Waits for a slot until `deadline`; gives the function that frees it. @throws HubError `RATE_LIMITED` */
  async take(deadline: number, signal: AbortSignal | undefined): Promise<() => void> {
    const turn = this.#line.join(deadline, signal)
    this.#admit()
    if (this.#line.length > 0 && this.#slots < this.#lease.limit) void this.#renew()
    await turn
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#inUse--
      this.#admit()
    }
  }

  #admit(): void {
    // While a renewal is under way it is not known how many there will be.
    if (this.#renewing) return
    // Who is admitted holds its slot from now on, before its own code runs.
    this.#inUse += this.#line.admit(Math.max(0, this.#slots - this.#inUse))
    this.#peak = Math.max(this.#peak, this.#inUse)
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return
    this.#renewing = true
    clearTimeout(this.#timer)
    const inUse = this.#inUse
    const wanted = Math.min(this.#lease.limit, Math.max(this.#peak, inUse + this.#line.length))
    this.#peak = inUse
    try {
      this.#slots = await onBehalfOf('permits', () => leaseSlots(this.#pool, { ...this.#lease, inUse, wanted }))
    } catch (error) {
      this.#line.refuse(Infinity, error as Error)
    } finally {
      this.#renewing = false
    }
    this.#admit()
    this.#line.refuse(Date.now(), tooManyAtOnce())
    if (this.idle) return
    // All was given that was asked for and someone came meanwhile: there may be more.
    const delay = this.#line.length === 0 ? renewMs : this.#slots >= wanted ? 0 : pollMs
    this.#timer = setTimeout(() => void this.#renew(), delay)
    this.#timer.unref()
  }
}

function tooManyAtOnce(): HubError {
  return new HubError('RATE_LIMITED', {
    message: 'As many calls as the provider allows at once are under way; try again later.',
    retryAfterMs: renewMs,
  })
}
