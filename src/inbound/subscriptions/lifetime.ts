import { lifetimeMs } from '../../catalogue/lifetime.ts'
import { fitsPattern } from '../../catalogue/pattern.ts'
import type { SubscribeDefinition } from '../../catalogue/schema/webhooks/subscribe.ts'

/** Until when a subscription is counted on: its end, or sooner where the platform advises to renew it often. */
export function countedOnMs({ renewEvery }: SubscribeDefinition, endsAtMs: number, nowMs: number): number {
  return renewEvery === undefined ? endsAtMs : Math.min(endsAtMs, nowMs + lifetimeMs(renewEvery))
}

/** For how long a subscription is asked for, in milliseconds, by what it is about. */
export function subscriptionLifetimeMs(
  lifetime: NonNullable<SubscribeDefinition['lifetime']>,
  about: Record<string, string>,
): number {
  if (typeof lifetime === 'string') return lifetimeMs(lifetime)
  const thing = about[lifetime.by] ?? ''
  return lifetimeMs(lifetime.of.find(({ pattern }) => fitsPattern(pattern, thing))?.lifetime ?? lifetime.otherwise)
}
