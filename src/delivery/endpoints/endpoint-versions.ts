import { sql, type Selectable } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { EndpointsTable } from '../../db/schema/endpoints.ts'
import type { EndpointVersionsTable } from '../../db/schema/endpoint-versions.ts'
import type { DeliveryParts } from '../parts.ts'

export type EndpointVersion = Pick<
  Selectable<EndpointVersionsTable>,
  'host' | 'header_names' | 'header_style' | 'signatures' | 'batch_size'
>

/** Attempts are kept for 90 days after their event; an event may be older by the length of its endpoint's schedule. */
const keptDays = 100

/** Records how requests to an endpoint look from this version on. Call it in the transaction that makes the version. */
export async function noteVersion(db: Executor, endpoint: Selectable<EndpointsTable>): Promise<void> {
  const { id, version, workspace_id, url, header_names, header_style, signatures, batch_size } = endpoint
  await endVersions(db, workspace_id, id)
  await db
    .insertInto('endpoint_versions')
    .values({
      endpoint_id: id,
      version,
      workspace_id,
      host: new URL(url).host,
      header_names,
      header_style,
      signatures,
      batch_size,
      replaced_at: null,
    })
    .execute()
}

/** Notes that the current version of an endpoint has had its time. */
export async function endVersions(db: Executor, workspaceId: string, endpointId: string): Promise<void> {
  await db
    .updateTable('endpoint_versions')
    .set({ replaced_at: sql<Date>`now()` })
    .where('endpoint_id', '=', endpointId)
    .where('workspace_id', '=', workspaceId)
    .where('replaced_at', 'is', null)
    .execute()
}

/**
 * Gives how requests to an endpoint looked, by version. Forgotten versions are missing. A version that changed nothing of this
 * has no row; the version before it applies.
 */
export async function findVersions(
  hub: DeliveryParts,
  workspaceId: string,
  endpointId: string,
  versions: number[],
): Promise<Map<number, EndpointVersion>> {
  if (versions.length === 0) return new Map()
  const { rows } = await hub.pool.query<EndpointVersion & { wanted: number }>(
    `select wanted.version as wanted, v.host, v.header_names, v.header_style, v.signatures, v.batch_size
     from unnest($3::int[]) as wanted(version), lateral (
       select * from endpoint_versions v
       where v.endpoint_id = $2 and v.workspace_id = $1 and v.version <= wanted.version order by v.version desc limit 1) v`,
    [workspaceId, endpointId, versions],
  )
  return new Map(rows.map(row => [row.wanted, row]))
}

/** Deletes up to `limit` versions that no stored attempt refers to. Gives how many. Index: endpoint_versions_replaced. */
export async function expireEndpointVersions(hub: DeliveryParts, limit: number): Promise<number> {
  const { rowCount } = await hub.pool.query(
    `delete from endpoint_versions v using (
      select endpoint_id, version from endpoint_versions
      where replaced_at < now() - $2::int * interval '1 day' order by replaced_at limit $1 for update skip locked
    ) as old where v.endpoint_id = old.endpoint_id and v.version = old.version`,
    [limit, keptDays],
  )
  return rowCount ?? 0
}
