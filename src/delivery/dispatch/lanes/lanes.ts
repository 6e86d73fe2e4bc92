import type { ClaimedDelivery } from '../claiming/claim.ts'
import { loadTargetsOf } from '../targets/load-current.ts'
import type { DispatchContext } from '../dispatch-context.ts'
import { adoptStrays } from '../../gates/gate-rows.ts'
import { Lane } from './lane.ts'
import type { Outcome } from '../../sending/outcome.ts'
import { postOf } from '../../sending/post.ts'
import { send } from '../../sending/send.ts'
import type { Target } from '../targets/target-cache.ts'
import { Refills } from './refills.ts'
import { restMs, verdictByMode, verdictOn } from './verdict.ts'

const unusedMs = 60_000

/** The lanes of the endpoints without a gate: what was claimed lines up in them, and is sent as room comes. */
export class Lanes {
  readonly #context: DispatchContext
  readonly #lanes = new Map<string, Lane>()
  /** The claims of what is held for want of room here. */
  readonly refills: Refills
  /** Called when a line that was full became short. */
  readonly #spacious: () => void

  constructor(context: DispatchContext, spacious: () => void) {
    this.#context = context
    this.#spacious = spacious
    this.refills = new Refills(context, this.#lanes, claimed => this.accept(claimed))
  }

  /** Puts claimed deliveries in their lanes, and deals with those that are not to be sent. */
  async accept(claimed: readonly ClaimedDelivery[]): Promise<void> {
    if (claimed.length === 0) return
    const { holdings, bodies, pools } = this.#context
    const sendable: ClaimedDelivery[] = []
    for (const delivery of claimed) {
      holdings.keep(delivery)
      const verdict = verdictByMode(delivery.mode)
      if (verdict) holdings.settle(delivery, verdict)
      else sendable.push(delivery)
    }
    const accepted: ClaimedDelivery[] = []
    const strays: ClaimedDelivery[] = []
    try {
      await loadTargetsOf(this.#context.targets, sendable)
    } catch (error) {
      for (const delivery of sendable) holdings.forget(delivery)
      throw error
    }
    for (const delivery of sendable) {
      if (this.#context.targets.get(delivery.endpointId)?.gated) strays.push(delivery)
      else if (this.#reserve(delivery)) accepted.push(delivery)
    }
    try {
      if (strays.length > 0) await this.#adopt(strays)
      await bodies.take(pools.claims, accepted)
    } catch (error) {
      for (const delivery of accepted) {
        this.#lanes.get(delivery.endpointId)!.leave(delivery)
        holdings.forget(delivery)
      }
      throw error
    }
    for (const delivery of accepted) {
      const lane = this.#lanes.get(delivery.endpointId)!
      // The receiver may have asked for a pause while the payloads were read.
      const restMs = lane.notBefore - performance.now()
      if (restMs > 0) {
        lane.leave(delivery)
        bodies.release(delivery.eventId)
        holdings.settle(delivery, { kind: 'back', delayMs: restMs })
        continue
      }
      lane.queue.push(delivery)
      this.#pump(lane)
    }
  }

  /** Written before their endpoint got a gate: they go through it from now on. */
  async #adopt(strays: readonly ClaimedDelivery[]): Promise<void> {
    const { pools, holdings, waking } = this.#context
    for (const delivery of strays) holdings.forget(delivery)
    await adoptStrays(pools.results, strays)
    waking.nudge()
  }

  /** Finds room for a delivery in its endpoint's lane; what finds none waits in the table, out of the others' way. */
  #reserve(delivery: ClaimedDelivery): boolean {
    const { targets, holdings } = this.#context
    const target = targets.get(delivery.endpointId)
    if (!target) {
      holdings.settle(delivery, { kind: 'back', delayMs: 1_000 })
      return false
    }
    let lane = this.#lanes.get(delivery.endpointId)
    if (lane) lane.target = target
    else lane = this.#open(target)
    const now = performance.now()
    lane.lastUsedAt = now
    if (lane.notBefore > now) {
      holdings.settle(delivery, { kind: 'back', delayMs: lane.notBefore - now })
      return false
    }
    if (!lane.takes(delivery)) {
      this.#hold(lane, delivery)
      return false
    }
    if (delivery.wasHeld) lane.parked = true
    lane.join(delivery)
    return true
  }

  #open(target: Target): Lane {
    const lane: Lane = new Lane(target, this.#context.load, () => this.#pump(lane))
    lane.refill = () => this.refills.soon(lane)
    this.#lanes.set(target.endpointId, lane)
    return lane
  }

  /** Lets a delivery wait in the table until its lane takes it up. */
  #hold(lane: Lane, delivery: ClaimedDelivery): void {
    lane.parked = true
    lane.holding++
    this.#context.holdings.settle(delivery, { kind: 'held' })
  }

  /** Sends what there is room for. */
  #pump(lane: Lane): void {
    while (lane.queue.length > 0 && !lane.isFull && lane.takesRequest()) {
      const delivery = lane.queue.shift()!
      lane.leave(delivery)
      this.#send(lane, delivery)
    }
  }

