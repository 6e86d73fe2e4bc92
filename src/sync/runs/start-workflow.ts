import { WorkflowNotFoundError } from '@temporalio/client'
import type { ConnectionParts } from '../../connections/parts.ts'
import { searchAttributes } from '../../temporal/contract.ts'
import { tellSoon, type WorkflowStart } from '../../temporal/start.ts'
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
export function runStartOf(sync: SyncIdentity, trigger: RunTrigger): WorkflowStart<RunSyncInput> {
  const { id: syncId, workspaceId, connectionId, provider } = sync
  return {
    name: runSyncName,
    workflowId: syncWorkflowId(syncId),
    input: { workspaceId, syncId, connectionId, provider, trigger },
    searchAttributes: [
      { key: searchAttributes.workspace, value: workspaceId },
      { key: searchAttributes.connection, value: connectionId },
      { key: searchAttributes.provider, value: provider },
      { key: searchAttributes.sync, value: syncId },
      { key: searchAttributes.attention, value: 'none' },
    ],
    summary: `Sync ${syncId} of a ${provider} connection`,
  }
}

/**
 * Starts the sync's workflow, or tells the running one that a run was asked for: one that is just closing then looks once
 * more. With Temporal down nothing is lost: reconcile starts it from the row.
 */
export function startRunSoon(hub: ConnectionParts, sync: SyncIdentity, trigger: RunTrigger): Promise<boolean> {
  const signal = { name: runRequestedSignal, args: [trigger] }
  return tellSoon(hub.temporal, hub.log, runStartOf(sync, trigger), signal)
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
