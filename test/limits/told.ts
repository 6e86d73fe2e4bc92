import { setTimeout as sleep } from 'node:timers/promises'
import type { ProviderAnswer, ProviderCall } from '../../src/calls/call.ts'
import { callProvider } from '../../src/calls/request.ts'
import { targetOf } from '../../src/calls/target.ts'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import type { Hub } from '../../src/hub.ts'
import type { PlatformAnswer, PlatformCall } from '../connections/platform.ts'
import { at } from '../calls/made.ts'

/** Calls one connection of a made platform from any of several processes. */
export function callerOf(definition: ProviderDefinition, url: string, connectionId: string) {
  const owner = { id: connectionId, workspaceId: 'ws_told', providerAppId: null, provider: definition.id, config: {} }
  const target = targetOf(
    definition,
    definition.auth[0]!,
    { ...owner, environment: 'production' },
    { baseUrls: at(url) },
    { accessToken: 'canary-token' },
  )
  return (hub: Hub, call: Partial<ProviderCall> = {}): Promise<ProviderAnswer> =>
    callProvider(hub, target, { method: 'POST', path: '/graphql', ...call })
}

/** What one call to a platform that counts points costs. */
export interface Cost {
  requested: number
  actual: number
}

/** A platform that counts points as strictly as it says: a call runs only where all it asks for is there. */
export function pointsPlatform(capacity: number, restoresPerSecond: number) {
  let left = capacity
  let since = performance.now()
  const counts = { done: 0, throttled: 0 }
  const restore = () => {
    const now = performance.now()
    left = Math.min(capacity, left + ((now - since) / 1_000) * restoresPerSecond)
    since = now
  }
  const said = (requested: number, actual: number | null) => {
    restore()
    const throttleStatus = {
      maximumAvailable: capacity,
      currentlyAvailable: Math.floor(left),
      restoreRate: restoresPerSecond,
    }
    return { cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus } }
  }
  const answer = async ({ body }: PlatformCall): Promise<PlatformAnswer> => {
    const { requested, actual } = JSON.parse(body) as Cost
    restore()
    if (left < requested) {
      counts.throttled++
      const errors = [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }]
      return { status: 200, body: { errors, extensions: said(requested, null) } }
    }
    left -= requested
    await sleep(30)
    left += requested - actual
    counts.done++
    return { status: 200, body: { data: {}, extensions: said(requested, actual) } }
  }
  return { answer, counts }
}
