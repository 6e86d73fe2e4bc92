import { z } from 'zod'

export type JsonSchema = Record<string, unknown>
type Direction = 'input' | 'output'

/** Any JSON refers to itself, which makes no type in some generated clients; saying nothing of it means the same. */
const anyJson = { description: 'Any JSON value' }

/**
 * Turns zod schemas into the JSON Schemas (2020-12) of one OpenAPI 3.1 document. A schema with an id
 * (`.meta({ id: 'Connection' })`) becomes a component that the others refer to.
 */
export class SchemaCollector {
  readonly components: Record<string, JsonSchema> = {}

  /**
   * @param io Whether it describes what the caller sends or what it gets: they differ in what may be left out, and what is got may
   * have members that a later version adds.
   */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
    const definitions = Object.entries(($defs ?? {}) as Record<string, JsonSchema>).map(
      ([id, definition]) => [id, id === 'Json' ? anyJson : shown(definition, io)] as const,
    )
    const names = new Map(definitions.map(([id, definition]) => [id, this.#nameFor(id, definition, io)]))
    for (const [id, definition] of definitions) this.components[names.get(id)!] = withReferences(definition, names)
    return withReferences(shown(rest, io), names)
  }

  /** The same under a name of its own, unless it has one. */
  named(name: string, schema: z.ZodType, io: Direction): JsonSchema {
    const made = this.of(schema, io)
    if (typeof made.$ref === 'string') return made
    const { default: standard, ...component } = made
    this.components[name] = component
    return { $ref: `#/components/schemas/${name}`, ...(standard === undefined ? {} : { default: standard }) }
  }

  /** One id may stand for two schemas, one for each direction. */
  #nameFor(id: string, definition: JsonSchema, io: Direction): string {
    const text = JSON.stringify(withReferences(definition, new Map()))
    const suffix = io === 'input' ? 'Input' : 'Output'
    for (let turn = 0; ; turn++) {
      const name = turn === 0 ? id : `${id}${suffix}${turn === 1 ? '' : turn}`
      const present = this.components[name]
      if (present === undefined || JSON.stringify(present) === text) return name
    }
  }
}

function shown(schema: JsonSchema, io: Direction): JsonSchema {
  if (io === 'input') return schema
  const open = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(open)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node)
        .filter(([member, value]) => member !== 'additionalProperties' || value !== false)
        .map(([member, value]: [string, unknown]) => [member, open(value)]),
    )
  }
  return open(schema) as JsonSchema
}

/** Points references at the components. */
function withReferences(schema: JsonSchema, names: Map<string, string>): JsonSchema {
  const visit = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(visit)
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([member, inner]: [string, unknown]) => {
        if (member !== '$ref' || typeof inner !== 'string') return [member, visit(inner)]
        const id = inner.replace('#/$defs/', '')
        return [member, `#/components/schemas/${names.get(id) ?? id}`]
      }),
    )
  }
  return visit(schema) as JsonSchema
}
