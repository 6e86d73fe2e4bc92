import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { answerBatch } from './batches.ts'
import { answerObjects, isObjectType } from './crm.ts'
import { ensurePortal, type Shelf } from './objects.ts'
import { notFound } from './refusals.ts'

const settings = z.strictObject({
  lagMs: z.number().int().nonnegative().optional(),
  calls: z.number().int().positive().optional(),
  searches: z.number().int().positive().optional(),
  results: z.number().int().positive().optional(),
})

/**
 * What a person does in a portal, beyond its limits.
 *
 *   PATCH  /hubspot/PORTAL                        { lagMs?, calls?, searches?, results? }: how far its search index lags behind, and its limits
 *   any    /hubspot/PORTAL/TYPE[/...]             as the API of objects has it
 *   POST   /hubspot/PORTAL/TYPE/many              { inputs }: makes however many
 */
export const controls: ControlRoute[] = [
  [
    'PATCH',
    /^\/hubspot\/(\d+)$/,
    ({ storage, params: [portal = ''], body }) => {
      const { lagMs, calls, searches, results } = settings.parse(body)
      ensurePortal(storage, portal)
      storage.run(
        `UPDATE hubspot_portals SET lag_ms = coalesce(?, lag_ms), lag_from_ms = ?, calls = coalesce(?, calls), searches = coalesce(?, searches),
         results = coalesce(?, results)
         WHERE portal = ?`,
        ...[lagMs ?? null, Date.now(), calls ?? null, searches ?? null, results ?? null, portal],
      )
      return { portal }
    },
  ],
  ...(['GET', 'POST', 'PATCH', 'DELETE'] as const).map((method): ControlRoute => [
    method,
    /^\/hubspot\/(\d+)\/([a-z]+)(\/.*)?$/,
    ({ storage, params: [portal = '', type, more = ''], body, query }) => {
      if (!isObjectType(type)) throw notFound()
      ensurePortal(storage, portal)
      const shelf: Shelf = { storage, portal, type }
      const rest = more.split('/').slice(1)
      if (rest[0] === 'many') return made(shelf, body)
      return answerObjects(shelf, { method, type, rest, query, body }).body ?? {}
    },
  ]),
]

function made(shelf: Shelf, body: unknown): unknown {
  const { inputs } = z.object({ inputs: z.array(z.record(z.string(), z.unknown())) }).parse(body)
  for (let from = 0; from < inputs.length; from += 100)
    answerBatch(shelf, 'create', { inputs: inputs.slice(from, from + 100) })
  return { made: inputs.length }
}
