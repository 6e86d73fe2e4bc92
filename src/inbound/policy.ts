import type { WebhookDefinition } from '../catalogue/schema/webhooks.ts'
import { doublingDelayMs } from '../retries/policy.ts'

/** How many webhooks are claimed at once, and how many bytes of them. */
export const claimLimit = 200
export const claimBytes = 8 * 1024 * 1024

/** A claim that its holder has neither finished nor renewed by then is another's: what a crash held waits no longer. */
export const claimLeaseMs = 8_000

/**
 * The most that one transaction writes: connections that webhooks are about, and bytes of bodies for them. A webhook about more
 * connections is routed to some at a time.
 */
export const mostTargets = 500
export const mostWrittenBytes = 32 * 1024 * 1024

/** To how many connections a webhook is routed in one transaction. */
export function targetsAtOnce(bodyBytes: number): number {
  return Math.max(1, Math.min(mostTargets, Math.floor(mostWrittenBytes / Math.max(1, bodyBytes))))
}

/** A webhook that fails so often is put aside as failed; a person can replay it. */
export const maxAttempts = 8

/** When a webhook that failed is tried again: after 1, 2, 4… seconds, five minutes at most. */
export function retryDelayMs(attempts: number): number {
  return doublingDelayMs(attempts, { firstMs: 1_000, longestMs: 300_000 })
}

/** How much of what is received at once is committed together, and how many commits there are at once. */
export const receivedTogether = { rows: 1_000, bytes: 8 * 1024 * 1024, commits: 4 }

/** How long the delivery ids of providers are remembered: longer than any of them sends again. */
export const keyLifetimeMs = 8 * 86_400_000

/** The largest body taken from a platform, in bytes. */
export function bodyLimitOf(definition: Pick<WebhookDefinition, 'bodyLimit'>): number {
  return definition.bodyLimit ?? 2 * 1024 * 1024
}

/** How many bytes of bodies a process holds at once, and how many of them for one app, or from one network. */
export const bodyRoomBytes = 96 * 1024 * 1024
export const bodyShareBytes = 48 * 1024 * 1024

/** The most that unverified bytes are unpacked to. JSON seldom shrinks to a hundredth, a bomb to a thousandth. */
export function untrustedBytes(packedBytes: number): number {
  return 64 * 1024 + 100 * packedBytes
}

/** How many events one transaction of a replay looks at, and while how many wait to be routed it rests, for how long. */
export const replayBatch = 200
export const mostWaiting = 2_000
export const replayWaitMs = 1_000

/** How long what nobody was there for is kept ready for a connection that is just being made, and how much of it. */
export const unmatchedMs = 3_600_000
export const mostUnmatched = 500

/** What a source sends twice within such a span of time is one thing, where it has no id of its own. */
export const sourceRepeatMs = 300_000
