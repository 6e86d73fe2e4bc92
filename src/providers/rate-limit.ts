import type { Lifetime } from './auth.ts'

/** A limit that a platform documents: so many calls in a window, or so many at once. */
export type RateLimit = CallsPerWindow | CallsAtOnce

/** Counted for each connected account, or for the provider app as a whole. */
export type CountedPer = 'connection' | 'app'

export interface CallsPerWindow {
  per: CountedPer
  permits: number
  window: Lifetime
  /** Response headers that tell how much of this limit is left. */
  headers?: LimitHeaders
}

export interface CallsAtOnce {
  per: CountedPer
  concurrent: number
}

export interface LimitHeaders {
  /** Calls left in the window. */
  remaining: string
  /** When the window ends. */
  reset: string
  /** How `reset` is written: the time in Unix seconds, or the seconds until then. */
  resetIn: 'unix-seconds' | 'seconds'
}

/** For a provider that documents no limit: high enough to be in nobody's way, so that a pause it asks for is kept. */
export const defaultLimits: RateLimit[] = [{ per: 'connection', permits: 1_000, window: '1s' }]
