import type { ClaimedDelivery } from './claim.ts'
import { claimQuiet } from './claim-quiet.ts'
import type { DispatchContext } from '../dispatch-context.ts'

/** Looks that find nothing come less often. */
const everyMs = 20
const longestGapMs = 80
const rowsAtOnce = 128
/** A publish commits this much after the instant that its rows are due at; what commits later is seen by a look far back. */
const commitLagMs = 100
const longestBackMs = 1_000
/** Such a look costs more, and comes this often; what it misses too waits for its turn among all. */
const farEveryMs = 300
const farBackMs = 3_000
/** Of the rows of a claim, what makes a workspace one that the others wait for. */
const busyPart = 1 / 8

/**
 * The claims for those who wait behind others: while more is due than is claimed, oldest first, what workspaces with little
 * here have due is claimed past the backlog.
 */
export class QuietClaims {
  readonly #context: DispatchContext
  #lookedAt = -Infinity
  #lookedFarAt = -Infinity
  #gapMs = everyMs
  #crowd: string[] = []

  constructor(context: DispatchContext) {
    this.#context = context
  }

  /** Learns from a general claim that left some of what is due whose backlog it is; from none of them, that there is none. */
  noteCrowd(claimed: readonly ClaimedDelivery[]): void {
    const rows = new Map<string, number>()
    for (const { workspaceId } of claimed) rows.set(workspaceId, (rows.get(workspaceId) ?? 0) + 1)
    this.#crowd = [...rows]
      .filter(([, count]) => count >= claimed.length * busyPart)
      .map(([workspaceId]) => workspaceId)
  }

  /** One claim, if it is time for one and there is room. */
  async claim(now: number): Promise<ClaimedDelivery[]> {
    const { load, pools, hub } = this.#context
    if (now - this.#lookedAt < this.#gapMs || load.paused || !load.hasQuietRoom) return []
    const isFar = now - this.#lookedFarAt >= farEveryMs
    if (isFar) this.#lookedFarAt = now
    const backMs = isFar ? farBackMs : Math.min(now - this.#lookedAt + commitLagMs, longestBackMs)
    this.#lookedAt = now
    const limits = { rows: rowsAtOnce, bytes: load.freeQuietBytes, leaseMs: hub.deliveryPolicy.leaseMs }
    const claimed = await claimQuiet(pools.claims, limits, backMs, [...this.#crowd, ...load.busyWorkspaces])
    this.#gapMs = claimed.length > 0 ? everyMs : Math.min(2 * this.#gapMs, longestGapMs)
    return claimed
  }
}
