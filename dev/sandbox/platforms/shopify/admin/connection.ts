import { FieldProblem } from '../../../graphql.ts'
import { matcher } from './search.ts'
import { type Fields, type Node, numberOf } from './shop.ts'

interface Asked {
  first?: number
  last?: number
  after?: string
  before?: string
  reverse?: boolean
  sortKey?: string
  query?: string
  /** Of a bulk operation, which heeds nothing of a page. */
  all?: boolean
}

export const mostAtOnce = 250

/** What a list is in the order of. */
const sorts: Record<string, string> = { UPDATED_AT: 'updatedAt', CREATED_AT: 'createdAt', PROCESSED_AT: 'processedAt' }

/**
 * A page of a list, by a cursor that names the value it is sorted by and the id behind which it goes on.
 * https://shopify.dev/docs/api/usage/pagination-graphql
 */
export function connection<Item extends Fields & { id: string }>(
  items: readonly Item[],
  args: Asked,
  { wholeDays = false }: { wholeDays?: boolean } = {},
): Fields {
  const { first, last, sortKey = 'ID', reverse = false } = args.all ? { ...args, first: Infinity } : args
  if (first === undefined && last === undefined)
    throw new FieldProblem('BAD_REQUEST', 'you must provide one of first or last')
  const size = first ?? last!
  if (!args.all && (size < 0 || size > mostAtOnce))
    throw new FieldProblem('BAD_REQUEST', `${first === undefined ? 'last' : 'first'} cannot exceed ${mostAtOnce}`)
  const keyOf = (item: Fields & { id: string }) => {
    const value = sorts[sortKey] === undefined ? '' : String(item[sorts[sortKey]])
    return `${value}|${numberOf(item.id).padStart(20, '0')}|${item.id}`
  }
  const passes = matcher(args.query, wholeDays)
  const all = items.filter(item => passes(item as unknown as Node)).map(item => ({ item, key: keyOf(item) }))
  all.sort((one, other) => (one.key < other.key ? -1 : 1) * (reverse ? -1 : 1))
  const isBehind = (key: string, cursor: string) => (reverse ? key < cursor : key > cursor)
  const after = args.after === undefined ? undefined : keyIn(args.after, sortKey)
  const before = args.before === undefined ? undefined : keyIn(args.before, sortKey)
  const there = all.filter(
    ({ key }) => (after === undefined || isBehind(key, after)) && (before === undefined || isBehind(before, key)),
  )
  const page = first === undefined ? there.slice(Math.max(0, there.length - size)) : there.slice(0, size)
  const cursorOf = (key: string) => Buffer.from(JSON.stringify({ sort: sortKey, key })).toString('base64')
  const [head, tail] = [page[0], page.at(-1)]
  const isMore = first !== undefined && there.length > page.length
  return {
    nodes: page.map(({ item }) => item),
    edges: page.map(({ item, key }) => ({ node: item, cursor: cursorOf(key) })),
    pageInfo: {
      hasNextPage: isMore,
      hasPreviousPage: first === undefined ? there.length > page.length : after !== undefined,
      startCursor: head ? cursorOf(head.key) : null,
      endCursor: tail ? cursorOf(tail.key) : null,
    },
  }
}

/** A cursor belongs to the order in which it was given. */
function keyIn(cursor: string, sortKey: string): string {
  try {
    const { sort, key } = JSON.parse(Buffer.from(cursor, 'base64').toString()) as { sort: string; key: string }
    if (sort === sortKey) return key
  } catch {
    // No cursor at all.
  }
  throw new FieldProblem('BAD_REQUEST', 'Invalid cursor for current pagination sort.')
}
