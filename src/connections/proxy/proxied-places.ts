import { HubError } from '../../errors.ts'
import { FairPlaces, type Place } from '../../fairness/waited-places.ts'
import { mostWaiting, placeWaitMs, proxyPlaces } from './proxy-policy.ts'

/** The places for calls under way in one process, which workspaces share: who has few is let in first. */
export class ProxiedPlaces {
  readonly #places = new FairPlaces(proxyPlaces)

  /** Takes a place. @throws HubError `RATE_LIMITED` when there is none in time; the signal's reason */
  async take(workspaceId: string, signal: AbortSignal): Promise<Place> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(tooMany()), placeWaitMs)
    try {
      const place = this.#places.take(workspaceId, AbortSignal.any([signal, late.signal]))
      if (this.#places.waiting > mostWaiting) this.#places.sendAway(tooMany)
      return await place
    } finally {
      clearTimeout(timer)
    }
  }
}

function tooMany(): HubError {
  const message = 'As many proxied calls of this workspace as may be are under way; wait as Retry-After says.'
  return new HubError('RATE_LIMITED', { message, retryAfterMs: 1_000 })
}
