import { WorkflowNotFoundError } from '@temporalio/client'
import { TypedSearchAttributes, type SearchAttributePair } from '@temporalio/common'
import type { ConnectionParts } from '../../connections/parts.ts'
import { searchAttributes, taskQueues } from '../../temporal/contract.ts'
import {
  runRequestedSignal,
  runStoppedSignal,
  runSyncName,
  syncWorkflowId,
  type RunSyncInput,
  type RunTrigger,
} from '../contract.ts'

/** What identifies a sync to its workflow. */
export interface SyncIdentity {
  id: string
  workspaceId: string
  connectionId: string
  provider: string
}

/** How a run of a sync is started, by hand and by its Schedule. */
export function runStartOf(sync: SyncIdentity, trigger: RunTrigger) {
  const input: RunSyncInput = {
    workspaceId: sync.workspaceId,
    syncId: sync.id,
    connectionId: sync.connectionId,
    provider: sync.provider,
    trigger,
  }
  const attributes: SearchAttributePair[] = [
    { key: searchAttributes.workspace, value: sync.workspaceId },
    { key: searchAttributes.connection, value: sync.connectionId },
    { key: searchAttributes.provider, value: sync.provider },
    { key: searchAttributes.sync, value: sync.id },
    { key: searchAttributes.attention, value: 'none' },
  ]
  return {
    workflowType: runSyncName,
    workflowId: syncWorkflowId(sync.id),
    taskQueue: taskQueues.workflows,
    args: [input],
    typedSearchAttributes: new TypedSearchAttributes(attributes),
    staticSummary: `Sync ${sync.id} of a ${sync.provider} connection`,
  }
}

/**
 * Starts the sync's workflow, or tells the running one that a run was asked for: one that is just closing then looks once
 * more. With Temporal down nothing is lost: reconcile starts it from the row.
 */
export async function startRunSoon(hub: ConnectionParts, sync: SyncIdentity, trigger: RunTrigger): Promise<boolean> {
  const { workflowType, ...options } = runStartOf(sync, trigger)
  try {
    await hub.temporal.withDeadline(Date.now() + 2_000, () =>
      hub.temporal.workflow.signalWithStart(workflowType, {
        ...options,
        signal: runRequestedSignal,
        signalArgs: [trigger],
      }),
    )
    return true
  } catch (error) {
    hub.log.warn({ err: error, syncId: sync.id }, 'the sync was not started now; reconcile will start it')
    return false
  }
}

/**
 * Wakes workflows whose runs were cancelled, or that watch a sync of which something else is to be said now: one that waits for
 * a rate limit would otherwise stay open for as long.
 */
export async function wakeWorkflows(hub: ConnectionParts, workflowIds: readonly string[]): Promise<void> {
  const wake = async (id: string) => {
    try {
      await hub.temporal.workflow.getHandle(id).signal(runStoppedSignal)
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error
    }
  }
  try {
    await hub.temporal.withDeadline(Date.now() + 2_000, () => Promise.all([...new Set(workflowIds)].map(wake)))
  } catch (error) {
    hub.log.warn({ err: error }, 'a workflow whose run was cancelled was not woken: it ends when it wakes by itself')
  }
}
