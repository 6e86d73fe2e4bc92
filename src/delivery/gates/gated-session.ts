import type { BatchedEvent } from '../sending/batch.ts'
import type { ClaimedDelivery } from '../dispatch/claiming/claim.ts'
import { loadTargetsOf } from '../dispatch/targets/load-current.ts'
import type { DispatchContext } from '../dispatch/dispatch-context.ts'
import { holdsGate, type GateHolder } from './gate-keeper.ts'
import { PlainLine, type GateLine } from './gate-line.ts'
import { leaveLines, letGo } from './gate-rows.ts'
import type { Gate } from './gate-store.ts'
import { Lane } from '../dispatch/lanes/lane.ts'
import { OrderedLine } from './ordered-line.ts'
import type { Outcome } from '../sending/outcome.ts'
import { postOfEvents } from '../sending/post-events.ts'
import { Rate } from './rate.ts'
import type { Verdict } from '../dispatch/recording/result.ts'
import { send } from '../sending/send.ts'
import { splitSizes, verdictsOn } from '../sending/split.ts'
import type { Target } from '../dispatch/targets/target-cache.ts'
import { restMs } from '../dispatch/lanes/verdict.ts'

const mostInHand = 1_024
const fewestPosts = 16
/** Claimed deliveries should last about this long, so that a pause or a change takes effect soon. */
const lineMs = 2_000
/** While a POST is under way, a batch waits for so long to become full. */
const fillMs = 100
const idleMs = 5_000
const quickLookMs = 50
const busyLookMs = 200
const slowLookMs = 1_000
/** A session waits for a retry that is due within this time. Its regular look finds later ones. */
const soonMs = 5_000
const rowsAtOnce = 5_000

/**
 * Serves one gated endpoint while this process holds its gate: claims its deliveries, and sends them within its limits and in
 * its order.
 */
export class GatedSession implements GateHolder {
  readonly gate: Gate
  readonly #context: DispatchContext
  readonly #target: Target
  readonly #lane: Lane
  readonly #line: GateLine
  readonly #rate: Rate
  readonly #splits = new Map<string, number>()
  readonly #ended: () => void
  readonly #goOn = () => this.#look()
  #state: 'serving' | 'closing' | 'lost' = 'serving'
  #looking: Promise<void> | undefined
  #wanted = true
  #lookGapMs = quickLookMs
  #lookedAt = -Infinity
  #more = false
  #usefulAt = performance.now()
  #timer: NodeJS.Timeout | undefined
  #timerAt = Infinity
  #finished: (() => void) | undefined

  /** @param ended is called when nothing of it is left in this process and the gate is lost or about to be given back */
  constructor(context: DispatchContext, gate: Gate, target: Target, ended: () => void) {
    this.#context = context
    this.gate = gate
    this.#target = target
    this.#lane = new Lane(target, context.load, () => this.#pump())
    // Whatever was before: a hand-over, a recovery, a first delivery.
    this.#lane.startSlowly()
    this.#line = target.ordered ? new OrderedLine(target.batchSize) : new PlainLine()
    this.#rate = new Rate(target.rateLimit, gate.rateAheadMs)
    this.#ended = ended
  }

  get version(): number {
    return this.#target.version
  }

  get rateAheadMs(): number {
    return this.#rate.aheadMs
  }

  /** Nothing was due for some seconds. */
  get idle(): boolean {
    return this.#line.size === 0 && !this.#looking && performance.now() - this.#usefulAt > idleMs
  }

  /** Puts rows right that were written under other settings. */
  async prepare(): Promise<void> {
    const { pools } = this.#context
    const settle = !this.#target.gated ? letGo : this.#target.ordered ? undefined : leaveLines
    while (settle && holdsGate(this.gate)) if ((await settle(pools.gates, this.gate, rowsAtOnce)) < rowsAtOnce) break
  }

  /** Something may be due. */
  nudge(): void {
    this.#wanted = true
    this.#look()
  }

