import { z } from 'zod'
import { listDefinition } from './pages.ts'
import { headerName, jsonObject, jsonPath, lifetime, parameter, pathTemplate, query, text } from '../values.ts'

const feedBase = { deletions: z.boolean().describe('Whether things deleted are among what it tells') }

export type TimeFormat = z.infer<typeof timeFormat>
const timeFormat = z
  .enum(['iso', 'iso-seconds', 'iso-without-zone', 'unix-seconds', 'unix-milliseconds', 'http-date'])
  .describe(
    'How the time is written: `2026-01-31T00:00:00.000Z`, the same to the second, or without the zone (of UTC), a number, or as headers have it',
  )

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
    .strictObject({ ...feedBase, kind: z.literal('param'), param: parameter, format: timeFormat })
    .describe('A parameter of the list'),
  z
    .strictObject({ ...feedBase, kind: z.literal('header'), name: headerName, format: timeFormat })
    .describe('A header of the list, such as `if-modified-since`'),
  z
    .strictObject({
      ...feedBase,
      kind: z.literal('list'),
      list: listDefinition,
      since: z.strictObject({
        param: parameter.describe("The list's parameter, or the path into its body, that takes the time"),
        format: timeFormat,
        template: text(2_000)
          .exactOptional()
          .describe('What it says, with `{since}` in it, such as `updated > {since}`; that alone unless given'),
      }),
      thing: jsonPath.exactOptional().describe('Where each item holds the thing; the item itself when absent'),
      named: jsonPath
        .exactOptional()
        .describe(
          'Where each item has the id of what has changed, if that is all that holds of it: each is read by its id, once',
        ),
      overflow: z
        .strictObject({ total: jsonPath, most: z.int().min(1).max(10_000_000) })
        .exactOptional()
        .describe(
          'Where an answer says how many have changed, and how many the platform tells: beyond that, a full pass',
        ),
      also: jsonObject
        .exactOptional()
        .describe(
          'What the body says besides as the list is read once more, such as that what is in the trash is meant',
        ),
      maxAge: lifetime.exactOptional().describe('How far back it tells: beyond that, a full pass'),
    })
    .refine(
      ({ list, thing, named }) => (thing ?? named) === undefined || (list.kind !== 'query' && list.kind !== 'offset'),
      'cannot look into items that are asked for by their position',
    )
    .refine(
      ({ list, also }) => also === undefined || (list.kind === 'cursor' && list.body !== undefined),
      'can be read once more where it is asked for by a cursor in a body',
    )
    .refine(({ thing, named }) => thing === undefined || named === undefined, 'has things or names them')
    .describe('A list of its own, such as a search or a list of events'),
  z
    .strictObject({
      ...feedBase,
      kind: z.literal('token'),
      param: parameter.describe("The list's parameter, or the path into its body, that takes the token"),
      token: jsonPath.describe("Where the last page of the list, and of the changes, has the next run's token"),
      expired: z
        .array(z.int().min(400).max(499))
        .min(1)
        .max(5)
        .describe('Statuses that say that a token is good no longer: then everything is read'),
    })
    .describe('The list itself, with the token that its last page gave the time before'),
])
