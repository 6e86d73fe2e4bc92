import { z } from 'zod'
import type { Position } from '../db/keyset.ts'
import { HubError } from '../errors.ts'
import { isId, type IdKind } from '../ids.ts'
import type { AnyRoute } from './route.ts'

// How a list is paged: its route takes `pageQuery`, turns the cursor into a position with `positionAt`, its store asks for
// `limit + 1` rows `behind` that position (../db/keyset.ts), and `pageOf` makes the answer that `page(item)` describes.

/** What a list takes from its query string. Extend it: `pageQuery.extend({ status: z.enum([…]).optional() })`. */
export const pageQuery = pageQueryUpTo(100)

/** The same for lists whose items are small enough for larger pages. */
export function pageQueryUpTo(max: number) {
  return z.strictObject({
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(max)
      .default(50)
      .meta({ description: `How many items to answer with: ${max} at most` }),
    cursor: z.string().max(1024).optional().meta({ description: 'The `nextCursor` of the page before' }),
  })
}

/** The answer of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.strictObject({
    data: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Pass it as `cursor` for the next page; null at the end' }),
  })
}

/** Whether a route takes a cursor, in its query or in its body. */
export function isPaged({ query, body }: Pick<AnyRoute, 'query' | 'body'>): boolean {
  return [query, body].some(part => part instanceof z.ZodObject && 'cursor' in part.shape)
}

// A number is a version, a count or a sequence: what Postgres keeps as an integer.
const positionSchema = z.strictObject({ id: z.string(), sort: z.union([z.string(), z.int().min(0)]).optional() })

/** A position as text; CallCursors signs it on its way out, and clients give it back as it is. */
export function cursorAt(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/**
 * The position a cursor stands for; undefined for the first page.
 * @param kind The kind of the ids that the list is ordered by; or, of names, whether a text is one.
 * @param sort What the list's sort value is, when it is not ordered by id alone.
 * @throws HubError `INVALID_CURSOR`
 */
export function positionAt(
  cursor: string | undefined,
  kind: IdKind | ((name: string) => boolean),
  sort?: 'string' | 'number',
): Position | undefined {
  if (cursor === undefined) return undefined
  const { success, data } = positionSchema.safeParse(parseCursor(cursor))
  const sortType = sort ?? 'undefined'
  const known = typeof kind === 'string' ? (id: string) => isId(kind, id) : kind
  if (!success || !known(data.id) || typeof data.sort !== sortType) throw new HubError('INVALID_CURSOR')
  return data.sort === undefined ? { id: data.id } : { id: data.id, sort: data.sort }
}

/** Text of a cursor may hold anything; a NUL would only fail later, in Postgres. */
function parseCursor(cursor: string): unknown {
  try {
    const text = Buffer.from(cursor, 'base64url').toString()
    return text.includes('\\u0000') ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Page<Item> {
  data: Item[]
  nextCursor: string | null
}

/** The answer from up to `limit + 1` rows: the one too many only tells that there is a next page. */
export function pageOf<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
  position: (row: Row) => Position = row => ({ id: row.id }),
): Page<Item> {
  return pageAt(rows, limit, item, position)
}

/** The same of rows that are not ordered by an id, such as names. */
export function pageAt<Row, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
  position: (row: Row) => Position,
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { data: shown.map(item), nextCursor: rows.length > limit && last ? cursorAt(position(last)) : null }
}
