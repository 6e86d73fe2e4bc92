import { claimDue, type ClaimedDelivery } from './claim.ts'
import type { DispatchContext } from '../dispatch-context.ts'
import type { Lanes } from '../lanes/lanes.ts'
import { findOutage } from '../../recovery/outage.ts'
import { QuietClaims } from './quiet-claims.ts'

const claimRows = 256
/** A publish commits this much after the instant that its rows are due at, or the next sweep finds them. */
const commitLagMs = 500
const sweepMs = 1_000
const sweepBackMs = 120_000
const wholeSweepMs = 300_000
const standstillLookMs = 250
/** A process that was away for longer than this has answers to read before it says that one is late. */
const awayMs = 500

/**
 * The general claim of one process, oldest first. What is before its watermark was claimed already; a sweep looks there, now
 * and then.
 */
export class Claims {
  readonly #context: DispatchContext
  readonly #lanes: Lanes
  readonly #quiet: QuietClaims
  #watermark = -Infinity
  #nextSweepAt = 0
  #nextWholeSweepAt = 0
  #sweeping: Promise<void> | undefined
  #blocked = false
  #more = false
  #lastRows = 0
  #lookBack = false
  #turnedAt = -Infinity
  #nextLookAt = 0

  constructor(context: DispatchContext, lanes: Lanes) {
    this.#context = context
    this.#lanes = lanes
    this.#quiet = new QuietClaims(context)
  }

  /** Begins from the oldest. */
  begin(): void {
    this.#watermark = -Infinity
    this.#nextSweepAt = 0
  }

  /** The last turn found no room. */
  get blocked(): boolean {
    return this.#blocked
  }

  /** How many the last turn claimed. */
  get lastRows(): number {
    return this.#lastRows
  }

  /** Resolves when no sweep is under way. */
  async settled(): Promise<void> {
    await this.#sweeping
  }

  /** One claim, if there is room. Gives whether more is due that there is room for. */
  async turn(now: number): Promise<boolean> {
    const { load } = this.#context
    if (now >= this.#nextSweepAt) this.#sweep(now)
    this.#lookForStandstills(now)
    // Those whom a backlog keeps waiting go first, and whatever room the others have taken.
    const behind = this.#blocked || this.#more
    this.#blocked = !load.hasRoom
    if (behind || this.#blocked) await this.#lanes.accept(await this.#quiet.claim(now))
    this.#lastRows = 0
    if (this.#blocked || load.paused) return false
    const lookBack = this.#lookBack
    this.#lookBack = false
    const claimed = await this.#claimFrom(this.#watermark - (lookBack ? sweepBackMs : 0))
    if (lookBack) this.#sweptSince(now)
    this.#lastRows = claimed.length
    const last = claimed.at(-1)
    if (last) this.#watermark = last.dueAtMs - commitLagMs
    this.#more = claimed.length >= claimRows
    this.#quiet.noteCrowd(this.#more ? claimed : [])
    await this.#lanes.accept(claimed)
    return this.#more
  }

  #lookForStandstills(now: number): void {
    const wasAway = now - this.#turnedAt > awayMs
    this.#turnedAt = now
    if (wasAway || now < this.#nextLookAt) return
    this.#nextLookAt = now + standstillLookMs
    this.#lanes.makeRoom(now)
  }

  #claimFrom(from: number): Promise<ClaimedDelivery[]> {
    const { load, pools, hub } = this.#context
    return claimDue(pools.claims, { rows: claimRows, bytes: load.freeBytes, leaseMs: hub.deliveryPolicy.leaseMs }, from)
  }

  /**
   * Looks behind the watermark, beside the claims: for what committed late, and for leases that ended. Every few minutes it
   * looks at everything. While an old snapshot keeps the rows of what is finished this costs much, and then comes less often.
   */
  #sweep(now: number): void {
    if (this.#sweeping) return
    const { load, pools, hub, network } = this.#context
    const whole = now >= this.#nextWholeSweepAt
    this.#sweeping = (async () => {
      try {
        load.paused = (await findOutage(pools.results)) !== undefined
        if (load.paused) network.forget()
        if (load.paused || this.#watermark === -Infinity) return
        // Under load the next claim that has room does it.
        if (!load.hasRoom) return void (this.#lookBack = true)
        const claimed = await this.#claimFrom(whole ? -Infinity : this.#watermark - sweepBackMs)
        if (whole) this.#nextWholeSweepAt = now + wholeSweepMs
        const last = claimed.at(-1)
        // A backlog is for the claims to work through.
        if (last && claimed.length >= claimRows) this.#watermark = Math.min(this.#watermark, last.dueAtMs - commitLagMs)
        await this.#lanes.accept(claimed)
      } catch (error) {
        hub.log.warn({ err: error }, 'looking for late deliveries failed; it comes again')
      } finally {
        this.#sweptSince(now)
        this.#sweeping = undefined
      }
    })()
  }

  /** The next sweep comes after twenty times what this one took. */
  #sweptSince(startedAt: number): void {
    const endedAt = performance.now()
    this.#nextSweepAt = endedAt + Math.max(sweepMs, 20 * (endedAt - startedAt))
  }
}
