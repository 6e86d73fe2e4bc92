import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ConnectionParts } from '../parts.ts'
import type { ConnectionRef } from '../contract.ts'
import type { ConnectionStatus } from '../states.ts'
import type { Connection } from '../store.ts'

const atOnce = sql<Date | null>`to_timestamp(0)`

/** Has the workflow told at once, where one waits for a person or tries again. Before `recovery` is cleared. */
export const tellIfOpen = sql<Date | null>`
  case when tell_at is not null or recovery = 'refresh' then to_timestamp(0) end`

/** Whether only a person can mend a connection. One that has never been connected has only a failed attempt. */
export function needsPerson({ status, generation }: Pick<Connection, 'status' | 'generation'>): boolean {
  return status === 'needs_reauth' || (status === 'error' && generation > 0)
}

/** When to tell a connection's workflow of a change of its state. */
export function tellAfter(from: Connection, to: ConnectionStatus) {
  if (needsPerson({ status: to, generation: from.generation })) return atOnce
  return sql<Date | null>`case when tell_at is not null then to_timestamp(0) end`
}

/** A connection whose workflow is to be told. */
export interface ToTell extends ConnectionRef {
  /** Its state has changed; else it is only looked whether the workflow is there. */
  changed: boolean
  needsPerson: boolean
  status: ConnectionStatus
  /** Of the last change, to the microsecond. */
  changedAt: string
}

/**
 * Connections whose workflow is to be told, first those whose state has changed: of each workspace in turn, so that none waits
 * behind all of another's.
 */
export async function connectionsToTell(hub: ConnectionParts, limit: number): Promise<ToTell[]> {
  // Over connections_to_tell.
  const { rows } = await hub.pool.query<ToTell>({
    name: 'connections-to-tell',
    text: `select id as "connectionId", workspace_id as "workspaceId", provider, status, changed,
        status in ('needs_reauth', 'error') as "needsPerson", status_changed_at::text as "changedAt"
      from (
        select id, workspace_id, provider, status, status_changed_at, tell_at = to_timestamp(0) as changed,
          row_number() over (partition by workspace_id order by tell_at, status_changed_at) as turn
        from connections where tell_at <= now()
      ) due
      order by not changed, turn, status_changed_at limit $1`,
    values: [limit],
  })
  return rows
}

/** Notes that a workflow was told of a state, unless that has changed since; in so long it is looked after again. */
export async function noteTold(
  db: Executor,
  told: Pick<ToTell, 'workspaceId' | 'connectionId' | 'status' | 'changedAt'>,
  nextInMs: number | null,
): Promise<void> {
  await db
    .updateTable('connections')
    .set({ tell_at: nextInMs === null ? null : sql<Date>`now() + ${nextInMs} * interval '1 millisecond'` })
    .where('workspace_id', '=', told.workspaceId)
    .where('id', '=', told.connectionId)
    .where('status', '=', told.status)
    .where('status_changed_at', '=', sql<Date>`${told.changedAt}::timestamptz`)
    .execute()
}
