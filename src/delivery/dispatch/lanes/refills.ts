import { claimHeld, type ClaimedDelivery } from '../claiming/claim.ts'
import type { DispatchContext } from '../dispatch-context.ts'
import type { Result } from '../recording/result.ts'
import type { Lane } from './lane.ts'

/** Rows that are claimed of an endpoint that has no lane yet. */
const rowsWithoutLane = 32

/** The claims of what is held of open endpoints for want of room here: each lane makes its own, as it gets room. */
export class Refills {
  readonly #context: DispatchContext
  readonly #lanes: ReadonlyMap<string, Lane>
  readonly #accept: (claimed: readonly ClaimedDelivery[]) => Promise<void>
  readonly #underWay = new Set<Promise<void>>()

  /** @param accept puts what was claimed in the lanes */
  constructor(
    context: DispatchContext,
    lanes: ReadonlyMap<string, Lane>,
    accept: (claimed: readonly ClaimedDelivery[]) => Promise<void>,
  ) {
    this.#context = context
    this.#lanes = lanes
    this.#accept = accept
  }

  /** Whether anything is claimed now. What is held of before a pause is taken up again by housekeeping. */
  get #claims(): boolean {
    return this.#context.running() && !this.#context.load.paused
  }

  soon(lane: Lane): void {
    const refill = this.#refill(lane).finally(() => this.#underWay.delete(refill))
    this.#underWay.add(refill)
  }

  /** Claims what is held of an open endpoint, now that there is room. */
  async #refill(lane: Lane): Promise<void> {
    // What was held since that claim began is not among what it brings.
    if (lane.refilling) return void (lane.refillAgain = true)
    if (lane.appetite <= 0 || !this.#claims || lane.notBefore > performance.now()) return
    const { refills } = this.#context.load
    if (!refills.hasRoom(lane.workspaceId, lane.refill)) return
    lane.refilling = true
    lane.refillAgain = false
    refills.take(lane.workspaceId)
    try {
      const claimed = await this.#claim(lane.endpointId, lane.appetite, lane.appetiteBytes)
      if (claimed === 0 && lane.holding === 0 && !lane.refillAgain) lane.parked = false
    } catch (error) {
      this.#context.hub.log.warn({ err: error }, 'claiming held deliveries failed')
    } finally {
      lane.refilling = false
      refills.giveBack(lane.workspaceId)
      refills.goOn()
    }
    if (lane.refillAgain) this.soon(lane)
  }

  async #claim(endpointId: string, rows: number, bytes: number): Promise<number> {
    const { hub, pools } = this.#context
    const limits = { rows, bytes, leaseMs: hub.deliveryPolicy.leaseMs }
    const claimed = await claimHeld(pools.claims, limits, endpointId)
    await this.#accept(claimed)
    return claimed.length
  }

  /** Takes up what is held of an open endpoint, for want of room here or because its release was interrupted. */
  async takeUp(endpointId: string): Promise<void> {
    const lane = this.#lanes.get(endpointId)
    if (lane) {
      lane.parked = true
      await this.#refill(lane)
    } else if (this.#claims) await this.#claim(endpointId, rowsWithoutLane, this.#context.load.freeBytes)
  }

  /** From then on what is held can be claimed by its lane. */
  noteRecorded(results: readonly Result[]): void {
    const waiting = new Set<Lane>()
    for (const { delivery, verdict } of results) {
      if (verdict.kind !== 'held') continue
      const lane = this.#lanes.get(delivery.endpointId)
      if (!lane?.parked) continue
      lane.holding = Math.max(0, lane.holding - 1)
      waiting.add(lane)
    }
    for (const lane of waiting) this.soon(lane)
  }

  /** Until none is under way. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay)
  }
}
