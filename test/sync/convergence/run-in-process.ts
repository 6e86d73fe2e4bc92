import { connectionClient } from '../../../src/connections/client.ts'
import { isHubError, type ErrorCode } from '../../../src/errors.ts'
import type { Hub } from '../../../src/hub.ts'
import { syncWorkflowId, type RunEnd } from '../../../src/sync/contract.ts'
import { compareUnseen } from '../../../src/sync/pull/compare.ts'
import { pullPages, type WorkControl } from '../../../src/sync/pull/pull.ts'
import { pushChanges, settlePending } from '../../../src/sync/push/push.ts'
import { beginRun } from '../../../src/sync/runs/begin-run.ts'
import { finishRun } from '../../../src/sync/runs/run.ts'
import { takeUpRun } from '../../../src/sync/runs/run-hold.ts'

const phases = { settle: settlePending, pull: pullPages, compare: compareUnseen, push: pushChanges, done: undefined }
const mostTries = 12

class Killed extends Error {}

/**
 * A run of a sync as its workflow carries it out, without the server that would time its tries: they follow one another at once.
 * @param killedAfter after so many commits its holder is gone, once; another takes it up where it stands
 */
export async function runInProcess(
  hub: Hub,
  sync: { workspaceId: string; syncId: string },
  killedAfter?: number,
): Promise<RunEnd> {
  const workflowId = syncWorkflowId(sync.syncId)
  const begun = await beginRun(hub, sync, { workflowId, trigger: 'manual', mayRequest: true })
  if (begun.kind !== 'taken') throw new Error(`no run: ${JSON.stringify(begun)}`)
  const ref = { ...sync, runId: begun.runId }
  let commits = 0
  const onProgress = () => {
    if (commits++ === killedAfter) throw new Killed()
  }
  let failed: ErrorCode | null = null
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    try {
      await work(hub, ref, { signal: new AbortController().signal, onProgress, isOver: () => false, attempt })
      failed = null
      break
    } catch (error) {
      if (error instanceof Killed) continue
      if (!isHubError(error)) throw error
      failed = error.code
      if (error.code === 'DELETIONS_HELD') break
    }
  }
  const status = failed === null ? 'succeeded' : 'failed'
  return finishRun(hub, ref, { status, errorCode: failed }, workflowId)
}

async function work(hub: Hub, ref: Parameters<typeof takeUpRun>[1], control: WorkControl): Promise<void> {
  const hold = await takeUpRun(hub, ref)
  const client = await connectionClient(hub, ref.workspaceId, hold.sync.connection_id)
  for (let phase = phases[hold.run.phase]; phase; phase = phases[hold.run.phase]) {
    await phase(hub, hold, client, control)
  }
}
