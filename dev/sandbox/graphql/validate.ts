import { mayStand } from './coerce.ts'
import type { Document, Operation, Selection, Value } from './parse.ts'
import { type Schema, named, written } from './schema.ts'

export interface Problem {
  message: string
  path: string[]
  extensions: { code: string; [member: string]: string }
}

/** What of an operation the schema does not have. https://spec.graphql.org/October2021/#sec-Validation */
export function problemsOf(schema: Schema, { fragments }: Document, operation: Operation, root: string): Problem[] {
  const problems: Problem[] = []
  const used = new Set<string>()
  const declared = new Map(operation.variables.map(variable => [variable.name, variable]))
  const say = (path: string[], code: string, message: string) => problems.push({ message, path, extensions: { code } })

  const checkValue = (value: Value, wanted: Parameters<typeof written>[0], path: string[]) => {
    if (value.kind === 'list') for (const item of value.items) checkValue(item, inner(wanted), path)
    if (value.kind === 'object') {
      const type = schema.get(named(wanted))
      for (const [name, member] of value.members) {
        const field = type?.kind === 'input' ? type.fields.get(name) : undefined
        if (field) checkValue(member, field.type, path)
        else say(path, 'argumentNotAccepted', `InputObject '${named(wanted)}' doesn't accept argument '${name}'`)
      }
    }
    if (value.kind !== 'variable') return
    used.add(value.name)
    const variable = declared.get(value.name)
    if (!variable) return say(path, 'variableNotDefined', `Variable $${value.name} is used but not declared`)
    if (!mayStand(variable.type, variable.fallback !== undefined, wanted)) {
      const types = `(${written(variable.type)} / ${written(wanted)})`
      say(path, 'variableMismatch', `Type mismatch on variable $${value.name} and argument ${types}`)
    }
  }

  const walk = (selections: readonly Selection[], typeName: string, path: string[]): void => {
    const type = schema.get(typeName)
    for (const selection of selections) {
      if (selection.kind === 'inline') walk(selection.selections, selection.on ?? typeName, path)
      else if (selection.kind === 'spread') {
        const fragment = fragments.get(selection.name)
        if (fragment) walk(fragment.selections, fragment.on, path)
        else say(path, 'useAndDefineFragment', `Fragment ${selection.name} was used, but not defined`)
      } else {
        const here = [...path, selection.alias]
        for (const directive of selection.directives)
          for (const [, value] of directive.args) if (value.kind === 'variable') used.add(value.name)
        if (selection.name === '__typename') continue
        const field = type?.kind === 'object' ? type.fields.get(selection.name) : undefined
        if (!field) {
          say(here, 'undefinedField', `Field '${selection.name}' doesn't exist on type '${typeName}'`)
          continue
        }
        for (const [name, value] of selection.args) {
          const arg = field.args.get(name)
          if (arg) checkValue(value, arg.type, here)
          else say(here, 'argumentNotAccepted', `Field '${selection.name}' doesn't accept argument '${name}'`)
        }
        for (const [name, arg] of field.args) {
          const isGiven = selection.args.some(([given]) => given === name)
          if (arg.type.kind === 'required' && !arg.fallback && !isGiven)
            say(here, 'missingRequiredArguments', `Field '${selection.name}' is missing required arguments: ${name}`)
        }
        const isObject = schema.get(named(field.type))?.kind === 'object'
        if (isObject !== selection.selections.length > 0) {
          const must = isObject ? 'must have selections' : "can't have selections"
          say(here, 'selectionMismatch', `Field ${must} (field '${selection.name}' returns ${named(field.type)})`)
        } else walk(selection.selections, named(field.type), here)
      }
    }
  }
  walk(operation.selections, root, [operation.type])
  for (const { name, type } of operation.variables) {
    const kind = schema.get(named(type))?.kind
    if (kind === undefined || kind === 'object')
      say([operation.type], 'variableRequiresValidType', `${named(type)} isn't a valid input type (on $${name})`)
    else if (!used.has(name)) say([operation.type], 'variableNotUsed', `Variable $${name} is declared but not used`)
  }
  return problems
}

function inner(type: Parameters<typeof written>[0]): Parameters<typeof written>[0] {
  if (type.kind === 'required') return inner(type.of)
  return type.kind === 'list' ? type.of : type
}
