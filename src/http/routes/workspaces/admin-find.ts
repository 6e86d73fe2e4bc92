import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { findAnywhere } from '../../../operators/find.ts'
import { workflowUrl } from '../../../temporal/workflow-url.ts'
import { route, type AnyRoute } from '../../route.ts'

const foundSchema = z
  .strictObject({
    kind: z.string().meta({ description: 'What it is', examples: ['delivery'] }),
    id: z.string().meta({ description: "The hub's id of it" }),
    workspaceId: z.string().nullable().meta({ description: 'Whose it is; null for what is nobody’s yet' }),
    state: z.string().meta({ description: 'Its status, in the words of its own resource' }),
    reason: z.string().nullable().meta({ description: 'Why it is in that state: a code or class' }),
    workflowId: z.string().nullable().meta({
      description: 'The workflow that works on it or looks after it in trouble; it need not be running',
    }),
    workflowUrl: z
      .url()
      .nullable()
      .meta({ description: 'That workflow in the Temporal UI, where its address is known' }),
    of: z.record(z.string(), z.string()).meta({ description: 'The ids of what it belongs to' }),
  })
  .meta({ id: 'Found' })

/** For the hub's operator, who has an id and not the workspace. */
export function adminFindRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Operators',
      access: 'admin',
      method: 'GET',
      url: '/v1/admin/find/:id',
      summary: 'Find a thing by its id',
      description:
        'Whatever workspace it is in. Takes an id of the hub (`conn_…`, `dlv_…`, any kind), or a platform’s id of an account, ' +
        'which may have several connections. The look-up is written to the audit log of the workspaces found.',
      params: z.strictObject({ id: z.string().min(1).max(200).meta({ description: 'The id to look for' }) }),
      reply: z.strictObject({
        data: z.array(foundSchema).meta({ description: 'One thing, or the connections of an account' }),
      }),
      errors: ['ID_NOT_FOUND'],
      async handler({ params, caller }) {
        const found = await findAnywhere(hub.db, caller.apiKeyId, params.id)
        return {
          data: found.map(thing => ({ ...thing, workflowUrl: workflowUrl(hub.config.temporal, thing.workflowId) })),
        }
      },
    }),
  ]
}
