import {
  type FragmentDefinitionNode,
  getArgumentValues,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * What an operation costs at most: an object a point, what a page holds as often as it may hold it, a mutation ten, and nothing for a
 * text or number. https://shopify.dev/docs/api/usage/limits
 */
export function requestedCost(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Record<string, unknown>,
): number {
  const root = schema.getRootType(operation.operation)!
  const costOf = (set: SelectionSetNode | undefined, type: GraphQLNamedType, times: number): number => {
    let sum = 0
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        sum += costOf(fragments.get(selection.name.value)?.selectionSet, type, times)
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const named = selection.typeCondition && schema.getType(selection.typeCondition.name.value)
        sum += costOf(selection.selectionSet, named ?? type, times)
      } else {
        const field = isObjectType(type) ? type.getFields()[selection.name.value] : undefined
        if (!field || !selection.selectionSet) continue
        const inner = getNamedType(field.type)
        if (inner.name === 'PageInfo') continue
        const { first, last, ids } = getArgumentValues(field, selection, variables)
        const isPage = inner.name.endsWith('Connection')
        const size = isPage ? Number(first ?? last ?? 1) : Array.isArray(ids) ? ids.length : 1
        const own = isPage
          ? times * 2
          : operation.operation === OperationTypeNode.MUTATION && type === root
            ? 10
            : times
        sum += own + costOf(selection.selectionSet, inner, times * size)
      }
    }
    return sum
  }
  return Math.max(1, costOf(operation.selectionSet, root, 1))
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
