import type { Fields } from '../admin/shop.ts'

/** The objects of a file, and how many of them are the list's own. */
export interface Lines {
  lines: string[]
  roots: number
}

/**
 * What a query answers, a line for each object: what is in a connection of an object is a line behind it, which names it as its
 * parent. Right behind it where they are grouped, else in no such order. https://shopify.dev/docs/api/usage/bulk-operations/queries#the-jsonl-data-format
 */
export function linesOf(data: Fields, grouped: boolean): Lines {
  const [first, later]: [string[], string[]] = [[], []]
  const write = (node: Fields, parent: string | undefined) => {
    const parts: Fields[] = []
    const said = { ...(flat(node, parts) as Fields), ...(parent === undefined ? {} : { __parentId: parent }) }
    const into = grouped || parent === undefined ? first : later
    into.push(JSON.stringify(said))
    for (const part of parts) write(part, node['id'] as string)
  }
  const roots = Object.values(data).flatMap(nodesIn)
  for (const node of roots) write(node, undefined)
  return { lines: [...first, ...later], roots: roots.length }
}

function nodesIn(value: unknown): Fields[] {
  const edges = typeof value === 'object' && value !== null ? (value as Fields)['edges'] : undefined
  return Array.isArray(edges) ? (edges as { node: Fields }[]).map(({ node }) => node) : []
}

/** A value without its connections, whose objects are given to `parts`. */
function flat(value: unknown, parts: Fields[]): unknown {
  if (Array.isArray(value)) return value.map(one => flat(one, parts))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => {
    const isConnection = typeof member === 'object' && member !== null && Array.isArray((member as Fields)['edges'])
    if (isConnection) parts.push(...nodesIn(member))
    return !isConnection
  })
  return Object.fromEntries(members.map(([name, member]) => [name, flat(member, parts)]))
}
