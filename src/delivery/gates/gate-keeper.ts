import type pg from 'pg'
import type { Logger } from '../../logger.ts'
import { renewGates, type Gate } from './gate-store.ts'

/** A margin for the difference between asking here and deciding there. */
const marginMs = 500

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
  return performance.now() < gate.endsAt - marginMs
}

/** Prolongs all gates of a process by one statement, and tells those whose gate is lost. */
export class GateKeeper {
  readonly #pool: pg.Pool
  readonly #leaseMs: number
  readonly #log: Logger
  readonly #holders = new Set<GateHolder>()
  readonly #timer: NodeJS.Timeout
  #renewing = false

  constructor(pool: pg.Pool, leaseMs: number, log: Logger) {
    this.#pool = pool
    this.#leaseMs = leaseMs
    this.#log = log
    this.#timer = setInterval(() => void this.#renew(), leaseMs / 5)
    this.#timer.unref()
  }

  keep(holder: GateHolder): void {
    this.#holders.add(holder)
  }

  drop(holder: GateHolder): void {
    this.#holders.delete(holder)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #renew(): Promise<void> {
    for (const holder of this.#holders) if (!holdsGate(holder.gate)) holder.lost()
    if (this.#renewing || this.#holders.size === 0) return
    this.#renewing = true
    const holders = [...this.#holders]
    const startedAt = performance.now()
    try {
      for (const holder of holders) holder.gate.rateAheadMs = holder.rateAheadMs
      const gates = holders.map(holder => holder.gate)
      const renewed = await renewGates(this.#pool, gates, this.#leaseMs)
      for (const { gate } of holders) gate.endsAt = renewed.has(gate.endpointId) ? startedAt + this.#leaseMs : 0
      for (const holder of holders) if (holder.gate.endsAt === 0) holder.lost()
    } catch (error) {
      this.#log.warn({ err: error }, 'gates could not be prolonged')
    } finally {
      this.#renewing = false
    }
  }
}