  lost(): void {
    if (this.#state === 'lost') return
    this.#state = 'lost'
    this.#putDown()
    this.#end()
  }

  /** Sends nothing more; resolves when what is under way has been recorded. */
  async close(): Promise<void> {
    if (this.#state === 'serving') this.#state = 'closing'
    await this.#looking
    if (this.#state === 'lost') return
    this.#putDown()
    if (this.#line.size === 0) return this.#end()
    await new Promise<void>(resolve => (this.#finished = resolve))
  }

  #end(): void {
    clearTimeout(this.#timer)
    this.#finished?.()
    this.#ended()
  }

  /** What is not sent stays in the table for the next holder of the gate. */
  #putDown(): void {
    for (const delivery of this.#line.clear()) this.#forget(delivery)
  }

  #forget(delivery: ClaimedDelivery): void {
    this.#context.bodies.release(delivery.eventId)
    this.#context.holdings.forget(delivery)
  }

  /** How many more it would have in hand. */
  get #appetite(): number {
    const { batchSize } = this.#target
    const posts = Math.min(Math.max(fewestPosts, 4 * this.#lane.allowed), this.#rate.within(lineMs))
    const wanted = Math.max(1, posts) * batchSize
    if (this.#line.ready > wanted / 2) return 0
    return Math.max(0, Math.min(wanted, mostInHand - this.#line.waiting))
  }

  #look(): void {
    if (this.#looking || this.#state !== 'serving' || !(this.#wanted || this.#more)) return
    if (!holdsGate(this.gate)) return this.lost()
    const { load, running, hub } = this.#context
    if (this.#appetite <= 0 || load.paused || !load.hasSpace || !running()) return
    const restMs = this.#lane.notBefore - performance.now()
    const gapMs = this.#more ? 0 : this.#lookedAt + this.#lookGapMs - performance.now()
    if (restMs > 0 || gapMs > 0) return this.#again(Math.max(restMs, gapMs))
    const { workspaceId } = this.gate
    if (!load.gateClaims.hasRoom(workspaceId, this.#goOn)) return
    load.gateClaims.take(workspaceId)
    this.#looking = this.#claim()
      .catch((error: unknown) => {
        this.#wanted = true
        hub.log.warn({ err: error, endpointId: this.gate.endpointId }, 'claiming through a gate failed')
        this.#again(slowLookMs)
      })
      .finally(() => {
        this.#looking = undefined
        load.gateClaims.giveBack(workspaceId)
        load.gateClaims.goOn()
        this.#pump()
        this.#look()
      })
  }

  async #claim(): Promise<void> {
    const { pools, load, hub, holdings, bodies, targets } = this.#context
    this.#wanted = false
    this.#lookedAt = performance.now()
    const limits = { rows: this.#appetite, bytes: load.freeBytes, leaseMs: hub.deliveryPolicy.leaseMs }
    const { claimed, more } = await this.#line.claim(pools.gates, limits, this.gate)
    this.#more = more
    const longest = this.#line.size > 0 ? busyLookMs : slowLookMs
    this.#lookGapMs = claimed.length > 0 || more ? quickLookMs : Math.min(2 * this.#lookGapMs, longest)
    if (claimed.length === 0) return
    this.#usefulAt = performance.now()
    for (const delivery of claimed) holdings.keep(delivery)
    try {
      await loadTargetsOf(targets, claimed)
      await bodies.take(pools.claims, claimed)
    } catch (error) {
      for (const delivery of claimed) holdings.forget(delivery)
      throw error
    }
    // Another version of the settings is another session's.
    if (this.#state !== 'serving' || targets.get(this.gate.endpointId)?.version !== this.version) {
      for (const delivery of claimed) this.#forget(delivery)
      return
    }
    this.#line.add(claimed)
  }

  /** Looks and sends again after a while. */
  #again(ms: number): void {
    const at = performance.now() + ms
    if (at >= this.#timerAt) return
    clearTimeout(this.#timer)
    this.#timerAt = at
    this.#timer = setTimeout(() => {
      this.#timerAt = Infinity
      this.#pump()
      this.#look()
    }, ms)
    this.#timer.unref()
  }

  /** Sends what its limits allow. */
  #pump(): void {
    while (this.#state === 'serving' && this.#line.ready > 0 && !this.#lane.isFull) {
      if (!holdsGate(this.gate)) return this.lost()
      const waitMs = Math.max(this.#rate.waitMs, this.#lane.notBefore - performance.now(), this.#fillMs)
      if (waitMs > 0) return this.#again(Math.max(1, waitMs))
      if (!this.#lane.takesRequest()) return
      this.#send(this.#line.next(this.#target.batchSize, delivery => this.#mostWith(delivery)))
    }
  }

  /** While another batch is under way, a batch that is not full waits this long for more. */
  get #fillMs(): number {
    const { batchSize } = this.#target
    if (batchSize === 1 || this.#line.waiting >= batchSize) return 0
    if (this.#looking) return fillMs
    return this.#lane.inFlight === 0 ? 0 : this.#lookedAt + fillMs - performance.now()
  }

  /** After a batch was refused, its deliveries go in smaller ones. */
  #mostWith(delivery: ClaimedDelivery): number {
    const { batchSize } = this.#target
    return this.#splits.get(delivery.id) ?? splitSizes(batchSize, delivery)
  }

  #send(taken: readonly ClaimedDelivery[]): void {
    const { bodies, holdings, hub } = this.#context
    const events: BatchedEvent[] = []
    const sent: ClaimedDelivery[] = []
    for (const delivery of taken) {
      const body = bodies.get(delivery.eventId)
      bodies.release(delivery.eventId)
      if (!holdings.holds(delivery)) {
        holdings.forget(delivery)
        this.recorded(delivery, { kind: 'back', delayMs: 0 })
      } else if (!body) holdings.settle(delivery, { kind: 'failed', reason: 'payload_expired' })
      else {
        events.push({ id: delivery.eventId, body })
        sent.push(delivery)
      }
    }
    if (sent.length === 0) return
    this.#lane.begin(0)
    this.#rate.count()
    const post = postOfEvents(this.#target, events)
    const mayGo = () => holdsGate(this.gate)
    send(hub.outgoing.dispatcher, { ...post, mayGo }, outcome => {
      this.#lane.end(0)
      this.#finish(sent, outcome)
    })
  }

  #finish(sent: readonly ClaimedDelivery[], outcome: Outcome): void {
    const { holdings, network, hub } = this.#context
    this.#lane.learn(outcome)
    this.#usefulAt = performance.now()
    network.note(this.gate, this.#target.origin, outcome)
    const askedMs = restMs(sent[0]!, this.#target, outcome)
    if (askedMs !== undefined) {
      this.#lane.notBefore = Math.max(this.#lane.notBefore, performance.now() + askedMs)
      this.#putDown()
      this.#wanted = true
    }
    const { verdicts, most } = verdictsOn(hub.deliveryPolicy, sent, this.#target, outcome)
    for (const [n, delivery] of sent.entries()) {
      if (most !== undefined) this.#splits.set(delivery.id, most)
      holdings.settle(delivery, verdicts[n]!, outcome)
    }
    this.#pump()
    this.#lane.goOn()
    this.#look()
  }

  /** A result is recorded: what waited for it goes on. */
  recorded(delivery: ClaimedDelivery, verdict: Verdict): void {
    for (const put of this.#line.recorded(delivery, verdict)) this.#forget(put)
    if (verdict.kind === 'delivered' || verdict.kind === 'failed') this.#splits.delete(delivery.id)
    if (this.#state !== 'serving') {
      if (this.#line.size === 0) this.#end()
      return
    }
    // There may be more of its key.
    this.#wanted ||= this.#target.ordered
    if (verdict.kind === 'retry' && verdict.delayMs < soonMs) {
      setTimeout(() => this.nudge(), verdict.delayMs).unref()
    }
    this.#pump()
    this.#look()
  }
}