  #send(lane: Lane, delivery: ClaimedDelivery): void {
    const { bodies, holdings, hub } = this.#context
    // A process that was frozen finds its leases ended: somebody else has these by now.
    const body = bodies.get(delivery.eventId)
    bodies.release(delivery.eventId)
    if (!holdings.holds(delivery)) return holdings.forget(delivery)
    if (!body) return holdings.settle(delivery, { kind: 'failed', reason: 'payload_expired' })
    lane.begin(delivery.size)
    send(hub.outgoing.dispatcher, postOf(lane.target, delivery.eventId, body), outcome => {
      lane.end(delivery.size)
      this.#finish(lane, delivery, outcome)
    })
  }

  #finish(lane: Lane, delivery: ClaimedDelivery, outcome: Outcome): void {
    const { holdings, hub, network } = this.#context
    // What a frozen process measured says nothing of the receiver.
    if (holdings.holds(delivery)) lane.learn(outcome)
    network.note(delivery, lane.target.origin, outcome)
    const verdict = verdictOn(hub.deliveryPolicy, delivery, lane.target, outcome)
    const askedMs = restMs(delivery, lane.target, outcome)
    if (askedMs !== undefined) this.#rest(lane, askedMs)
    holdings.settle(delivery, verdict, outcome)
    this.#pump(lane)
    lane.goOn()
    if (lane.parked) this.refills.soon(lane)
    this.#spacious()
  }

  /** The receiver asked for a pause: what is in line for it goes back without an attempt being spent. */
  #rest(lane: Lane, ms: number): void {
    lane.notBefore = Math.max(lane.notBefore, performance.now() + ms)
    this.#giveBack(lane, ms)
  }

  #giveBack(lane: Lane, delayMs: number): void {
    for (const delivery of this.#clear(lane)) this.#context.holdings.settle(delivery, { kind: 'back', delayMs })
  }

  /** Takes a lane's line apart. */
  #clear(lane: Lane): ClaimedDelivery[] {
    const cleared = lane.queue.splice(0)
    for (const delivery of cleared) {
      lane.leave(delivery)
      this.#context.bodies.release(delivery.eventId)
    }
    return cleared
  }

  /** What general claims put in line of an endpoint that stopped answering waits in the table instead, out of the others' way. */
  makeRoom(now: number): void {
    for (const lane of this.#lanes.values()) {
      if (!lane.standsStill(now) || lane.queue.every(delivery => delivery.wasHeld)) continue
      for (const delivery of this.#clear(lane)) this.#hold(lane, delivery)
    }
  }

  /** Forgets lanes that were not used for long. */
  forgetUnused(now: number): void {
    for (const lane of this.#lanes.values()) {
      if (lane.idle && now - lane.lastUsedAt > unusedMs) this.#lanes.delete(lane.endpointId)
    }
  }

  /** Gives back everything that is in line. */
  async empty(): Promise<void> {
    await this.refills.settle()
    for (const lane of this.#lanes.values()) this.#giveBack(lane, 0)
  }
}
