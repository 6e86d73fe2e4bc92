import type { DeliveryParts } from '../parts.ts'
import { Dispatcher } from './dispatcher.ts'

const dispatchers = new WeakMap<DeliveryParts['pool'], Dispatcher | 'stopped'>()

/** The dispatcher of this process, made when first asked for; undefined once it was told to stop. */
export function dispatcherOf(hub: DeliveryParts): Dispatcher | undefined {
  const known = dispatchers.get(hub.pool)
  if (known === 'stopped') return undefined
  if (known) return known
  const made = new Dispatcher(hub)
  dispatchers.set(hub.pool, made)
  return made
}

/**
 * Ends this process's delivering: it claims no more, gives back what is not sent, waits for what is under way and records
 * it. To be called before the workers shut down: Temporal would tell their activities only after the grace time.
 */
export async function stopDispatching(hub: DeliveryParts): Promise<void> {
  const known = dispatchers.get(hub.pool)
  dispatchers.set(hub.pool, 'stopped')
  if (known && known !== 'stopped') await known.stop()
}
