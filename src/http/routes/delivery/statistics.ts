import { z } from 'zod'
import {
  intervalMs,
  mostPoints,
  readStatistics,
  type Interval,
  type Point,
} from '../../../delivery/log/statistics-store.ts'
import type { Hub } from '../../../hub.ts'
import { instant, instantFrom } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'

const intervals = Object.keys(intervalMs) as [Interval, ...Interval[]]
/** How many intervals are shown when no beginning is given: an hour, a day, a month. */
const usual: Record<Interval, number> = { minute: 60, hour: 24, day: 30 }
const point = z.strictObject({
  at: instant.meta({ description: 'When the interval begins' }),
  succeeded: z.number().int().meta({ description: 'Attempts that were answered with 2xx' }),
  failed: z.number().int().meta({ description: 'All other attempts' }),
  p50Ms: z.number().int().nullable().meta({ description: 'Half of the attempts took no longer; right to 5 %' }),
  p99Ms: z.number().int().nullable().meta({ description: '99 of 100 attempts took no longer; right to 5 %' }),
})

/** What charts of an endpoint are made from. */
export function statisticsRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Endpoints',
      method: 'GET',
      url: '/v1/endpoints/:endpointId/statistics',
      access: 'endpoints:read',
      summary: 'Get the statistics of an endpoint',
      description: `Attempts by interval, oldest first, intervals without any included; at most ${mostPoints}. They are some seconds behind, and kept for 30 days.`,
      params: z.strictObject({ endpointId: z.string() }),
      query: z.strictObject({
        interval: z.enum(intervals).default('minute'),
        from: instant.optional().meta({ description: 'Standard: an hour, a day or 30 days before `to`' }),
        to: instant.optional().meta({ description: 'Standard: now' }),
      }),
      reply: z.strictObject({ data: z.array(point) }),
      errors: ['ENDPOINT_NOT_FOUND'],
      async handler({ params: { endpointId }, query: { interval, from, to }, caller }) {
        const end = instantFrom(to) ?? new Date()
        const start = instantFrom(from) ?? new Date(Math.max(0, end.getTime() - usual[interval] * intervalMs[interval]))
        const points = await readStatistics(hub, caller.workspaceId, endpointId, { from: start, to: end, interval })
        return { data: points.map(show) }
      },
    }),
  ]
}

function show(found: Point): z.output<typeof point> {
  return { ...found, at: found.at.toISOString() }
}
