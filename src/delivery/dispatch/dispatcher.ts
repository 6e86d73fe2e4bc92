import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DeliveryParts } from '../parts.ts'
import { Bodies } from './lanes/bodies.ts'
import { Claims } from './claiming/claims.ts'
import type { DispatchResult } from '../contract.ts'
import { createDeliveryPools } from './delivery-pool.ts'
import type { DispatchContext } from './dispatch-context.ts'
import { GatedSessions } from '../gates/gated-sessions.ts'
import { noteHealth } from '../recovery/health.ts'
import { Holdings } from './claiming/holdings.ts'
import { Housekeeping } from './housekeeping.ts'
import { Lanes } from './lanes/lanes.ts'
import { LeaseKeeper } from './claiming/lease-keeper.ts'
import { Load } from './lanes/load.ts'
import { measureResults } from './recording/measure.ts'
import { NetworkWatch } from '../recovery/network-watch.ts'
import { Recorder } from './recording/recorder.ts'
import type { Result } from './recording/result.ts'
import { TargetCache } from './targets/target-cache.ts'
import { createWaking } from './waking/listen.ts'

const pollMs = 100
/** Claims closer together than this would be small ones; where much is due, fewer and larger ones leave more for the sending. */
const claimGapMs = 8
const busyClaimGapMs = 20
const busyClaimRows = 32

/**
 * The batch delivery of one process: claims what is due under leases, sends it as room comes, and records what came of it
 * in batches. It claims only while `run` is under way; what is under way when a run ends is finished beside the next one.
 */
export class Dispatcher {
  readonly #hub: DeliveryParts
  readonly #context: DispatchContext
  readonly #recorder: Recorder
  readonly #leases: LeaseKeeper
  readonly #lanes: Lanes
  readonly #claims: Claims
  readonly #gates: GatedSessions
  readonly #housekeeping: Housekeeping
  readonly #stopped = new AbortController()
  #run: Promise<DispatchResult> | undefined

  constructor(hub: DeliveryParts) {
    this.#hub = hub
    const pools = createDeliveryPools(hub)
    this.#recorder = new Recorder(hub, pools.results, `${hostname()}:${process.pid}`, (results, finished) => {
      this.#noteRecorded(results, finished)
      measureResults(results)
      noteHealth(hub, pools.results, results).catch((error: unknown) =>
        hub.log.error({ err: error }, 'the health of endpoints could not be noted'),
      )
    })
    this.#leases = new LeaseKeeper(pools.results, hub.deliveryPolicy.leaseMs, hub.log)
    const load = new Load(this.#recorder)
    const context: DispatchContext = {
      hub,
      pools,
      load,
      targets: new TargetCache(hub),
      bodies: new Bodies(),
      holdings: new Holdings(this.#leases, this.#recorder, load),
      network: new NetworkWatch(hub, load),
      waking: createWaking(hub),
      running: () => this.#run !== undefined,
    }
    this.#context = context
    this.#lanes = new Lanes(context, () => {
      if (this.#claims.blocked && load.lineIsShort) context.waking.nudge()
    })
    this.#claims = new Claims(context, this.#lanes)
    this.#gates = new GatedSessions(context)
    this.#housekeeping = new Housekeeping(context, this.#lanes)
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
      // Beside the next run, which takes them anew where it is this process that goes on.
      void this.#gates.giveBack()
    }
  }

  /** Stops claiming, gives back what is not sent, waits for what is under way, records it. */
  async stop(): Promise<void> {
    const { waking, load, pools } = this.#context
    this.#stopped.abort()
    waking.nudge()
    await this.#run?.catch(() => undefined)
    const endsAt = performance.now() + this.#hub.config.worker.shutdownGraceMs
    await this.#claims.settled()
    await this.#lanes.empty()
    const givenBack = this.#gates.giveBack()
    while (load.inFlight > 0 && performance.now() < endsAt) await sleep(20)
    await this.#recorder.drain()
    await Promise.race([givenBack, sleep(Math.max(100, endsAt - performance.now()))])
    this.#gates.close()
    this.#leases.close()
    await waking.close()
    await pools.close()
  }

  async #claimUntil(signal: AbortSignal): Promise<DispatchResult> {
    const { load, waking } = this.#context
    const endsAt = performance.now() + this.#hub.deliveryPolicy.dispatchRunMs
    const before = { delivered: load.delivered, failed: load.failed }
    this.#claims.begin()
    while (!signal.aborted && performance.now() < endsAt) {
      const startedAt = performance.now()
      try {
        this.#housekeeping.keep(startedAt)
        this.#housekeeping.takeUpOpened()
        this.#gates.look()
        if (await this.#claims.turn(startedAt)) continue
        const busy = this.#claims.lastRows >= busyClaimRows
        if (await waking.wait(busy ? busyClaimGapMs : pollMs)) this.#gates.wake()
        const gapMs = (busy ? busyClaimGapMs : claimGapMs) - (performance.now() - startedAt)
        if (gapMs > 0) await sleep(gapMs)
      } catch (error) {
        this.#hub.log.warn({ err: error }, 'claiming failed; trying again')
        await sleep(500)
      }
    }
    return {
      delivered: load.delivered - before.delivered,
      failed: load.failed - before.failed,
      reason: this.#stopped.signal.aborted ? 'stopping' : 'time',
    }
  }

  /** Leases last until results are recorded. */
  #noteRecorded(results: readonly Result[], finished: ReadonlySet<string>): void {
    for (const { delivery } of results) this.#context.holdings.recorded(delivery)
    this.#lanes.refills.noteRecorded(results)
    this.#gates.noteRecorded(results, finished)
  }
}
