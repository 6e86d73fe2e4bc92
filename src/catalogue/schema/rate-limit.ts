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

/** An answer by which a platform says, beside 429, that a limit is used up. */
export interface LimitSign {
  status: number
  /** Where the answer's body says so, and in what words (in lower case): the status alone means other things too. */
  text: { path: string; has: string }
  /** How long to wait when no header says it. */
  wait: Lifetime
}

/** For a provider that documents no limit: high enough to be in nobody's way, so that a pause it asks for is kept. */
export const defaultLimits: RateLimit[] = [{ per: 'connection', permits: 1_000, window: '1s' }]
