import { z } from 'zod'
import { headers, jsonPath, parameter, pathTemplate, query, text } from './values.ts'

const listBase = {
  path: pathTemplate,
  query: query.exactOptional(),
  headers: headers.exactOptional(),
  page: z.int().min(1).max(10_000).describe('How many things one page holds'),
  items: jsonPath
    .exactOptional()
    .describe("Where a page's things are; the body itself when absent. An absent list under a present parent is empty"),
}

const queryPages = z
  .strictObject({
    ...listBase,
    kind: z.literal('query'),
    statement: text(500),
    orderBy: text(100),
    param: parameter.describe('The parameter that takes the statement'),
  })
  .describe(
    "A statement in the platform's query language, with `startposition` from 1 and `maxresults`, in the order of " +
      '`orderBy`: pages overlap, so that what moves up between two of them is seen. It ends where nothing more comes',
  )

const cursorPages = z
  .strictObject({
    ...listBase,
    kind: z.literal('cursor'),
    param: parameter,
    limitParam: parameter,
    next: z.discriminatedUnion('from', [
      z.strictObject({ from: z.literal('last-id') }).describe("The last thing's id"),
      z.strictObject({ from: z.literal('path'), path: jsonPath }).describe('A token in the answer'),
    ]),
    end: z
      .union([z.strictObject({ more: jsonPath }), z.literal('no-cursor')])
      .describe(
        'A page says at the path `more` whether there are more; `no-cursor`: the last has no token, or no thing',
      ),
  })
  .describe("The next page is asked for by the last thing's id or a token")

const linkPages = z
  .strictObject({ ...listBase, kind: z.literal('link'), limitParam: parameter })
  .describe('RFC 8288: the next page is a link with `rel="next"` in the headers. The last page has none')

const numberedPages = z
  .strictObject({
    ...listBase,
    kind: z.literal('page'),
    param: parameter,
    limitParam: parameter,
    first: z.int().min(0).max(1).describe('The number of the first page'),
    end: z.enum(['empty-page', 'short-page']),
  })
  .describe('Pages are numbered from `first`. Behind the last comes an empty one, or the last is the first short one')

export type ListDefinition = z.infer<typeof listDefinition>
/** How a platform hands out a list in pages, and what the end of it looks like. A short page alone is no end. */
export const listDefinition = z.discriminatedUnion('kind', [queryPages, cursorPages, linkPages, numberedPages])
