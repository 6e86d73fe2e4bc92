import sift from 'sift'
import { isOperation, isPlain, type FilterOperator } from './filter-check.ts'

// It is CommonJS that Node finds no names in: they are on its default export.
const {
  $all,
  $and,
  $elemMatch,
  $eq,
  $exists,
  $gt,
  $gte,
  $in,
  $lt,
  $lte,
  $mod,
  $ne,
  $nin,
  $nor,
  $not,
  $or,
  $size,
  createQueryTester,
} = sift

/** How much looking at values is left. It is shared by those that are asked one after the other. */
export interface Looks {
  left: number
}

/** Whether an event's data meets a filter. What cannot be compared does not. */
export type FilterTest = (data: unknown, looks: Looks) => boolean

/** An event with so many values in the arrays that a filter walks through does not meet it: the hub has other things to do. */
export const looksPerTest = 100_000

let left = 0

function spend(looks: number): void {
  left -= looks
  if (left < 0) throw new Error('more values than a filter looks at')
}

/** Arrays are compared as a whole, whatever is nested in them. */
function weightOf(item: unknown): number {
  if (!Array.isArray(item)) return 1
  spend(item.length)
  return item.reduce<number>((sum, inner) => sum + weightOf(inner), 1)
}

type Create = (params: never, owner: never, options: never, name: string) => unknown
type Next = (item: unknown, ...rest: unknown[]) => void

/** The same operation, with its looks counted. */
function counted(create: Create): Create {
  return (params: unknown, owner, options, name) => {
    const operation = create(params as never, owner, options, name) as { next: Next }
    const next = operation.next.bind(operation)
    const times = Array.isArray(params) ? params.length + 1 : 1
    operation.next = (item, ...rest) => {
      spend(times * weightOf(item))
      next(item, ...rest)
    }
    return operation
  }
}

const operators: Record<FilterOperator, unknown> = {
  $eq,
  $ne,
  $gt,
  $gte,
  $lt,
  $lte,
  $in,
  $nin,
  $exists,
  $and,
  $or,
  $nor,
  $not,
  $all,
  $size,
  $elemMatch,
  $mod,
}
const operations = Object.fromEntries(
  Object.entries(operators).map(([name, create]) => [name, counted(create as Create)]),
) as unknown as NonNullable<NonNullable<Parameters<typeof createQueryTester>[1]>['operations']>

/** Makes a test of a filter that `checkFilter` found right: queries as those of MongoDB (https://github.com/crcn/sift.js). */
export function compileFilter(filter: Record<string, unknown>): FilterTest {
  const test = createQueryTester(normalized(filter) as never, { operations })
  return (data, looks) => {
    const given = Math.min(looksPerTest, Math.max(0, looks.left))
    left = given
    try {
      return test(data)
    } catch {
      return false
    } finally {
      looks.left -= given - Math.max(0, left)
    }
  }
}

/** Says `$eq` where it is meant, so that its looks are counted too. */
function normalized(condition: unknown): unknown {
  if (!isPlain(condition)) return condition
  return Object.fromEntries(
    Object.entries(condition).map(([key, value]) => {
      if (key === '$and' || key === '$or' || key === '$nor') return [key, (value as unknown[]).map(normalized)]
      if (key === '$not' || key === '$elemMatch') return [key, normalized(value)]
      if (key.startsWith('$')) return [key, value]
      return [key, isOperation(value) ? normalized(value) : { $eq: value }]
    }),
  )
}
