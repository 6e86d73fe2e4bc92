import type { Hub } from '../hub.ts'
import { showWithinMs } from './trouble.ts'
import { extendProviderRecovery, nextProbe, releaseFromProvider } from './trouble-store.ts'
import { tryRefresh } from './try-refresh.ts'

/** `up`: the provider answered. `down`: it did not, or with an error of its own. `none`: nothing waits for it any more. */
export type ProbeResult = 'up' | 'down' | 'none'

/**
 * Tries one of the connections that wait for a provider, each time another: what ails a single one must not look like the
 * provider's outage.
 */
export async function probeProvider(
  hub: Hub,
  provider: string,
  retryInMs: number,
  actor: string,
): Promise<ProbeResult> {
  const ref = await nextProbe(hub.db, provider)
  if (!ref) return 'none'
  await extendProviderRecovery(hub.db, provider, retryInMs + showWithinMs)
  const result = await tryRefresh(hub, ref, { force: true, actor })
  switch (result.outcome) {
    case 'refreshed':
    case 'fresh':
    case 'needs_reauth':
    case 'error':
      return 'up'
    case 'failed':
      return result.code === 'PROVIDER_UNREACHABLE' || result.code === 'PROVIDER_ERROR' ? 'down' : 'up'
    case 'busy':
    case 'gone':
      return 'down'
  }
}

/** Gives everything that waited for a provider back to the sweep, spread so that it is not met by all at once. */
export async function releaseProvider(hub: Hub, provider: string): Promise<number> {
  let released = 0
  for (;;) {
    const count = await releaseFromProvider(hub, provider, 500, hub.connectionSettings.releaseSpreadMs)
    released += count
    if (count < 500) return released
  }
}
