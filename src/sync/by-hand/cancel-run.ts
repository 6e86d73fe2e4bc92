import { writeAudit } from '../../audit/log.ts'
import type { ConnectionParts } from '../../connections/parts.ts'
import { HubError } from '../../errors.ts'
import { syncWorkflowId } from '../contract.ts'
import { publishEnd } from '../runs/run.ts'
import { endRun, findRun } from '../runs/run-store.ts'
import { wakeWorkflows } from '../runs/start-workflow.ts'
import { lockSync } from '../sync-store.ts'

/**
 * Cancels a run that is asked for or under way. It counts as cancelled at once; whoever works on it stops at its next commit, or
 * within seconds. What it has taken and pushed stays, and the next run goes on from there.
 * @throws HubError `SYNC_NOT_FOUND`, `SYNC_RUN_NOT_FOUND`, `CONFLICT` when it is over
 */
export async function cancelRun(
  hub: ConnectionParts,
  actor: string,
  workspaceId: string,
  syncId: string,
  runId: string,
): Promise<void> {
  const workflowId = await hub.db.transaction().execute(async trx => {
    const sync = await lockSync(trx, workspaceId, syncId)
    await findRun(trx, workspaceId, syncId, runId)
    const ended = await endRun(trx, workspaceId, runId, ['requested', 'running'], 'cancelled', 'SYNC_STOPPED')
    if (!ended) throw new HubError('CONFLICT', { message: 'This run is over.' })
    await publishEnd(hub, trx, sync, ended)
    const details = { runId }
    await writeAudit(trx, { workspaceId, actor, action: 'sync.run_cancelled', subjectId: syncId, details })
    return ended.workflow_id ?? syncWorkflowId(syncId)
  })
  await wakeWorkflows(hub, [workflowId])
}
