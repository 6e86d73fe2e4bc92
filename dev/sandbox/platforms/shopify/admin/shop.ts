import { FieldProblem } from '../../../graphql.ts'
import type { Tools } from '../../../tools.ts'

export type Fields = Record<string, unknown>
export interface Node extends Fields {
  id: string
  createdAt: string
  updatedAt: string
}

export type Kind =
  'Customer' | 'Product' | 'Order' | 'InventoryLevel' | 'Location' | 'Answered' | 'BulkOperation' | 'BulkSettings'

/** What one shop keeps. */
export interface Shop {
  domain: string
  /** The scopes of a token; empty where it is a key that may do everything. */
  scopes: readonly string[]
  all(kind: Kind): Node[]
  /** By its global id; undefined for one of another kind too. */
  get(kind: Kind, gid: string): Node | undefined
  put(kind: Kind, node: Fields & { id: string }): Node
  remove(kind: Kind, gid: string): boolean
  newId(kind: string): string
  /** @throws FieldProblem where the token may not */
  allow(access: 'read' | 'write', what: string): void
}

export const numberOf = (gid: string): string => /(\d+)(?:\?.*)?$/.exec(gid)?.[1] ?? ''
/** To the second, as all its times are. */
export const nowIso = (): string => `${new Date().toISOString().slice(0, 19)}Z`

export function shopOf({ things }: Tools, domain: string, scopes: readonly string[]): Shop {
  return {
    domain,
    scopes,
    all: kind => things.list(kind, domain) as Node[],
    get(kind, gid) {
      return gid.startsWith(`gid://shopify/${kind}/`) ? (things.get(kind, domain, gid) as Node | undefined) : undefined
    },
    put(kind, node) {
      const before = things.get(kind, domain, node.id) as Node | undefined
      const kept = { createdAt: before?.createdAt ?? nowIso(), ...node, updatedAt: nowIso() }
      things.put(kind, domain, node.id, kept)
      return kept
    },
    remove: (kind, gid) => things.delete(kind, domain, gid),
    newId(kind) {
      const { next = 7_000_000_001 } = (things.get('counter', domain, 'ids') ?? {}) as { next?: number }
      things.put('counter', domain, 'ids', { next: next + 1 })
      return `gid://shopify/${kind}/${next}`
    },
    allow(access, what) {
      const may = scopes.some(scope => scope === `write_${what}` || (access === 'read' && scope === `read_${what}`))
      if (scopes.length === 0 || may) return
      const needed = `${access}_${what}`
      throw new FieldProblem(
        'ACCESS_DENIED',
        `Access denied for ${what} field. Required access: \`${needed}\` access scope.`,
      )
    },
  }
}
