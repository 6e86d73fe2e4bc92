// Records closed histories of every workflow from a running hub, for the replay test.
// usage: TEMPORAL_ADDRESS=127.0.0.1:7233 node test/workflows/record-histories.ts [workflow type…]
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'

const perType = 3
const folder = fileURLToPath(new URL('./histories/', import.meta.url))
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233' })
const client = new Client({ connection, namespace: process.env.TEMPORAL_NAMESPACE ?? 'default' })
const wanted = process.argv.slice(2)
const lengths = new Map<string, Set<number>>()

await mkdir(folder, { recursive: true })
for await (const execution of client.workflow.list({ query: "ExecutionStatus != 'Running'" })) {
  if (wanted.length > 0 && !wanted.includes(execution.type)) continue
  const seen = lengths.get(execution.type) ?? new Set()
  // Runs of different lengths took different ways through the code; equal ones add nothing.
  if (seen.size === perType || seen.has(execution.historyLength)) continue
  lengths.set(execution.type, seen.add(execution.historyLength))
  const history = await client.workflow.getHandle(execution.workflowId, execution.runId).fetchHistory()
  const text = JSON.stringify(historyToJSON(history), withoutIdentity, 1)
  await writeFile(`${folder}${execution.type}-${seen.size}.json`, `${text}\n`)
}
for (const [type, seen] of lengths) console.log(`${type}: ${seen.size}`)
await connection.close()

/** Which process and machine ran a workflow is nobody's business here. */
function withoutIdentity(key: string, value: unknown): unknown {
  return key === 'identity' || key === 'workerInstanceKey' ? 'worker' : value
}
