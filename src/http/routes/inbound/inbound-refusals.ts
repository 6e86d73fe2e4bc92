import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { listRefusals } from '../../../inbound/refusals.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const refusals = z
  .strictObject({
    id: idField('inboundRefusal'),
    provider: z.string(),
    targetId: z.string().meta({ description: 'The provider app, or the address of a connection, that it came to' }),
    reason: z.string().meta({ description: 'The error code that it was answered with' }),
    count: z.number().int().meta({ description: 'How often' }),
    lastAt: instant.meta({ description: 'When it happened last' }),
  })
  .meta({ id: 'InboundRefusals' })

/** What was refused of what was sent to a workspace's addresses. */
export function inboundRefusalRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Inbound events',
      method: 'GET',
      url: '/v1/inbound-refusals',
      access: 'inbound:read',
      summary: 'List what was refused, counted by reason',
      description:
        'Nothing of what was refused is kept. A count comes up to a second late, and goes 30 days after the last.',
      query: pageQuery.extend({
        targetId: z
          .string()
          .optional()
          .meta({ description: 'Only what came to this provider app, or to this address of a connection' }),
      }),
      reply: page(refusals),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor, targetId }, caller }) {
        const list = { targetId, after: positionAt(cursor, 'inboundRefusal'), limit: limit + 1 }
        const found = await listRefusals(hub.db, caller.workspaceId, list)
        return pageOf(found, limit, ({ lastAt, ...one }) => ({ ...one, lastAt: lastAt.toISOString() }))
      },
    }),
  ]
}
