import { z } from 'zod'
import { jsonPath, lifetime, parameter, pathTemplate, query, text } from './values.ts'

const feedBase = { deletions: z.boolean().describe('Whether things deleted are among what it tells') }

export type ChangeFeed = z.infer<typeof changeFeed>
/** How a platform tells what has changed since a time. */
export const changeFeed = z.discriminatedUnion('kind', [
  z
    .strictObject({ ...feedBase, kind: z.literal('where'), clause: text(500) })
    .describe('A condition of the query statement; `{since}` is an ISO time'),
  z
    .strictObject({
      ...feedBase,
      kind: z.literal('cdc'),
      path: pathTemplate,
      query: query.exactOptional(),
      param: parameter,
      items: jsonPath,
      limit: z.int().min(1).max(100_000),
      maxAge: lifetime,
    })
    .describe(
      'One answer with everything since a time, at most `limit` things and `maxAge` back: beyond that, a full pass',
    ),
  z
    .strictObject({
      ...feedBase,
      kind: z.literal('param'),
      param: parameter,
      format: z.enum(['iso', 'unix-seconds']),
    })
    .describe('A parameter of the list'),
])
