import type { Lifetime } from './schema/values.ts'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, y: 365 * 86_400_000 }

/** A lifetime such as `1h` or `100d` in milliseconds. */
export function lifetimeMs(lifetime: Lifetime): number {
  return Number(lifetime.slice(0, -1)) * unitMs[lifetime.slice(-1) as keyof typeof unitMs]
}
