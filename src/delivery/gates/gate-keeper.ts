import type pg from 'pg'
import type { Logger } from '../../logger.ts'
import { lasts, Renewal } from '../dispatch/renewal.ts'
import { renewGates, type Gate } from './gate-store.ts'

/** What it keeps a gate for. */
export interface GateHolder {
  readonly gate: Gate
  /** How far ahead requests are counted, by the rate limit. */
  readonly rateAheadMs: number
  /** The gate is no longer its own. */
  lost(): void
}

/** Whether a gate is held for sure, at this moment. */
export function holdsGate(gate: Gate): boolean {
  return lasts(gate.endsAt)
}

/** Prolongs all gates of a process by one statement, and tells those whose gate is lost. */
export class GateKeeper {
  readonly #pool: pg.Pool
  readonly #leaseMs: number
  readonly #holders = new Set<GateHolder>()
  readonly #renewal: Renewal

  constructor(pool: pg.Pool, leaseMs: number, log: Logger) {
    this.#pool = pool
    this.#leaseMs = leaseMs
    this.#renewal = new Renewal(
      leaseMs,
      () => this.#renew(),
      error => log.warn({ err: error }, 'gates could not be prolonged'),
    )
  }

  keep(holder: GateHolder): void {
    this.#holders.add(holder)
  }

  drop(holder: GateHolder): void {
    this.#holders.delete(holder)
  }

  close(): void {
    this.#renewal.close()
  }

  async #renew(): Promise<void> {
    for (const holder of this.#holders) if (!holdsGate(holder.gate)) holder.lost()
    if (this.#holders.size === 0) return
    const holders = [...this.#holders]
    const startedAt = performance.now()
    for (const holder of holders) holder.gate.rateAheadMs = holder.rateAheadMs
    const renewed = await renewGates(
      this.#pool,
      holders.map(holder => holder.gate),
      this.#leaseMs,
    )
    for (const { gate } of holders) gate.endsAt = renewed.has(gate.endpointId) ? startedAt + this.#leaseMs : 0
    for (const holder of holders) if (holder.gate.endsAt === 0) holder.lost()
  }
}
