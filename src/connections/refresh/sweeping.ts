import type { ConnectionParts } from '../parts.ts'

const stops = new WeakMap<ConnectionParts['pool'], AbortController>()

function stopOf(hub: ConnectionParts): AbortController {
  const known = stops.get(hub.pool) ?? new AbortController()
  stops.set(hub.pool, known)
  return known
}

/** Aborted when the sweeps of this process are to claim no more. */
export function sweepStop(hub: ConnectionParts): AbortSignal {
  return stopOf(hub).signal
}

/**
 * Has the sweeps of this process end: what is under way is finished, nothing more begun. To be called before the workers
 * shut down: Temporal would tell their activities only after the grace time.
 */
export function stopSweeping(hub: ConnectionParts): void {
  stopOf(hub).abort()
}
