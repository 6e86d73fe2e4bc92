import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

/** Where recorded histories are kept for the replay test. */
export const historiesFolder = fileURLToPath(new URL('../workflows/histories/', import.meta.url))

const perType = 3

/**
 * Keeps closed histories of a namespace's workflows, up to three of each type and of different lengths: those took different
 * ways through the code. `RECORD_HISTORIES=true npm test` does so for every test file that runs workers.
 */
export async function recordHistories(client: Client): Promise<void> {
  await mkdir(historiesFolder, { recursive: true })
  for await (const { type, workflowId, runId, historyLength } of client.workflow.list({
    query: "ExecutionStatus IN ('Completed', 'Failed', 'ContinuedAsNew', 'Canceled')",
  })) {
    const known = (await readdir(historiesFolder)).filter(name => name.startsWith(`${type}-`))
    const file = `${historiesFolder}${type}-${historyLength}-events.json`
    if (known.length >= perType || existsSync(file)) continue
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    await writeFile(file, `${JSON.stringify(JSON.parse(historyToJSON(history)), withoutIdentity, 1)}\n`)
  }
}

/** Which process on which machine ran a workflow is nobody's business there: `pid@host`, in names of queues too. */
function withoutIdentity(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^\d+@\S+/, 'worker') : value
}
