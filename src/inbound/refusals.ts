import { sql } from 'kysely'
import type { ConnectionParts } from '../connections/parts.ts'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import type { ErrorCode } from '../errors.ts'
import { newId } from '../ids.ts'
import { inboundRefused } from '../metrics/registry.ts'

/** How often something was refused, where, and why. */
export interface Refusals {
  id: string
  provider: string
  targetId: string
  reason: string
  count: number
  lastAt: Date
}

interface Refused {
  /** Null for the environment's app, whose refusals are only a metric. */
  workspaceId: string | null
  provider: string
  /** The provider app or the address with a key that it came to. */
  targetId: string
  reason: ErrorCode
}

/** A flood of refusals is one statement in a while, of so many counts at most. */
const everyMs = 500
const mostCounts = 500

type CountedRefusal = Refused & { workspaceId: string; count: number }
type Counts = Map<string, CountedRefusal>
const waiting = new WeakMap<ConnectionParts, Counts>()

/** Counts a refusal: in the metric at once, in its row a moment later. What a crash loses is a count. */
export function countRefusal(hub: ConnectionParts, refused: Refused): void {
  const { workspaceId, provider, targetId, reason } = refused
  inboundRefused.inc({ provider, reason })
  if (workspaceId === null) return
  const known = waiting.get(hub)
  const counts: Counts = known ?? new Map<string, CountedRefusal>()
  const key = `${targetId}/${reason}`
  const count = (counts.get(key)?.count ?? 0) + 1
  if (count === 1 && counts.size >= mostCounts) return
  counts.set(key, { ...refused, workspaceId, count })
  if (known) return
  waiting.set(hub, counts)
  setTimeout(() => {
    waiting.delete(hub)
    void write(hub, counts).catch((error: unknown) => hub.log.warn({ err: error }, 'refused webhooks were not counted'))
  }, everyMs).unref()
}

async function write(hub: ConnectionParts, counts: Counts): Promise<void> {
  const all = [...counts.values()]
  await sql`
    insert into inbound_refusals (id, workspace_id, provider, target_id, reason, count, last_at)
    select r.id, r.workspace_id, r.provider, r.target_id, r.reason, r.count, now() from unnest(
      ${all.map(() => newId('inboundRefusal'))}::text[], ${all.map(one => one.workspaceId)}::text[],
      ${all.map(one => one.provider)}::text[], ${all.map(one => one.targetId)}::text[],
      ${all.map(one => one.reason)}::text[], ${all.map(one => one.count)}::bigint[]
    ) as r (id, workspace_id, provider, target_id, reason, count)
    join workspaces w on w.id = r.workspace_id
    order by r.workspace_id, r.target_id, r.reason
    on conflict (workspace_id, target_id, reason)
    do update set count = inbound_refusals.count + excluded.count, last_at = excluded.last_at`.execute(hub.db)
}

/** A workspace's refusals behind a position, the newest kind of them first. Index inbound_refusals_by_workspace. */
export function listRefusals(
  db: Executor,
  workspaceId: string,
  list: { targetId: string | undefined; after: Position | undefined; limit: number },
): Promise<Refusals[]> {
  let query = db
    .selectFrom('inbound_refusals')
    .select(['id', 'provider', 'target_id as targetId', 'reason', 'count', 'last_at as lastAt'])
    .where('workspace_id', '=', workspaceId)
  if (list.targetId !== undefined) query = query.where('target_id', '=', list.targetId)
  return query.where(behind(list.after)).orderBy('id', 'desc').limit(list.limit).execute()
}

/** Forgets what was last refused 30 days ago, at most `limit`; gives how many. Index inbound_refusals_by_age. */
export async function expireRefusals(pool: ConnectionParts['pool'], limit: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from inbound_refusals where id in (
       select id from inbound_refusals where last_at < now() - interval '30 days' order by last_at limit $1
       for update skip locked)`,
    [limit],
  )
  return rowCount ?? 0
}
