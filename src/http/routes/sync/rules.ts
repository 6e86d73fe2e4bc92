import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { changeRule, createRule, findRule, listRules, removeRule, type Rule } from '../../../sync/rules/manage.ts'
import { idField, instant, jsonField } from '../../fields.ts'
import { page, pageAt, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Rules'
const url = '/v1/rules'
const one = `${url}/:ruleId`
const params = z.strictObject({ ruleId: z.string() })

const fields = {
  description: z.string().max(1_000).nullable(),
  eventTypes: z
    .array(z.string().min(1).max(130))
    .min(1)
    .max(50)
    .meta({ description: 'Event types, `content.*` for all below one, or `*`', examples: [['content.published']] }),
  filter: z
    .record(z.string().max(256), jsonField)
    .nullable()
    .meta({ description: "A condition on the event's data, as endpoints have", examples: [{ channel: 'shop' }] }),
  syncIds: z
    .array(z.string().max(64))
    .min(1)
    .max(100)
    .refine(ids => new Set(ids).size === ids.length, 'Each of them once')
    .meta({ uniqueItems: true, description: 'The syncs that are run' }),
}

const shape = z
  .strictObject({
    id: idField('rule'),
    description: fields.description,
    eventTypes: z.array(z.string()),
    filter: fields.filter,
    syncIds: z
      .array(idField('sync'))
      .meta({ description: 'The syncs that are run; those that were deleted are left out' }),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Rule' })

/** Which events that the product publishes start which syncs. */
export function ruleRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'syncs:write',
      summary: 'Create a rule',
      description:
        'Has syncs run when the product publishes an event of one of these types. From this answer on no such event is missed. Events that come together, or while a run is asked for, start it once; a sync that is paused stays so.',
      body: z.strictObject({
        description: fields.description.default(null),
        eventTypes: fields.eventTypes,
        filter: fields.filter.default(null),
        syncIds: fields.syncIds,
      }),
      status: 201,
      reply: shape,
      idempotent: true,
      errors: ['SYNC_NOT_FOUND', 'CONFLICT'],
      handler: async ({ body, caller }) => show(await createRule(hub, caller.apiKeyId, caller.workspaceId, body)),
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'syncs:read',
      summary: 'List rules',
      description: 'Newest first.',
      query: pageQuery,
      reply: page(shape),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const list = { after: positionAt(cursor, 'rule'), limit: limit + 1 }
        const rules = await listRules(hub.db, caller.workspaceId, list)
        return pageAt(rules, limit, show, ({ id }) => ({ id }))
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'syncs:read',
      summary: 'Get a rule',
      params,
      reply: shape,
      errors: ['RULE_NOT_FOUND'],
      handler: async ({ params: { ruleId }, caller }) => show(await findRule(hub.db, caller.workspaceId, ruleId)),
    }),
    route({
      tag,
      method: 'PATCH',
      url: one,
      access: 'syncs:write',
      summary: 'Change a rule',
      description: 'What is left out stays as it is.',
      params,
      body: z.strictObject(fields).partial(),
      reply: shape,
      errors: ['RULE_NOT_FOUND', 'SYNC_NOT_FOUND'],
      handler: async ({ params: { ruleId }, body, caller }) =>
        show(await changeRule(hub, caller.apiKeyId, caller.workspaceId, ruleId, body)),
    }),
    route({
      tag,
      method: 'DELETE',
      url: one,
      access: 'syncs:write',
      summary: 'Delete a rule',
      description: 'The syncs stay, and what events have started goes on.',
      params,
      status: 204,
      reply: z.void(),
      errors: ['RULE_NOT_FOUND'],
      handler: ({ params: { ruleId }, caller }) => removeRule(hub, caller.apiKeyId, caller.workspaceId, ruleId),
    }),
  ]
}

function show({ workspaceId: _, createdAt, updatedAt, filter, ...rule }: Rule): z.output<typeof shape> {
  return {
    ...rule,
    filter: filter as z.output<typeof fields.filter>,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}
