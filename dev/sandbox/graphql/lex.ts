/** A document that is not GraphQL. `line` and `column` count from 1. */
export class SyntaxProblem extends Error {}

export type Token = { kind: 'name' | 'punctuation' | 'number' | 'string'; text: string }

const pattern =
  /[\s,\uFEFF]+|#[^\n]*|(?<name>[A-Za-z_]\w*)|(?<string>"""(?:[^"\\]|\\[^]|"(?!""))*"""|"(?:[^"\\\n]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<punctuation>\.\.\.|[!$&():=@[\]{|}])/y

/** The tokens of a GraphQL text. https://spec.graphql.org/October2021/#sec-Language.Source-Text */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(source)
    if (!found) throw new SyntaxProblem(`syntax error, unexpected character at ${at}`)
    const [kind, text] = Object.entries(found.groups ?? {}).find(([, value]) => value !== undefined) ?? []
    if (kind !== undefined && text !== undefined) tokens.push({ kind: kind as Token['kind'], text })
  }
  return tokens
}

/** Reads tokens one after another. */
export function reader(tokens: readonly Token[]) {
  let at = 0
  const problem = () => {
    const token = tokens[at]
    return new SyntaxProblem(`syntax error, unexpected ${token ? `"${token.text}"` : 'end of file'}`)
  }
  const cursor = {
    problem,
    isEnd: () => at >= tokens.length,
    peek: (): Token | undefined => tokens[at],
    is(text: string): boolean {
      const token = tokens[at]
      return token?.text === text && token.kind !== 'string'
    },
    next(): Token {
      const token = tokens[at++]
      if (!token) throw problem()
      return token
    },
    /** Takes a token if it is this one. */
    take(text: string): boolean {
      if (!cursor.is(text)) return false
      at++
      return true
    },
    expect(text: string): void {
      if (!cursor.take(text)) throw problem()
    },
    name(): string {
      if (tokens[at]?.kind !== 'name') throw problem()
      return tokens[at++]!.text
    },
    /** What stands between two marks, at least one. */
    between<T>(open: string, close: string, read: () => T): T[] {
      cursor.expect(open)
      const all: T[] = []
      do all.push(read())
      while (!cursor.take(close))
      return all
    },
  }
  return cursor
}

export type Reader = ReturnType<typeof reader>
