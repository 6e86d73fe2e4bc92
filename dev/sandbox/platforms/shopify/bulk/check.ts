import {
  type FieldNode,
  getNamedType,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'

const [mostConnections, deepest] = [5, 2]

/** What is against a query of a bulk operation. https://shopify.dev/docs/api/usage/bulk-operations/queries#operation-restrictions */
export function faultsOf(schema: GraphQLSchema, text: string): string[] {
  if (text.trim() === '') return ['Invalid bulk query: syntax error, unexpected end of file']
  try {
    const document = parse(text)
    const [operation] = document.definitions
    if (operation?.kind !== Kind.OPERATION_DEFINITION || operation.operation !== OperationTypeNode.QUERY)
      return ['Invalid bulk query: it must be a query.']
    const [problem] = validate(schema, document)
    if (problem) return [`Invalid bulk query: ${problem.message}`]
    return restrictionsOf(schema, operation.selectionSet)
  } catch (error) {
    if (error instanceof GraphQLError) return [`Invalid bulk query: ${error.message}`]
    throw error
  }
}

function restrictionsOf(schema: GraphQLSchema, root: SelectionSetNode): string[] {
  const faults = new Set<string>()
  let [connections, depth] = [0, 0]
  const withoutId: string[] = []
  const byNodes: string[] = []
  let isInList = false

  const walk = (set: SelectionSetNode, type: GraphQLNamedType, around: FieldNode[], list: boolean) => {
    for (const field of fieldsOf(set)) {
      const known = isObjectType(type) ? type.getFields()[field.name.value] : undefined
      if (!known || !field.selectionSet) continue
      const inner = getNamedType(known.type)
      if (!inner.name.endsWith('Connection')) {
        walk(field.selectionSet, inner, around, list || isList(known.type))
        continue
      }
      connections++
      depth = Math.max(depth, around.length)
      if (list) isInList = true
      const outer = around.at(-1)
      if (outer && !selectsId(nodeOf(outer))) withoutId.push(outer.name.value)
      const node = nodeOf(field)
      if (!node) byNodes.push(field.name.value)
      const nodeType = schema.getType(inner.name.replace(/Connection$/, ''))
      if (!isObjectType(nodeType) || !nodeType.getInterfaces().some(({ name }) => name === 'Node'))
        faults.add(`Connection field '${field.name.value}' must implement the Node interface.`)
      else if (node?.selectionSet) walk(node.selectionSet, nodeType, [...around, field], false)
    }
  }
  walk(root, schema.getQueryType()!, [], false)
  const top = fieldsOf(root).map(({ name }) => name.value)
  if (top.length > 1) faults.add('Bulk queries cannot contain more than one top level field.')
  if (byNodes.length > 0)
    faults.add(
      `All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: '${byNodes[0]} { edges { node {'. ` +
        `Selecting via 'nodes' is not supported. Invalid connection fields: '${byNodes.join("', '")}'.`,
    )
  if (top.some(name => name === 'node' || name === 'nodes'))
    faults.add('Bulk queries cannot contain a top level `node` field.')
  if (depth > deepest)
    faults.add(`Bulk queries cannot contain connections with a nesting depth greater than ${deepest}.`)
  if (connections > mostConnections) faults.add(`Bulk queries cannot contain more than ${mostConnections} connections.`)
  if (withoutId.length > 0)
    faults.add(
      "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' return type. " +
        `Connection fields without 'id': ${withoutId.join(', ')}.`,
    )
  if (isInList) faults.add('Queries that contain a connection field within a list field are not currently supported.')
  if (connections === 0) faults.add('Bulk queries must contain at least one connection.')
  return [...faults]
}

const fieldsOf = (set: SelectionSetNode | undefined): FieldNode[] =>
  (set?.selections ?? []).filter((one): one is FieldNode => one.kind === Kind.FIELD)

/** The `node` in the `edges` of a connection. */
function nodeOf(connection: FieldNode): FieldNode | undefined {
  const edges = fieldsOf(connection.selectionSet).find(({ name }) => name.value === 'edges')
  return fieldsOf(edges?.selectionSet).find(({ name }) => name.value === 'node')
}

const selectsId = (node: FieldNode | undefined): boolean =>
  fieldsOf(node?.selectionSet).some(({ name, alias }) => name.value === 'id' && alias === undefined)

const isList = (type: unknown): boolean => isListType(isNonNullType(type) ? type.ofType : type)
