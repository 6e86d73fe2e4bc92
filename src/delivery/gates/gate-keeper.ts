import { Keeper, lasts } from '../dispatch/claiming/keeper.ts'
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

/** Renews all gates of a process with one statement, and tells the sessions whose gates are lost. */
export class GateKeeper extends Keeper<GateHolder> {
  protected override async renew(): Promise<void> {
    for (const holder of this.held) if (!holdsGate(holder.gate)) holder.lost()
    if (this.held.size === 0) return
    const holders = [...this.held]
    const startedAt = performance.now()
    for (const holder of holders) holder.gate.rateAheadMs = holder.rateAheadMs
    const gates = holders.map(holder => holder.gate)
    const renewed = await renewGates(this.pool, gates, this.leaseMs)
    for (const gate of gates) gate.endsAt = renewed.has(gate.endpointId) ? startedAt + this.leaseMs : 0
    for (const holder of holders) if (holder.gate.endsAt === 0) holder.lost()
  }
}
