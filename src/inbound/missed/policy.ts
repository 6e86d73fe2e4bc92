import { doublingDelayMs } from '../../retries/policy.ts'

/** How long a connection whose list is read is its reader's. */
export const claimMs = 10 * 60_000

/** So many connections are looked at in a statement that marks those whose list is to be read. */
export const markedAtOnce = 2_000

/** What was sent shortly before is asked for too: clocks differ, and what was under way was lost. */
export const overlapMs = 10 * 60_000

/** The most pages of a connection's list that are read. */
export const mostPages = 500

/** So often a list that cannot be read is tried again; the syncs of its connection have run meanwhile. */
export const mostTries = 10

/** When a list that could not be read is tried again: a minute, then twice as long each time, an hour at most. */
export function retryInMs(failures: number): number {
  return doublingDelayMs(failures, { firstMs: 60_000, longestMs: 3_600_000 })
}
