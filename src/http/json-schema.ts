import { z } from 'zod'

export type JsonSchema = Record<string, unknown>
type Direction = 'input' | 'output'

/**
 * Turns zod schemas into the JSON Schemas (2020-12) of one OpenAPI 3.1 document. A schema with an id
 * (`.meta({ id: 'Connection' })`) becomes a component that the others refer to.
 */
export class SchemaCollector {
  readonly components: Record<string, JsonSchema> = {}

  /** @param io Whether it describes what the caller sends or what it gets: they differ in what may be left out. */
  of(schema: z.ZodType, io: Direction): JsonSchema {
    const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema
    const definitions = Object.entries(($defs ?? {}) as Record<string, JsonSchema>)
    const names = new Map(definitions.map(([id, definition]) => [id, this.#nameFor(id, definition, io)]))
    for (const [id, definition] of definitions) this.components[names.get(id)!] = withReferences(definition, names)
    return withReferences(rest, names)
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
