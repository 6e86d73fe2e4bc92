import type { DispatchContext } from './dispatch-context.ts'
import { expandFanouts } from '../events/fanout.ts'
import { finishWaiting } from '../by-hand/finish-waiting.ts'
import { forgetOldGates } from '../gates/gate-store.ts'
import { adoptWaiting } from '../gates/gate-rows.ts'
import { heldEndpoints } from './claiming/held.ts'
import type { Lanes } from './lanes/lanes.ts'

const everyMs = 5_000
const atOnce = 5_000

/** What needs no haste: held deliveries of endpoints that are open or gone, wide fan-outs, lanes out of use. */
export class Housekeeping {
  readonly #context: DispatchContext
  readonly #lanes: Lanes
  #nextAt = 0
  #underWay = false
  #takingUp = false

  constructor(context: DispatchContext, lanes: Lanes) {
    this.#context = context
    this.#lanes = lanes
  }

  /** Takes up what is held of endpoints that were just opened, beside the caller's work. */
  takeUpOpened(): void {
    if (this.#takingUp) return
    const opened = this.#context.waking.opened()
    if (opened.length === 0) return
    this.#takingUp = true
    this.#takeUpEach(opened)
      .catch((error: unknown) => this.#context.hub.log.warn({ err: error }, 'claiming held deliveries failed'))
      .finally(() => (this.#takingUp = false))
  }

  async #takeUpEach(endpointIds: readonly string[]): Promise<void> {
    for (const endpointId of endpointIds) await this.#lanes.refills.takeUp(endpointId)
  }

  /** Begins a round beside the caller's work, if it is time for one. */
  keep(now: number): void {
    if (now < this.#nextAt || this.#underWay) return
    this.#underWay = true
    this.#nextAt = now + everyMs
    this.#lanes.forgetUnused(now)
    const { hub, pools, waking } = this.#context
    this.#sweepHeld()
      .then(() => forgetOldGates(pools.results))
      .then(() => expandFanouts(hub, pools.results))
      .then(made => made > 0 && waking.nudge())
      .catch((error: unknown) => hub.log.warn({ err: error }, 'housekeeping failed; it comes again'))
      .finally(() => (this.#underWay = false))
  }

  async #sweepHeld(): Promise<void> {
    const { results } = this.#context.pools
    for (const held of await heldEndpoints(results)) {
      if (held.gated) await adoptWaiting(results, held, atOnce)
      else if (held.mode === 'open') await this.#lanes.refills.takeUp(held.endpointId)
      else if (held.mode === null || held.mode === 'disabled') await finishHeld(this.#context, held)
    }
  }
}

/** Ends what waits for an endpoint that is disabled or gone, a few thousand at once. */
export async function finishHeld(
  { pools }: DispatchContext,
  endpoint: { workspaceId: string; endpointId: string; mode: string | null },
): Promise<void> {
  const reason = endpoint.mode === null ? 'endpoint_deleted' : 'endpoint_disabled'
  await finishWaiting(pools.results, endpoint, { status: 'failed', reason }, atOnce)
}
