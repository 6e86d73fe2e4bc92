/**
 * How long before its expiry a token is refreshed: a fifth of its life, at least five minutes, at most half of it. Jitter
 * (0 to 1) brings it forward by up to a tenth of that, so that what was connected together is not refreshed together.
 */
export function refreshMarginMs(lifeMs: number, jitter: number): number {
  const margin = Math.min(Math.max(5 * 60_000, lifeMs / 5), lifeMs / 2)
  return margin + jitter * Math.min(margin / 10, lifeMs - margin)
}

/** When a token that was given at `issuedAt` and lives until `expiresAt` is to be refreshed. */
export function refreshAt(issuedAt: Date, expiresAt: Date, jitter: number): Date {
  const lifeMs = Math.max(0, expiresAt.getTime() - issuedAt.getTime())
  return new Date(expiresAt.getTime() - refreshMarginMs(lifeMs, jitter))
}
