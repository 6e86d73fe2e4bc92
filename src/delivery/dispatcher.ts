import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hub } from '../hub.ts'
import { Bodies } from './bodies.ts'
import { claimDue, claimHeld, type ClaimedDelivery } from './claim.ts'
import type { DispatchResult, EndpointMode } from './contract.ts'
import { createDeliveryPools, type DeliveryPools } from './delivery-pool.ts'
import { expandFanouts } from './fanout.ts'
import { finishWaiting } from './finish-waiting.ts'
import { noteHealth } from './health.ts'
import { heldEndpoints } from './held.ts'
import { Lane } from './lane.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { measureResults } from './measure.ts'
import { isPaused, NetworkWatch } from './outage.ts'
import type { Outcome } from './outcome.ts'
import { parseRetryAfter } from './policy.ts'
import { postOf } from './post.ts'
import { Recorder } from './recorder.ts'
import type { Result, Verdict } from './record.ts'
import { send } from './send.ts'
import { TargetCache } from './targets.ts'
import { verdictOn } from './verdict.ts'
import { createWaking, type Waking } from './waking.ts'

const claimRows = 256
const mostInFlight = 1_024
const mostInLine = 512
const mostBytes = 64 * 1024 * 1024
const mostUnrecorded = 4_000
const pollMs = 100
/** Claims closer together than this would be small ones. */
const claimGapMs = 8
/** A publish commits this much after the instant that its rows are due at, or the next sweep finds them. */
const commitLagMs = 500
const sweepMs = 1_000
const sweepBackMs = 120_000
const wholeSweepMs = 300_000
const housekeepingMs = 5_000

/**
 * The batch delivery of one process: claims what is due under leases, sends it as room comes, and records what came of it
 * in batches. It claims only while `run` is under way; what is under way when a run ends is finished beside the next one.
 */
export class Dispatcher {
  readonly #hub: Hub
  readonly #pools: DeliveryPools
  readonly #waking: Waking
  readonly #targets: TargetCache
  readonly #bodies = new Bodies()
  readonly #recorder: Recorder
  readonly #leases: LeaseKeeper
  readonly #network: NetworkWatch
  readonly #lanes = new Map<string, Lane>()
  readonly #full = new Set<Lane>()
  readonly #refills = new Set<Promise<void>>()
  readonly #stopped = new AbortController()
  #run: Promise<DispatchResult> | undefined
  #inFlight = 0
  #inLine = 0
  #bytes = 0
  #watermark = -Infinity
  #nextSweepAt = 0
  #nextWholeSweepAt = 0
  #sweeping: Promise<void> | undefined
  #nextHousekeepingAt = 0
  #housekeeping = false
  #blocked = false
  #lookBack = false
  #paused = false
  #counts = { delivered: 0, failed: 0 }

