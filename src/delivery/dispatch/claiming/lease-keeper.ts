import { renewLeases, type ClaimedDelivery } from './claim.ts'
import { Keeper, lasts } from './keeper.ts'

/** Prolongs the leases of what takes long, so that leases can be short and the work of a dead process is soon another's. */
export class LeaseKeeper extends Keeper<ClaimedDelivery> {
  /** Whether the lease lasts for sure, at this moment. */
  holds(delivery: ClaimedDelivery): boolean {
    return lasts(delivery.leaseEndsAt)
  }

  protected override async renew(): Promise<void> {
    const startedAt = performance.now()
    const soon = startedAt + this.leaseMs / 2
    const ending = [...this.held].filter(delivery => delivery.leaseEndsAt < soon && delivery.leaseEndsAt > startedAt)
    if (ending.length === 0) return
    const renewed = await renewLeases(this.pool, ending, this.leaseMs)
    for (const delivery of ending) delivery.leaseEndsAt = renewed.has(delivery.id) ? startedAt + this.leaseMs : 0
  }
}
