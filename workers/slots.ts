import { startDispatchSlots } from '../src/delivery/dispatch/slots.ts'
import type { Hub } from '../src/hub.ts'

/** Starts the dispatch slots that are not running; surplus ones end by themselves. */
export async function startSlots(hub: Hub): Promise<void> {
  await startDispatchSlots(hub)
}