  constructor(hub: Hub) {
    this.#hub = hub
    this.#pools = createDeliveryPools(hub)
    this.#waking = createWaking(hub)
    this.#targets = new TargetCache(hub)
    this.#network = new NetworkWatch(hub)
    this.#recorder = new Recorder(this.#pools.results, hub.log, `${hostname()}:${process.pid}`, results => {
      this.#noteRecorded(results)
      measureResults(results)
      noteHealth(hub, this.#pools.results, results).catch((error: unknown) =>
        hub.log.error({ err: error }, 'the health of endpoints could not be noted'),
      )
    })
    this.#leases = new LeaseKeeper(this.#pools.results, hub.deliveryPolicy.leaseMs, hub.log)
  }

  get running(): boolean {
    return this.#run !== undefined
  }

  /** Claims and sends until the time is over, the signal aborts or the dispatcher stops. */
  async run(signal: AbortSignal): Promise<DispatchResult> {
    // Cancelled activities may overlap their successors for a moment; one loop claims.
    await this.#run?.catch(() => undefined)
    this.#run = this.#claimUntil(AbortSignal.any([signal, this.#stopped.signal]))
    try {
      return await this.#run
    } finally {
      this.#run = undefined
    }
  }

  /** Stops claiming, gives back what is not sent, waits for what is under way, records it. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#waking.nudge()
    await this.#run?.catch(() => undefined)
    await Promise.all([this.#sweeping, ...this.#refills])
    for (const lane of this.#lanes.values()) {
      for (const delivery of lane.queue.splice(0)) {
        this.#inLine--
        this.#bodies.release(delivery.eventId)
        this.#settle(delivery, { kind: 'back', delayMs: 0 })
      }
    }
    const endsAt = performance.now() + this.#hub.config.worker.shutdownGraceMs
    while (this.#inFlight > 0 && performance.now() < endsAt) await sleep(20)
    await this.#recorder.drain()
    this.#leases.close()
    await this.#waking.close()
    await this.#pools.close()
  }

  async #claimUntil(signal: AbortSignal): Promise<DispatchResult> {
    const endsAt = performance.now() + this.#hub.deliveryPolicy.dispatchRunMs
    const before = { ...this.#counts }
    this.#watermark = -Infinity
    this.#nextSweepAt = 0
    while (!signal.aborted && performance.now() < endsAt) {
      const startedAt = performance.now()
      try {
        if (await this.#turn(startedAt)) continue
        await this.#waking.wait(pollMs)
        const gapMs = claimGapMs - (performance.now() - startedAt)
        if (gapMs > 0) await sleep(gapMs)
      } catch (error) {
        this.#hub.log.warn({ err: error }, 'claiming failed; trying again')
        await sleep(500)
      }
    }
    return {
      delivered: this.#counts.delivered - before.delivered,
      failed: this.#counts.failed - before.failed,
      reason: this.#stopped.signal.aborted ? 'stopping' : 'time',
    }
  }

  /** One claim, if there is room. Gives whether more is due that there is room for. */
  async #turn(now: number): Promise<boolean> {
    if (now >= this.#nextHousekeepingAt) this.#keepHouse(now)
    if (now >= this.#nextSweepAt) this.#sweep(now)
    this.#blocked = !this.#hasRoom
    if (this.#blocked || this.#paused) return false
    const claimed = await this.#claimFrom(this.#watermark - (this.#lookBack ? sweepBackMs : 0))
    this.#lookBack = false
    const last = claimed.at(-1)
    if (last) this.#watermark = last.dueAtMs - commitLagMs
    await this.#accept(claimed)
    return claimed.length >= claimRows
  }

  get #hasRoom(): boolean {
    return this.#inLine < mostInLine && this.#bytes < mostBytes && this.#recorder.pending <= mostUnrecorded
  }

  #claimFrom(from: number): Promise<ClaimedDelivery[]> {
    const limits = { rows: claimRows, bytes: mostBytes - this.#bytes, leaseMs: this.#hub.deliveryPolicy.leaseMs }
    return claimDue(this.#pools.claims, limits, from)
  }

  /**
   * Looks behind the watermark, beside the claims: for what committed late, and for leases that ended. Every few minutes it
   * looks at everything. While an old snapshot keeps the rows of what is finished this costs much, and then comes less often.
   */
  #sweep(now: number): void {
    if (this.#sweeping) return
    const whole = now >= this.#nextWholeSweepAt
    this.#sweeping = (async () => {
      try {
        this.#paused = await isPaused(this.#pools.results)
        if (this.#paused || this.#watermark === -Infinity) return
        // Under load the next claim that has room does it.
        if (!this.#hasRoom) return void (this.#lookBack = true)
        const claimed = await this.#claimFrom(whole ? -Infinity : this.#watermark - sweepBackMs)
        if (whole) this.#nextWholeSweepAt = now + wholeSweepMs
        const last = claimed.at(-1)
        // A backlog is for the claims to work through.
        if (last && claimed.length >= claimRows) this.#watermark = Math.min(this.#watermark, last.dueAtMs - commitLagMs)
        await this.#accept(claimed)
      } catch (error) {
        this.#hub.log.warn({ err: error }, 'looking for late deliveries failed; it comes again')
      } finally {
        const costMs = performance.now() - now
        this.#nextSweepAt = performance.now() + Math.max(sweepMs, 20 * costMs)
        this.#sweeping = undefined
      }
    })()
  }

  /** Puts claimed deliveries in their lanes, and deals with those that are not to be sent. */
  async #accept(claimed: readonly ClaimedDelivery[]): Promise<void> {
    if (claimed.length === 0) return
    const sendable: ClaimedDelivery[] = []
    for (const delivery of claimed) {
      this.#leases.keep(delivery)
      this.#bytes += delivery.size
      const verdict = verdictByMode(delivery.mode)
      if (verdict) this.#settle(delivery, verdict)
      else sendable.push(delivery)
    }
    const accepted: ClaimedDelivery[] = []
    try {
      await this.#loadTargets(sendable)
    } catch (error) {
      for (const delivery of sendable) this.#forget(delivery)
      throw error
    }
    for (const delivery of sendable) if (this.#reserve(delivery)) accepted.push(delivery)
    try {
      await this.#bodies.take(this.#pools.claims, accepted)
    } catch (error) {
      for (const delivery of accepted) {
        this.#lanes.get(delivery.endpointId)!.expected--
        this.#forget(delivery)
      }
      throw error
    }
    for (const delivery of accepted) {
      const lane = this.#lanes.get(delivery.endpointId)!
      lane.expected--
      // The receiver may have asked for a pause while the payloads were read.
      const restMs = lane.notBefore - performance.now()
      if (restMs > 0) {
        this.#bodies.release(delivery.eventId)
        this.#settle(delivery, { kind: 'back', delayMs: restMs })
        continue
      }
      lane.queue.push(delivery)
      this.#inLine++
      this.#pump(lane)
    }
  }

  async #loadTargets(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    const wanted = new Map<string, Set<string>>()
    for (const { workspaceId, endpointId, version } of deliveries) {
      if ((this.#targets.get(endpointId)?.version ?? -1) >= version!) continue
      const ids = wanted.get(workspaceId)
      if (ids) ids.add(endpointId)
      else wanted.set(workspaceId, new Set([endpointId]))
    }
    for (const [workspaceId, ids] of wanted) await this.#targets.load(workspaceId, [...ids])
  }

  /** Finds room for a delivery in its endpoint's lane; what finds none waits in the table, out of the others' way. */
  #reserve(delivery: ClaimedDelivery): boolean {
    const target = this.#targets.get(delivery.endpointId)
    if (!target) {
      this.#settle(delivery, { kind: 'back', delayMs: 1_000 })
      return false
    }
    let lane = this.#lanes.get(delivery.endpointId)
    if (lane) lane.target = target
    else this.#lanes.set(delivery.endpointId, (lane = new Lane(target)))
    const now = performance.now()
    lane.lastUsedAt = now
    if (lane.notBefore > now) {
      this.#settle(delivery, { kind: 'back', delayMs: lane.notBefore - now })
      return false
    }
    if (lane.space <= 0) {
      lane.parked = true
      lane.holding++
      this.#settle(delivery, { kind: 'held' })
      return false
    }
    lane.expected++
    return true
  }

  /** Sends what there is room for. */
  #pump(lane: Lane): void {
    while (lane.queue.length > 0 && lane.hasRoom) {
      if (this.#inFlight >= mostInFlight) {
        this.#full.add(lane)
        return
      }
      const delivery = lane.queue.shift()!
      this.#inLine--
      this.#send(lane, delivery)
    }
    this.#full.delete(lane)
  }

  #send(lane: Lane, delivery: ClaimedDelivery): void {
    // A process that was frozen finds its leases ended: somebody else has these by now.
    const body = this.#bodies.get(delivery.eventId)
    this.#bodies.release(delivery.eventId)
    if (!this.#leases.holds(delivery)) return this.#forget(delivery)
    if (!body) return this.#settle(delivery, { kind: 'failed', reason: 'payload_expired' })
    this.#inFlight++
    lane.inFlight++
    send(this.#hub.outgoing.dispatcher, postOf(lane.target, delivery.eventId, body), outcome =>
      this.#finish(lane, delivery, outcome),
    )
  }

  #finish(lane: Lane, delivery: ClaimedDelivery, outcome: Outcome): void {
    this.#inFlight--
    lane.inFlight--
    lane.learn(outcome)
    this.#network.note(delivery.endpointId, outcome)
    const verdict = verdictOn(this.#hub.deliveryPolicy, delivery, lane.target, outcome)
    if (verdict.kind === 'retry' && parseRetryAfter(outcome.retryAfter, Date.now()) !== undefined) {
      this.#rest(lane, verdict.delayMs)
    }
    this.#settle(delivery, verdict, outcome)
    this.#pump(lane)
    for (const other of this.#full) {
      if (this.#inFlight >= mostInFlight) break
      this.#pump(other)
    }
    if (lane.parked) this.#refillSoon(lane)
    if (this.#blocked && this.#inLine < mostInLine / 2) this.#waking.nudge()
  }

  /** The receiver asked for a pause: what is in line for it goes back without an attempt being spent. */
  #rest(lane: Lane, ms: number): void {
    lane.notBefore = Math.max(lane.notBefore, performance.now() + ms)
    for (const delivery of lane.queue.splice(0)) {
      this.#inLine--
      this.#bodies.release(delivery.eventId)
      this.#settle(delivery, { kind: 'back', delayMs: ms })
    }
  }

  #refillSoon(lane: Lane): void {
    const refill = this.#refill(lane).finally(() => this.#refills.delete(refill))
    this.#refills.add(refill)
  }

  /** Claims what is held of an open endpoint for want of room here, now that there is room. */
  async #refill(lane: Lane): Promise<void> {
    if (lane.appetite <= 0 || lane.refilling || this.#run === undefined || lane.notBefore > performance.now()) return
    lane.refilling = true
    try {
      const claimed = await this.#claimHeld(lane.endpointId, lane.appetite)
      if (claimed === 0 && lane.holding === 0) lane.parked = false
    } catch (error) {
      this.#hub.log.warn({ err: error }, 'claiming held deliveries failed')
    } finally {
      lane.refilling = false
    }
  }

  async #claimHeld(endpointId: string, rows: number): Promise<number> {
    const bytes = Math.max(1, mostBytes - this.#bytes)
    const limits = { rows, bytes, leaseMs: this.#hub.deliveryPolicy.leaseMs }
    const claimed = await claimHeld(this.#pools.claims, limits, endpointId)
    await this.#accept(claimed)
    return claimed.length
  }

  /** A result for the recorder; the lease is kept until it is recorded. */
  #settle(delivery: ClaimedDelivery, verdict: Verdict, outcome?: Outcome): void {
    this.#bytes -= delivery.size
    if (verdict.kind === 'delivered') this.#counts.delivered++
    else if (outcome) this.#counts.failed++
    this.#recorder.add(outcome ? { delivery, verdict, outcome } : { delivery, verdict })
  }

  /** Leases last until results are recorded; from then on what is held can be claimed by its lane. */
  #noteRecorded(results: readonly Result[]): void {
    const waiting = new Set<Lane>()
    for (const { delivery, verdict } of results) {
      this.#leases.drop(delivery)
      if (verdict.kind !== 'held') continue
      const lane = this.#lanes.get(delivery.endpointId)
      if (!lane?.parked) continue
      lane.holding = Math.max(0, lane.holding - 1)
      waiting.add(lane)
    }
    for (const lane of waiting) this.#refillSoon(lane)
  }

  /** Lets go of a delivery as if it had never been claimed: when its lease ends it is claimed again. */
  #forget(delivery: ClaimedDelivery): void {
    this.#bytes -= delivery.size
    this.#leases.drop(delivery)
  }

  /** What needs no haste: held deliveries of endpoints that are open or gone, wide fan-outs, lanes out of use. */
  #keepHouse(now: number): void {
    if (this.#housekeeping) return
    this.#housekeeping = true
    this.#nextHousekeepingAt = now + housekeepingMs
    for (const lane of this.#lanes.values()) {
      if (lane.idle && now - lane.lastUsedAt > 60_000) this.#lanes.delete(lane.endpointId)
    }
    this.#sweepHeld()
      .then(() => expandFanouts(this.#hub, this.#pools.results))
      .then(made => made > 0 && this.#waking.nudge())
      .catch((error: unknown) => this.#hub.log.warn({ err: error }, 'housekeeping failed; it comes again'))
      .finally(() => (this.#housekeeping = false))
  }

  async #sweepHeld(): Promise<void> {
    for (const held of await heldEndpoints(this.#pools.results)) {
      if (held.mode === 'open') {
        const lane = this.#lanes.get(held.endpointId)
        if (lane) {
          lane.parked = true
          await this.#refill(lane)
        } else if (this.#run) await this.#claimHeld(held.endpointId, 32)
      } else if (held.mode === null || held.mode === 'disabled') {
        const reason = held.mode === null ? 'endpoint_deleted' : 'endpoint_disabled'
        await finishWaiting(this.#pools.results, held, { status: 'failed', reason }, 5_000)
      }
    }
  }
}

function verdictByMode(mode: EndpointMode | null): Verdict | undefined {
  switch (mode) {
    case 'open':
    case 'draining':
      return undefined
    case 'recovering':
    case 'paused':
      return { kind: 'held' }
    case 'disabled':
      return { kind: 'failed', reason: 'endpoint_disabled' }
    case null:
      return { kind: 'failed', reason: 'endpoint_deleted' }
  }
}
