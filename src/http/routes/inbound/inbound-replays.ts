import { z } from 'zod'
import { findConnection } from '../../../connections/store.ts'
import type { Hub } from '../../../hub.ts'
import { cancelInboundReplay, requestInboundReplay } from '../../../inbound/replays/request.ts'
import {
  findInboundReplay,
  listInboundReplays,
  replayedStatuses,
  type InboundReplay,
} from '../../../inbound/replays/store.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Inbound events'
const url = '/v1/inbound-replays'
const one = `${url}/:inboundReplayId`
const params = z.strictObject({ inboundReplayId: z.string() })
const statuses = z
  .array(z.enum(replayedStatuses))
  .min(1)
  .max(3)
  .meta({ description: 'What became of them: those in these states are routed again' })
const only = (what: string) =>
  z
    .string()
    .max(200)
    .nullable()
    .meta({ description: `Only those ${what}; null for all` })
const filters = {
  provider: only('of this provider'),
  connectionId: only('of this connection'),
  type: only('of this type'),
}

const replaySchema = z
  .strictObject({
    id: idField('inboundReplay'),
    from: instant.meta({ description: 'Where the range begins: the instant of arrival' }),
    to: instant,
    statuses,
    ...filters,
    state: z.enum(['requested', 'running', 'finished', 'cancelled']),
    lookedAt: z.number().int().meta({ description: 'How many it has looked at' }),
    queued: z.number().int(),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'InboundReplay' })

/** Ranges of what platforms have sent that are routed again. */
export function inboundReplayRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'inbound:write',
      summary: 'Route a range again',
      description:
        'Routes what arrived in the range again, oldest first: looks for connections once more, publishes events again and starts syncs. Five of them may be under way.',
      body: z.strictObject({
        from: instant,
        to: instant.optional().meta({ description: 'Now, unless given' }),
        statuses: statuses.default(['unmatched', 'failed']),
        provider: filters.provider.default(null),
        connectionId: filters.connectionId.default(null),
        type: filters.type.default(null),
      }),
      status: 202,
      reply: replaySchema,
      idempotent: true,
      errors: ['CONNECTION_NOT_FOUND', 'CONFLICT'],
      async handler({ body: { from, to, ...rest }, caller: { workspaceId, apiKeyId } }) {
        const until = new Date(Math.min(Date.now(), to === undefined ? Infinity : Date.parse(to)))
        const range = { ...rest, from: new Date(from), to: until }
        if (range.connectionId !== null) await findConnection(hub.db, workspaceId, range.connectionId)
        return show(await requestInboundReplay(hub, workspaceId, apiKeyId, range))
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'inbound:read',
      summary: 'List ranges that are routed again',
      query: pageQuery,
      reply: page(replaySchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const list = { after: positionAt(cursor, 'inboundReplay'), limit: limit + 1 }
        return pageOf(await listInboundReplays(hub.db, caller.workspaceId, list), limit, show)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'inbound:read',
      summary: 'Get one, and how far it is',
      params,
      reply: replaySchema,
      errors: ['INBOUND_REPLAY_NOT_FOUND'],
      handler: async ({ params, caller }) =>
        show(await findInboundReplay(hub.db, caller.workspaceId, params.inboundReplayId)),
    }),
    route({
      tag,
      method: 'POST',
      url: `${one}/cancel`,
      access: 'inbound:write',
      summary: 'Cancel one',
      description: 'What it has queued already is routed.',
      params,
      reply: replaySchema,
      errors: ['INBOUND_REPLAY_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params, caller }) =>
        show(await cancelInboundReplay(hub, caller.workspaceId, caller.apiKeyId, params.inboundReplayId)),
    }),
  ]
}

function show({ workspaceId: _, cursor: _cursor, ...replay }: InboundReplay): z.output<typeof replaySchema> {
  return {
    ...replay,
    from: replay.from.toISOString(),
    to: replay.to.toISOString(),
    createdAt: replay.createdAt.toISOString(),
    finishedAt: replay.finishedAt?.toISOString() ?? null,
  }
}
