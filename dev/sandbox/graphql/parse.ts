import { type Reader, reader, tokensOf } from './lex.ts'

export type TypeRef =
  { kind: 'named'; name: string } | { kind: 'list'; of: TypeRef } | { kind: 'required'; of: TypeRef }
export type Value =
  | { kind: 'variable'; name: string }
  | { kind: 'literal'; value: unknown }
  | { kind: 'enum'; name: string }
  | { kind: 'list'; items: Value[] }
  | { kind: 'object'; members: [string, Value][] }

export interface Directive {
  name: string
  args: [string, Value][]
}
export type Selection =
  | {
      kind: 'field'
      alias: string
      name: string
      args: [string, Value][]
      directives: Directive[]
      selections: Selection[]
    }
  | { kind: 'spread'; name: string; directives: Directive[] }
  | { kind: 'inline'; on: string | undefined; directives: Directive[]; selections: Selection[] }

export interface Operation {
  type: 'query' | 'mutation'
  name: string | undefined
  variables: { name: string; type: TypeRef; fallback: Value | undefined }[]
  selections: Selection[]
}
export interface Fragment {
  on: string
  selections: Selection[]
}
export interface Document {
  operations: Operation[]
  fragments: Map<string, Fragment>
}

/** A request's document. https://spec.graphql.org/October2021/#sec-Document @throws SyntaxProblem */
export function parse(source: string): Document {
  const read = reader(tokensOf(source))
  const document: Document = { operations: [], fragments: new Map() }
  do {
    if (read.is('{')) {
      document.operations.push({ type: 'query', name: undefined, variables: [], selections: selectionsOf(read) })
      continue
    }
    const word = read.name()
    if (word === 'fragment') {
      const name = read.name()
      read.expect('on')
      document.fragments.set(name, { on: read.name(), selections: selectionsOf(read) })
    } else if (word === 'query' || word === 'mutation') document.operations.push(operationOf(read, word))
    else throw read.problem()
  } while (!read.isEnd())
  return document
}

function operationOf(read: Reader, type: 'query' | 'mutation'): Operation {
  const name = read.peek()?.kind === 'name' ? read.name() : undefined
  const variable = () => {
    read.expect('$')
    const named = read.name()
    read.expect(':')
    const ref = typeOf(read)
    return { name: named, type: ref, fallback: read.take('=') ? valueOf(read) : undefined }
  }
  const variables = read.is('(') ? read.between('(', ')', variable) : []
  return { type, name, variables, selections: selectionsOf(read) }
}

export function typeOf(read: Reader): TypeRef {
  let ref: TypeRef
  if (read.take('[')) {
    ref = { kind: 'list', of: typeOf(read) }
    read.expect(']')
  } else ref = { kind: 'named', name: read.name() }
  return read.take('!') ? { kind: 'required', of: ref } : ref
}

const selectionsOf = (read: Reader): Selection[] => read.between('{', '}', () => selectionOf(read))

function selectionOf(read: Reader): Selection {
  if (read.take('...')) {
    const isSpread = read.peek()?.kind === 'name' && !read.is('on')
    if (isSpread) return { kind: 'spread', name: read.name(), directives: directivesOf(read) }
    const on = read.take('on') ? read.name() : undefined
    return { kind: 'inline', on, directives: directivesOf(read), selections: selectionsOf(read) }
  }
  const first = read.name()
  const name = read.take(':') ? read.name() : first
  const args = argumentsOf(read)
  const directives = directivesOf(read)
  return { kind: 'field', alias: first, name, args, directives, selections: read.is('{') ? selectionsOf(read) : [] }
}

function directivesOf(read: Reader): Directive[] {
  const all: Directive[] = []
  while (read.take('@')) all.push({ name: read.name(), args: argumentsOf(read) })
  return all
}

const argumentsOf = (read: Reader): [string, Value][] =>
  read.is('(') ? read.between('(', ')', () => memberOf(read)) : []

function memberOf(read: Reader): [string, Value] {
  const name = read.name()
  read.expect(':')
  return [name, valueOf(read)]
}

export function valueOf(read: Reader): Value {
  if (read.take('$')) return { kind: 'variable', name: read.name() }
  if (read.take('[')) {
    const items: Value[] = []
    while (!read.take(']')) items.push(valueOf(read))
    return { kind: 'list', items }
  }
  if (read.take('{')) {
    const members: [string, Value][] = []
    while (!read.take('}')) members.push(memberOf(read))
    return { kind: 'object', members }
  }
  const { kind, text } = read.next()
  if (kind === 'number') return { kind: 'literal', value: Number(text) }
  if (kind === 'string') return { kind: 'literal', value: textOf(text) }
  if (kind !== 'name') throw read.problem()
  if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' }
  return text === 'null' ? { kind: 'literal', value: null } : { kind: 'enum', name: text }
}

function textOf(token: string): string {
  return token.startsWith('"""') ? token.slice(3, -3).trim() : (JSON.parse(token) as string)
}
