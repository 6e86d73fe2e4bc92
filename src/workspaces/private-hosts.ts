import { sql } from 'kysely'
import { writeAudit } from '../audit/log.ts'
import type { Executor } from '../db/database.ts'
import { hubItself, onBehalfOf } from '../db/on-behalf-of.ts'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import type { PrivateHost } from '../outgoing/private-hosts.ts'

/** All of them, by workspace: over workspaces_with_private_hosts, in all workspaces. */
export async function allPrivateHosts(db: Executor): Promise<Map<string, PrivateHost[]>> {
  const rows = await onBehalfOf(hubItself, () =>
    db
      .selectFrom('workspaces')
      .select(['id', 'private_hosts'])
      .where(sql<boolean>`private_hosts <> '[]'`)
      .execute(),
  )
  return new Map(rows.map(row => [row.id, row.private_hosts as PrivateHost[]]))
}

/** The hosts at private addresses that the operator has opened to a workspace's connections; none for one that is not there. */
export async function privateHostsOf(db: Executor, workspaceId: string): Promise<PrivateHost[]> {
  const row = await db.selectFrom('workspaces').select('private_hosts').where('id', '=', workspaceId).executeTakeFirst()
  return (row?.private_hosts ?? []) as PrivateHost[]
}

/** Opens these hosts to a workspace, and no others. @throws HubError `WORKSPACE_NOT_FOUND` */
export function putPrivateHosts(
  hub: Foundation,
  actor: string,
  workspaceId: string,
  hosts: readonly PrivateHost[],
): Promise<void> {
  return hub.db.transaction().execute(async db => {
    const { numUpdatedRows } = await db
      .updateTable('workspaces')
      .set({ private_hosts: JSON.stringify(hosts) })
      .where('id', '=', workspaceId)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) throw new HubError('WORKSPACE_NOT_FOUND')
    const details = { hosts: Object.fromEntries(hosts.map(({ host, networks }) => [host, networks])) }
    await writeAudit(db, { workspaceId, actor, action: 'workspace.private_hosts_set', subjectId: workspaceId, details })
  })
}
