import type { ConnectionParts } from '../parts.ts'
import type { ConnectionRef, ProbeResult, TokenServer } from '../contract.ts'
import { showWithinMs } from './trouble.ts'
import { extendProviderRecovery, heldByServer, nextProbes, releaseFromProvider } from './outage-store.ts'
import { tryRefresh } from '../refresh/try-refresh.ts'

/** So many workspaces are asked at once: one whose own app is broken does not speak for the others. */
const probesAtOnce = 5

/**
 * Tries connections that wait for a token endpoint, one of each of several workspaces, each time others: what ails a single one
 * must not look like the endpoint's outage. When one of them is answered, everything goes back to the sweep but what belongs to
 * workspaces whose own probe was not. `down` when something still waits.
 */
export async function probeProvider(
  hub: ConnectionParts,
  server: TokenServer,
  retryInMs: number,
  actor: string,
): Promise<ProbeResult> {
  const refs = await nextProbes(hub, server, probesAtOnce)
  if (refs.length === 0) return { state: 'none', connections: 0, workspaces: 0 }
  await extendProviderRecovery(hub.db, server, retryInMs + showWithinMs)
  const answered = await Promise.all(refs.map(ref => isAnswered(hub, ref, actor)))
  if (answered.every(Boolean)) return { state: 'up', connections: 0, workspaces: 0 }
  if (answered.some(Boolean)) {
    const unanswered = refs.filter((_, index) => !answered[index]).map(ref => ref.workspaceId)
    await release(hub, server, unanswered)
  }
  return { state: 'down', ...(await heldByServer(hub, server)) }
}

async function isAnswered(hub: ConnectionParts, ref: ConnectionRef, actor: string): Promise<boolean> {
  const result = await tryRefresh(hub, ref, { force: true, actor })
  switch (result.outcome) {
    case 'refreshed':
    case 'fresh':
    case 'needs_reauth':
    case 'error':
      return true
    case 'failed':
      return result.code !== 'PROVIDER_UNREACHABLE' && result.code !== 'PROVIDER_ERROR'
    case 'busy':
    case 'gone':
      return false
  }
}

/** Gives everything that waited for a token endpoint back to the sweep, spread so that it is not met by all at once. */
export async function releaseProvider(hub: ConnectionParts, server: TokenServer): Promise<number> {
  return release(hub, server, [])
}

async function release(hub: ConnectionParts, server: TokenServer, except: string[]): Promise<number> {
  let released = 0
  for (;;) {
    const count = await releaseFromProvider(hub, server, 500, hub.connectionSettings.releaseSpreadMs, except)
    released += count
    if (count < 500) return released
  }
}
