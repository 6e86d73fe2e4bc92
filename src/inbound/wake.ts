import type { ConnectionParts } from '../connections/parts.ts'
import { searchAttributes } from '../temporal/contract.ts'
import { tell, type WorkflowStart } from '../temporal/start.ts'
import {
  handleInboundName,
  handleInboundWorkflowId,
  inboundArrivedSignal,
  type HandleInboundInput,
} from './contract.ts'

/** Sees to it that what has arrived is routed now. */
export interface InboundWake {
  /** At once, or together with others a moment later. Never fails: `reconcile` stands behind it. */
  soon(): void
}

/** One signal tells of everything that arrived since the last; more often than this it costs more than it tells. */
const everyMs = 250

const wakes = new WeakMap<ConnectionParts, InboundWake>()

export function inboundWakeOf(hub: ConnectionParts): InboundWake {
  const known = wakes.get(hub)
  if (known) return known
  const wake = createWake(hub)
  wakes.set(hub, wake)
  return wake
}

function createWake(hub: ConnectionParts): InboundWake {
  let wanted = false
  let busy = false
  const run = async () => {
    busy = true
    while (wanted) {
      wanted = false
      await wakeInbound(hub).catch((error: unknown) => {
        hub.log.warn({ err: error }, 'arrived webhooks were not announced; reconcile will start their routing')
      })
      await new Promise<void>(resolve => setTimeout(resolve, everyMs).unref())
    }
    busy = false
  }
  return {
    soon() {
      wanted = true
      if (!busy) void run()
    },
  }
}

/**
 * Starts the routing workflow, or tells the running one to look again: it cannot end between the look and the signal.
 * Rejects when Temporal does not answer within 2 s.
 */
export async function wakeInbound(hub: ConnectionParts): Promise<void> {
  const start: WorkflowStart<HandleInboundInput> = {
    name: handleInboundName,
    workflowId: handleInboundWorkflowId,
    input: { lingerMs: 3_000 },
    searchAttributes: [{ key: searchAttributes.attention, value: 'none' }],
    summary: 'Routes the webhooks of providers to connections, syncs and events',
  }
  await tell(hub.temporal, start, { name: inboundArrivedSignal }, 2_000)
}
