import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@temporalio/client'

/** What docs/operations.md says lists what needs a person, and what is tried again. */
const queries = ['needs_person', 'retrying'].map(
  attention => `Attention = "${attention}" AND ExecutionStatus = "Running"`,
)

/** The ids of the workflows that the documented queries list. */
export async function listStuck(client: Client): Promise<Set<string>> {
  const ids = new Set<string>()
  for (const query of queries) {
    for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) ids.add(workflowId)
  }
  return ids
}

/**
 * Looks every second until `isOver` says of what is listed that it is as it should be, or the time has passed; gives what was
 * listed last, and after how many milliseconds each id was first seen as `when` says.
 */
export async function watchList(
  client: Client,
  ids: readonly string[],
  when: 'listed' | 'gone',
  longestMs: number,
): Promise<{ listed: Set<string>; seenMs: Map<string, number> }> {
  const startedAt = Date.now()
  const seenMs = new Map<string, number>()
  for (;;) {
    const listed = await listStuck(client)
    const passedMs = Date.now() - startedAt
    for (const id of ids) if (listed.has(id) === (when === 'listed') && !seenMs.has(id)) seenMs.set(id, passedMs)
    const isOver = when === 'gone' ? listed.size === 0 : listed.size === ids.length && ids.every(id => listed.has(id))
    if (isOver || passedMs > longestMs) return { listed, seenMs }
    await sleep(1_000)
  }
}

/** How many of the workflows do not say what is expected of their kind. */
export async function countSilent(client: Client, ids: readonly string[], said: RegExp): Promise<number> {
  let silent = 0
  for (const id of ids) if (!said.test(await detailsOf(client, id))) silent++
  return silent
}

/** What a person reads on a workflow's page; '' where it cannot be asked. */
export async function detailsOf(client: Client, id: string): Promise<string> {
  const metadata = client.workflow.getHandle(id).query<{ currentDetails: string }>('__temporal_workflow_metadata')
  return metadata.then(
    ({ currentDetails }) => currentDetails,
    () => '',
  )
}
