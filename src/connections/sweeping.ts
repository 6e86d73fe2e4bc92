import type { Hub } from '../hub.ts'

const stops = new WeakMap<Hub['pool'], AbortController>()

function stopOf(hub: Hub): AbortController {
  const known = stops.get(hub.pool) ?? new AbortController()
  stops.set(hub.pool, known)
  return known
}

/** Aborted when the sweeps of this process are to claim no more. */
export function sweepStop(hub: Hub): AbortSignal {
  return stopOf(hub).signal
}

/**
 * Has the sweeps of this process end: what is under way is finished, nothing more begun. To be called before the workers
 * shut down: Temporal would tell their activities only after the grace time.
 */
export function stopSweeping(hub: Hub): void {
  stopOf(hub).abort()
}
