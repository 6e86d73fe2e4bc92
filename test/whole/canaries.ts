import type pg from 'pg'
import type { Client } from '@temporalio/client'
import proto from '@temporalio/proto'

/** A value that must not be found in certain places, and what it is. */
export type Canaries = Map<string, string>

/** Where each canary was found: `histories: an access token`. */
export function sightings(canaries: Canaries, place: string, text: string | Buffer): string[] {
  return [...canaries].filter(([value]) => text.includes(value)).map(([, what]) => `${place}: ${what}`)
}

/**
 * Everything that Temporal keeps of a namespace's workflows, as bytes: payloads are in there as they were sent, and so are
 * summaries, failures and heartbeats; and what its list shows of them.
 */
export async function readHistories(client: Client): Promise<{ workflows: string[]; bytes: Buffer }> {
  const workflows: string[] = []
  const parts: Uint8Array[] = []
  for await (const execution of client.workflow.list()) {
    workflows.push(execution.type)
    const handle = client.workflow.getHandle(execution.workflowId, execution.runId)
    parts.push(proto.temporal.api.history.v1.History.encode(await handle.fetchHistory()).finish())
    const description = await handle.describe()
    parts.push(Buffer.from(JSON.stringify([description.raw, execution.raw], bytesAsText)))
  }
  return { workflows, bytes: Buffer.concat(parts) }
}

function bytesAsText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value
}

/** Every row of every table as text, as a dump would hold it. */
export async function dumpDatabase(pool: pg.Pool): Promise<string> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`)
    parts.push(...rows.map(({ row }) => row))
  }
  return parts.join('\n')
}
