import { z } from 'zod'
import { listAudit } from '../../../audit/store.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const entrySchema = z
  .strictObject({
    id: idField('audit'),
    actor: z.string().meta({ description: "An API key's id, `admin`, or the workflow that did it" }),
    action: z.string().meta({ examples: ['provider_app.created'] }),
    subjectId: z.string(),
    details: z.record(z.string(), z.unknown()),
    createdAt: instant,
  })
  .meta({ id: 'AuditEntry' })

/** Who did what to which thing in a workspace, and when. */
export function auditLogRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Audit log',
      method: 'GET',
      url: '/v1/audit-log',
      access: 'audit-log:read',
      summary: 'List audit entries',
      query: pageQuery.extend({ subjectId: z.string().max(200).optional() }),
      reply: page(entrySchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { cursor, limit, subjectId }, caller }) {
        const list = { after: positionAt(cursor, 'audit'), limit: limit + 1, subjectId }
        return pageOf(await listAudit(hub.db, caller.workspaceId, list), limit, entry => ({
          ...entry,
          createdAt: entry.createdAt.toISOString(),
        }))
      },
    }),
  ]
}
