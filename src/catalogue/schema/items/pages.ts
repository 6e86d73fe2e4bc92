import { z } from 'zod'
import { asked, askedByBody } from '../calls.ts'
import { eachPath, jsonPath, parameter, text } from '../values.ts'
import { gridPages } from './grid.ts'

const listBase = {
  ...asked,
  page: z.int().min(1).max(10_000).describe('How many things one page holds'),
  items: eachPath
    .exactOptional()
    .describe("Where a page's things are; the body itself when absent. An absent list under a present parent is empty"),
  capitals: z
    .literal(true)
    .exactOptional()
    .describe('The members of its things begin with a capital, which those of a single one do not'),
  absent: z
    .literal('empty')
    .exactOptional()
    .describe('An answer without the list is one with nothing in it, as where empty lists are left out'),
}

/** With a body the list is asked for by POST, and the parameters of a page's position are paths into that body. */
const placedBase = { ...listBase, ...askedByBody }

const limitParam = parameter.exactOptional().describe('The parameter that takes how many things a page is to hold')

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
    ...placedBase,
    kind: z.literal('cursor'),
    param: parameter,
    limitParam,
    next: z.discriminatedUnion('from', [
      z.strictObject({ from: z.literal('last-id') }).describe("The last thing's id"),
      z.strictObject({ from: z.literal('path'), path: jsonPath }).describe('A token in the answer'),
    ]),
    numeric: z.literal(true).exactOptional().describe('A body takes the token as a number'),
    end: z
      .union([z.strictObject({ more: jsonPath }), z.literal('no-cursor')])
      .describe(
        'A page says at the path `more` whether there are more; `no-cursor`: the last has no token, or no thing',
      ),
    cut: z
      .strictObject({
        ...{ path: jsonPath, equals: z.union([z.string().max(200), z.boolean()]) },
        by: jsonPath.describe("The things' member that the list is in the order of"),
        param: parameter.describe('The parameter that takes from where on: the things of that value come again'),
      })
      .exactOptional()
      .describe('What an answer says that ends early although there is more, and how that is asked for'),
  })
  .describe("The next page is asked for by the last thing's id or a token")

const linkPages = z
  .strictObject({ ...listBase, kind: z.literal('link'), limitParam })
  .describe('RFC 8288: the next page is a link with `rel="next"` in the headers. The last page has none')

const addressPages = z
  .strictObject({
    ...listBase,
    kind: z.literal('address'),
    limitParam,
    next: jsonPath.describe('Where the answer has the address; the last page has none'),
  })
  .describe("The answer's body has the address of the next page, which must be at one of the platform's hosts")

const numberedPages = z
  .strictObject({
    ...placedBase,
    kind: z.literal('page'),
    param: parameter,
    limitParam,
    first: z.int().min(0).max(1).describe('The number of the first page'),
    end: z
      .union([
        z.enum(['empty-page', 'short-page']),
        z.strictObject({ more: jsonPath }),
        z.strictObject({ last: jsonPath }),
      ])
      .describe('`more`: where a page says whether there are more. `last`: where it has the number of the last page'),
  })
  .describe('Pages are numbered from `first`. Behind the last comes an empty one, or the last is the first short one')

const offsetPages = z
  .strictObject({
    ...placedBase,
    kind: z.literal('offset'),
    page: listBase.page.min(2),
    param: parameter,
    limitParam,
    first: z.int().min(0).max(1).describe('The position of the first thing'),
  })
  .describe(
    'Pages are asked for by the position of their first thing, in an order that stays: they overlap, so that what moves ' +
      'up between two of them is seen. The list ends where nothing more comes',
  )

const keysetPages = z
  .strictObject({
    ...placedBase,
    kind: z.literal('keyset'),
    limitParam,
    by: jsonPath.describe('The member by which the list is in order, such as an id or a time'),
    param: parameter.describe('The parameter that takes where to go on; the first page is asked for without it'),
    after: z
      .string()
      .max(2_000)
      .refine(template => template.includes('{after}'), 'must have {after} in it')
      .exactOptional()
      .describe('What the parameter says, with `{after}` in it, such as `Id > {after}`; that alone unless given'),
    inclusive: z
      .literal(true)
      .exactOptional()
      .describe('A page begins with the things of the last value again, as several may have it'),
    end: z.enum(['empty-page', 'short-page']),
  })
  .describe("The next page has what comes after the last thing, by a member that the list's order follows")

export type ListDefinition = z.infer<typeof listDefinition>
/** How a platform hands out a list in pages, and what the end of it looks like. A short page alone is no end. */
export const listDefinition = z.discriminatedUnion('kind', [
  queryPages,
  cursorPages,
  linkPages,
  addressPages,
  numberedPages,
  offsetPages,
  keysetPages,
  gridPages,
])

/** A list of one kind. */
export type ListOf<Kind extends ListDefinition['kind']> = ListDefinition & { kind: Kind }
