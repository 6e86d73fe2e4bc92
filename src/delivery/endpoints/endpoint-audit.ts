import { writeAudit } from '../../audit/log.ts'
import type { Executor } from '../../db/database.ts'
import type { Endpoint } from './endpoint-store.ts'

/** Notes what somebody did to an endpoint, in the transaction that does it. */
export async function auditEndpoint(
  db: Executor,
  actor: string,
  what: string,
  endpoint: Pick<Endpoint, 'id' | 'workspaceId'>,
  details: Record<string, unknown> = {},
): Promise<void> {
  const { workspaceId, id } = endpoint
  await writeAudit(db, { workspaceId, actor, action: `endpoint.${what}`, subjectId: id, details })
}
