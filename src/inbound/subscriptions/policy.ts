import { doublingDelayMs } from '../../retries/policy.ts'

/** The most subscriptions of one connection: below the most of its addresses, as each has one. */
export const mostSubscriptions = 50

/** How long a claimed subscription is its holder's. */
export const claimMs = 120_000

/** How long one call about a subscription may take. */
export const callTimeoutMs = 20_000

/** Which part of its life is left when a subscription is renewed: between the two, so that those made together part. */
const [latest, earliest] = [0.1, 0.2]

/** When to renew what ends at a time, in milliseconds since 1970. @param random between 0 and 1 */
export function renewAtMs(nowMs: number, endsAtMs: number, random: number): number {
  const left = latest + (earliest - latest) * random
  return nowMs + Math.max(0, endsAtMs - nowMs) * (1 - left)
}

/** When what failed for the nth time is tried again: a minute, then twice as long each time, an hour at most. */
export function retryInMs(failures: number): number {
  return doublingDelayMs(failures, { firstMs: 60_000, longestMs: 3_600_000 })
}

/** So many failures in a row are shown as the subscription's status; of those that will not pass by themselves, the first. */
export const failingAfter = 3

/** The platform is asked so often to remove a subscription; its address is gone before that. */
export const removalTries = 12
