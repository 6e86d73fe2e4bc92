import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'

/** A webhook that came for a connection. */
export interface SeenWebhook {
  workspaceId: string
  connectionId: string
  at: Date
}

/** A connection's last webhook is noted once in so long, however many come. */
const notedEveryMs = 60_000

/**
 * Notes when the last webhook about each connection came, to within a minute: in one statement, which writes to a connection
 * once a minute at most. An older one, such as one that is replayed, changes nothing.
 */
export async function noteWebhooks(db: Executor, seen: readonly SeenWebhook[]): Promise<void> {
  if (seen.length === 0) return
  // Locked in one order: several processes note.
  await sql`
    with seen as (
      select workspace_id, id, max(at) as at from unnest(
        ${seen.map(({ workspaceId }) => workspaceId)}::text[],
        ${seen.map(({ connectionId }) => connectionId)}::text[],
        ${seen.map(({ at }) => at)}::timestamptz[]
      ) as t (workspace_id, id, at) group by workspace_id, id
    ), stale as materialized (
      select c.id, s.at from connections c join seen s on s.workspace_id = c.workspace_id and s.id = c.id
      where c.last_webhook_at is null or c.last_webhook_at <= s.at - ${notedEveryMs} * interval '1 millisecond'
      order by c.id for no key update of c
    )
    update connections c set last_webhook_at = stale.at from stale where c.id = stale.id`.execute(db)
}

/** When the last webhook about each of these connections came; those for which none has are left out. */
export async function lastWebhooksOf(
  db: Executor,
  connections: readonly { workspaceId: string; connectionId: string }[],
): Promise<Map<string, Date>> {
  if (connections.length === 0) return new Map()
  const { rows } = await sql<{ id: string; at: Date }>`
    select distinct c.id, c.last_webhook_at as at from connections c join unnest(
      ${connections.map(({ workspaceId }) => workspaceId)}::text[],
      ${connections.map(({ connectionId }) => connectionId)}::text[]
    ) as t (workspace_id, id) on t.workspace_id = c.workspace_id and t.id = c.id
    where c.last_webhook_at is not null`.execute(db)
  return new Map(rows.map(({ id, at }) => [id, at]))
}
