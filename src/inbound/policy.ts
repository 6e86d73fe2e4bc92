/** How many webhooks are claimed at once, and how many bytes of them. */
export const claimLimit = 200
export const claimBytes = 8 * 1024 * 1024

/** A claim that its holder has not finished by then is another's. */
export const claimLeaseMs = 30_000

/** A webhook that fails so often is put aside as failed; a person can replay it. */
export const maxAttempts = 8

/** When a webhook that failed is tried again: after 1, 2, 4… seconds, five minutes at most. */
export function retryDelayMs(attempts: number): number {
  return Math.min(1_000 * 2 ** Math.max(0, attempts - 1), 300_000)
}

/** How long the delivery ids of providers are remembered: longer than any of them sends again. */
export const keyLifetimeMs = 8 * 86_400_000
