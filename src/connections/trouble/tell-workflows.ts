import { setTimeout as sleep } from 'node:timers/promises'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { ConnectionParts } from '../parts.ts'
import { startWorkflow } from '../../temporal/start.ts'
import { isTemporalUnavailable } from '../../temporal/unavailable.ts'
import { connectionChangedSignal, refreshConnectionId } from '../contract.ts'
import { recoverySettings } from '../policy.ts'
import { connectionsToTell, noteTold, type ToTell } from './tell-store.ts'
import { startEveryMs, startsAtOnce } from './trouble.ts'
import { refreshConnectionStart } from '../workflow-starts.ts'

/** How often it is looked whether the workflow of a connection that needs a person is still there. */
export const lookEveryMs = 60 * 60_000
const deadlineMs = 2_000

/**
 * Has every connection that only a person can mend shown by an open workflow, and those workflows look that whose connection
 * has changed: a few at a time, of each workspace in turn. The row says what is to be told, so that nothing is lost while
 * Temporal is away. Gives how many were told.
 */
export async function tellWorkflows(hub: ConnectionParts): Promise<number> {
  let told = 0
  for (const one of await connectionsToTell(hub, startsAtOnce)) {
    try {
      await tell(hub, one)
      told += 1
    } catch (error) {
      const { workspaceId, connectionId } = one
      hub.log.warn({ err: error, workspaceId, connectionId }, 'a workflow could not be told of its connection')
      if (isTemporalUnavailable(error)) return told
      // One that cannot be told does not keep the others from it.
    }
    await noteTold(hub.db, one, one.needsPerson ? lookEveryMs : null)
    await sleep(startEveryMs)
  }
  return told
}

async function tell(hub: ConnectionParts, one: ToTell): Promise<void> {
  if (one.changed && (await signalled(hub, one.connectionId))) return
  if (!one.needsPerson) return
  const { workspaceId, connectionId, provider } = one
  const ref = { workspaceId, connectionId, provider }
  const start = refreshConnectionStart({ ...ref, settings: recoverySettings, force: false, needsPerson: true })
  await startWorkflow(hub.temporal, start, deadlineMs)
}

/** False when there is no such workflow. */
async function signalled(hub: ConnectionParts, connectionId: string): Promise<boolean> {
  const handle = hub.temporal.workflow.getHandle(refreshConnectionId(connectionId))
  try {
    await hub.temporal.withDeadline(Date.now() + deadlineMs, () => handle.signal(connectionChangedSignal))
    return true
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}
