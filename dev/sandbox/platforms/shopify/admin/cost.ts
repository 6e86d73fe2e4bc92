import { constantOf } from '../../../graphql/coerce.ts'
import type { Document, Operation, Selection } from '../../../graphql/parse.ts'
import { type Schema, named } from '../../../graphql/schema.ts'

/**
 * What an operation costs at most: an object a point, what a page holds as often as it may hold it, a mutation ten, and nothing for a
 * text or number. https://shopify.dev/docs/api/usage/limits
 */
export function requestedCost(
  schema: Schema,
  { fragments }: Document,
  operation: Operation,
  root: string,
  variables: Record<string, unknown>,
): number {
  const ofSelections = (selections: readonly Selection[], typeName: string, times: number): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === 'spread')
        return sum + ofSelections(fragments.get(selection.name)?.selections ?? [], typeName, times)
      if (selection.kind === 'inline') return sum + ofSelections(selection.selections, typeName, times)
      const type = schema.get(typeName)
      const field = type?.kind === 'object' ? type.fields.get(selection.name) : undefined
      if (!field || selection.selections.length === 0) return sum
      const inner = named(field.type)
      if (inner === 'PageInfo') return sum
      const args = Object.fromEntries(selection.args.map(([name, value]) => [name, constantOf(value, variables)]))
      const size = Number(args['first'] ?? args['last'] ?? 1)
      const isPage = inner.endsWith('Connection')
      if (isPage) return sum + times * 2 + ofSelections(selection.selections, inner, times * size)
      const own = typeName === 'Mutation' ? 10 : times
      return sum + own + ofSelections(selection.selections, inner, typeName === 'Mutation' ? 1 : times)
    }, 0)
  return Math.max(1, ofSelections(operation.selections, root, 1))
}

/** What an answer cost: the objects that are in it. */
export function actualCost(data: unknown): number {
  if (typeof data !== 'object' || data === null) return 0
  const inner = Object.entries(data).reduce(
    (sum, [name, value]) => sum + (name === 'pageInfo' ? 0 : actualCost(value)),
    0,
  )
  return Array.isArray(data) ? inner : inner + 1
}
