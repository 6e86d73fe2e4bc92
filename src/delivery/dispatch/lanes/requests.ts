import { SharedPlaces } from '../../../fairness/share-rule.ts'

/** One workspace alone has most of the requests; the more there are, the smaller is each one's part. */
const timesFree = 3

/**
 * So many requests at once, shared by workspaces. Who waits for one is called when one is free, and then takes as many as it
 * gets: none is taken for it.
 */
export class Requests extends SharedPlaces<() => void> {
  /** @param kept of them, those that only workspaces with none under way get */
  constructor(places: number, kept: number) {
    super({ places, kept, timesFree })
  }

  /** Whether one is free for the workspace; otherwise `pump` is called when one is. */
  hasRoom(workspaceId: string, pump: () => void): boolean {
    if (this.isFreeFor(workspaceId)) return true
    this.wait(workspaceId, pump)
    return false
  }

  /** Those that wait for a request go on, as far as some are free for them. */
  goOn(): void {
    for (let next = this.next(); next; next = this.next()) next.waiter()
  }
}
