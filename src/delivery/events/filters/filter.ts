import { isOperation, isOperator, isPlain, type FilterOperator } from './filter-check.ts'
import { elementsTest, operatorTests, type Condition } from './filter-operators.ts'
import { endsOf, Places, start } from './filter-places.ts'
import { lookingWithin, type Looks } from './filter-looks.ts'

export { looksPerTest, type Looks } from './filter-looks.ts'

/** Whether an event's data meets a filter. What cannot be compared does not. */
export type FilterTest = (data: unknown, looks: Looks) => boolean

/**
 * Makes a test of a filter that `checkFilter` found right: a query as MongoDB has them
 * (https://www.mongodb.com/docs/manual/tutorial/query-arrays/). It sees what the data says and no member that JavaScript
 * gives to every object, array or text, and numbers with all their digits.
 */
export function compileFilter(filter: Record<string, unknown>): FilterTest {
  const meets = queryOf(filter)
  return (data, looks) => lookingWithin(looks, () => meets(new Places([start(data)])))
}

function queryOf(query: Record<string, unknown>): Condition {
  const conditions = Object.entries(query).map(([key, value]) =>
    key.startsWith('$') ? operationOf(key, value) : memberOf(key, value),
  )
  return places => conditions.every(condition => condition(places))
}

/** `{ "a.b": 5 }`, or with operators. */
function memberOf(path: string, value: unknown): Condition {
  const steps = path.split('.')
  const condition = isOperation(value) ? queryOf(value) : operationOf('$eq', value)
  return places => condition(new Places(endsOf(places.ends, steps)))
}

type Query = Record<string, unknown>

const operations: Record<FilterOperator, (value: never) => Condition> = {
  ...operatorTests,
  $and: (queries: Query[]) => all(queries.map(queryOf)),
  $or: (queries: Query[]) => some(queries.map(queryOf)),
  $nor: (queries: Query[]) => not(some(queries.map(queryOf))),
  $not: (query: Query) => not(queryOf(query)),
  $all: (values: unknown[]) => all(values.map(value => (isPlain(value) ? queryOf(value) : operationOf('$eq', value)))),
  $elemMatch: (query: Query) => elementsTest(queryOf(query)),
}

function operationOf(name: string, value: unknown): Condition {
  if (!isOperator(name)) throw new Error(`there is no operator ${name}`)
  return operations[name](value as never)
}

function all(conditions: Condition[]): Condition {
  return places => conditions.every(condition => condition(places))
}

function some(conditions: Condition[]): Condition {
  return places => conditions.some(condition => condition(places))
}

function not(condition: Condition): Condition {
  return places => !condition(places)
}
