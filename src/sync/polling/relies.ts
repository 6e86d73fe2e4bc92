import type { ProviderDefinition } from '../../catalogue/schema/definition.ts'
import type { Sync } from '../sync-store.ts'
import { firstPollMs } from './policy.ts'

/** Whether a platform's webhooks tell that a model has changed. */
export function isTold({ webhooks }: ProviderDefinition, model: string): boolean {
  return Object.values(webhooks?.triggers ?? {}).some(trigger => trigger.model === model)
}

/** Whether a sync has only its platform's webhooks to run it, and may be polled besides. */
export function mayBePolled(sync: Pick<Sync, 'schedule' | 'direction' | 'polling'>): boolean {
  return sync.polling && sync.schedule === null && sync.direction !== 'push'
}

/** When a sync that begins to be polled is first looked at. */
export function firstPollAt(): Date {
  return new Date(firstPollMs(Date.now(), Math.random()))
}

/** When it is next looked whether to poll a sync; null when it is not polled, rests, or holds deletions for a person. */
export function nextPollAt({ pollAt, status, deletionsHeld }: Sync): Date | null {
  return status === 'paused' || deletionsHeld !== null ? null : pollAt
}
