/** How long the answer under an Idempotency-Key is kept, in milliseconds. */
export const idempotencyKeptMs = 24 * 3_600_000
