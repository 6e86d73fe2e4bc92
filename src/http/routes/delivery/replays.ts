import { z } from 'zod'
import { finishedStatuses } from '../../../delivery/log/delivery-rows.ts'
import { requestOfReplay, requestReplay, type ReplayRequest } from '../../../delivery/by-hand/replay.ts'
import { findReplay, listReplays, type Replay } from '../../../delivery/by-hand/replay-store.ts'
import type { Hub } from '../../../hub.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'

const tag = 'Replays'
const url = '/v1/replays'
const one = `${url}/:replayId`
const params = z.strictObject({ replayId: z.string() })
const statuses = z.array(z.enum(finishedStatuses)).min(1).max(3)

const replay = z
  .strictObject({
    id: idField('replay'),
    endpointId: idField('endpoint').nullable(),
    from: instant,
    to: instant,
    statuses,
    type: z.string().nullable(),
    missed: z.boolean(),
    state: z.enum(['requested', 'running', 'paused', 'finished', 'cancelled']),
    lookedAt: z.number().int().meta({ description: 'Deliveries, and events where they were missed' }),
    queued: z.number().int(),
    skipped: z.number().int().meta({ description: 'The payload is gone, or the endpoint takes none' }),
    reachedAt: instant.meta({ description: 'It goes from the oldest to the newest event, and has come to this one' }),
    createdAt: instant,
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Replay' })

/** Ranges of deliveries that are sent again. */
export function replayRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'events:write',
      summary: 'Replay a range of deliveries',
      description:
        'Sends the deliveries of a range again, oldest first, as fast as their endpoints take them beside what is published meanwhile. The range is of the instants of the events. With `missed` an endpoint gets what it did not get in the range: failed deliveries, and events that were published while it was disabled.',
      body: z
        .strictObject({
          endpointId: z.string().max(64).nullable().default(null).meta({ description: 'Null for all endpoints' }),
          from: instant,
          to: instant.optional().meta({ description: 'Now, unless given' }),
          statuses: statuses.default(['failed']),
          type: z
            .string()
            .max(130)
            .nullable()
            .default(null)
            .meta({ description: 'An event type, or `invoice.*` for all below one' }),
          missed: z.boolean().default(false),
        })
        .refine(body => !body.missed || body.endpointId !== null, 'missed needs an endpointId')
        .refine(body => !body.missed || body.type === null, 'missed takes no type'),
      status: 202,
      reply: replay,
      idempotent: true,
      errors: ['ENDPOINT_NOT_FOUND', 'CONFLICT'],
      async handler({ body: { from, to, ...rest }, caller }) {
        const until = new Date(Math.min(Date.now(), to === undefined ? Infinity : Date.parse(to)))
        const range = { ...rest, from: new Date(from), to: until }
        return show(await requestReplay(hub, caller.apiKeyId, caller.workspaceId, range))
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'events:read',
      summary: 'List replays',
      query: pageQuery,
      reply: page(replay),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const list = { after: positionAt(cursor, 'replay'), limit: limit + 1 }
        return pageOf(await listReplays(hub.db, caller.workspaceId, list), limit, show)
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'events:read',
      summary: 'Get a replay, and how far it is',
      params,
      reply: replay,
      errors: ['REPLAY_NOT_FOUND'],
      handler: async ({ params: { replayId }, caller }) => show(await findReplay(hub.db, caller.workspaceId, replayId)),
    }),
    ...(Object.keys(descriptions) as ReplayRequest[]).map(request =>
      route({
        tag,
        method: 'POST',
        url: `${one}/${request}`,
        access: 'events:write',
        ...descriptions[request],
        params,
        reply: replay,
        errors: ['REPLAY_NOT_FOUND', 'CONFLICT'],
        handler: async ({ params: { replayId }, caller }) =>
          show(await requestOfReplay(hub, caller.apiKeyId, caller.workspaceId, replayId, request)),
      }),
    ),
  ]
}

const descriptions: Record<ReplayRequest, { summary: string; description: string }> = {
  pause: { summary: 'Pause a replay', description: 'What it has queued already is delivered.' },
  resume: { summary: 'Resume a replay', description: 'It goes on where it was.' },
  cancel: { summary: 'Cancel a replay', description: 'What it has queued already is delivered.' },
}

function show(found: Replay): z.output<typeof replay> {
  const { workspaceId: _, cursor: _cursor, ...shown } = found
  return {
    ...shown,
    from: found.from.toISOString(),
    to: found.to.toISOString(),
    reachedAt: found.reachedAt.toISOString(),
    createdAt: found.createdAt.toISOString(),
    finishedAt: found.finishedAt?.toISOString() ?? null,
  }
}
