import ts from 'typescript'

/** Names that stand for something where a text is built: a function's parameters. */
type Scope = ReadonlyMap<ts.Symbol, () => readonly string[]>

const mostVariants = 512

/**
 * The texts that an expression may become, as far as the source says: literals, templates, constants of any file, and
 * functions, of which each `return` counts. Of `a ? b : c` both; of an object its member `text`.
 * @throws Error naming what is known only when the program runs
 */
export function textsOf(checker: ts.TypeChecker, node: ts.Expression, scope: Scope = new Map()): readonly string[] {
  const texts = (inner: ts.Expression) => textsOf(checker, inner, scope)
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isNumericLiteral(node)) return [String(Number(node.text.replaceAll('_', '')))]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return texts(node.expression)
  if (ts.isTemplateExpression(node)) {
    const parts = node.templateSpans.map(span => product([texts(span.expression), [span.literal.text]]))
    return product([[node.head.text], ...parts])
  }
  if (ts.isConditionalExpression(node)) return [...texts(node.whenTrue), ...texts(node.whenFalse)]
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return product([texts(node.left), texts(node.right)])
  }
  if (ts.isObjectLiteralExpression(node)) return textsOfObject(checker, node, scope)
  if (ts.isCallExpression(node)) return textsOfCall(checker, node, scope)
  const symbol = symbolOf(checker, node)
  const bound = symbol && scope.get(symbol)
  if (bound) return bound()
  const initializer = symbol && initializerOf(symbol)
  if (initializer) return textsOf(checker, initializer, scope)
  throw new Error(`known only at run time: ${node.getText()}`)
}

function textsOfObject(checker: ts.TypeChecker, node: ts.ObjectLiteralExpression, scope: Scope): readonly string[] {
  for (const property of node.properties) {
    if (property.name?.getText() !== 'text') continue
    if (ts.isPropertyAssignment(property)) return textsOf(checker, property.initializer, scope)
    if (ts.isShorthandPropertyAssignment(property)) return textsOf(checker, property.name, scope)
  }
  throw new Error('a statement without a text')
}

function textsOfCall(checker: ts.TypeChecker, call: ts.CallExpression, scope: Scope): readonly string[] {
  if (call.expression.getText() === 'CompiledQuery.raw') return textsOf(checker, call.arguments[0]!, scope)
  const symbol = symbolOf(checker, call.expression)
  const made = symbol && (functionOf(symbol) ?? initializerOf(symbol))
  if (!made || !(ts.isArrowFunction(made) || ts.isFunctionDeclaration(made)) || !made.body) {
    throw new Error(`known only at run time: ${call.getText()}`)
  }
  const inner = new Map(scope)
  for (const [n, parameter] of made.parameters.entries()) {
    const argument = call.arguments[n] ?? parameter.initializer
    const name = checker.getSymbolAtLocation(parameter.name)
    if (name && argument) inner.set(name, () => textsOf(checker, argument, scope))
  }
  const results = ts.isBlock(made.body) ? returned(made.body) : [made.body]
  return results.flatMap(result => textsOf(checker, result, inner))
}

/** What a function may give back. */
function returned(node: ts.Node): ts.Expression[] {
  if (ts.isReturnStatement(node)) return node.expression ? [node.expression] : []
  if (ts.isFunctionLike(node)) return []
  const found: ts.Expression[] = []
  ts.forEachChild(node, inner => void found.push(...returned(inner)))
  return found
}

function symbolOf(checker: ts.TypeChecker, node: ts.Node): ts.Symbol | undefined {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function initializerOf({ valueDeclaration: declared }: ts.Symbol): ts.Expression | undefined {
  // `const { text, values } = statement(…)`
  if (declared && ts.isBindingElement(declared) && (declared.propertyName ?? declared.name).getText() === 'text') {
    const whole = declared.parent.parent
    return ts.isVariableDeclaration(whole) ? whole.initializer : undefined
  }
  if (!declared || !(ts.isVariableDeclaration(declared) || ts.isPropertyAssignment(declared))) return undefined
  return declared.initializer
}

function functionOf({ valueDeclaration: declared }: ts.Symbol): ts.FunctionDeclaration | undefined {
  return declared && ts.isFunctionDeclaration(declared) ? declared : undefined
}

/** Each part with each other, one after the other. */
function product(parts: readonly (readonly string[])[]): readonly string[] {
  const all = parts.reduce<readonly string[]>((made, part) => made.flatMap(one => part.map(next => one + next)), [''])
  if (all.length > mostVariants) throw new Error('too many variants')
  return [...new Set(all)]
}

/** A statement of kysely's `sql` as it reaches the server: each value a parameter, fragments and names in their place. */
export function textsOfTemplate(checker: ts.TypeChecker, template: ts.TemplateLiteral): readonly string[] {
  let parameters = 0
  const texts = (inner: ts.TemplateLiteral): readonly string[] => {
    if (ts.isNoSubstitutionTemplateLiteral(inner)) return [inner.text]
    const parts = inner.templateSpans.map(({ expression, literal }) => product([of(expression), [literal.text]]))
    return product([[inner.head.text], ...parts])
  }
  const of = (value: ts.Expression): readonly string[] => {
    if (ts.isTaggedTemplateExpression(value)) return texts(value.template)
    const symbol = symbolOf(checker, value)
    const initializer = symbol && initializerOf(symbol)
    if (initializer && ts.isTaggedTemplateExpression(initializer)) return texts(initializer.template)
    if (
      ts.isCallExpression(value) &&
      ['sql.ref', 'sql.table', 'sql.lit', 'sql.raw'].includes(value.expression.getText())
    ) {
      return textsOf(checker, value.arguments[0]!)
    }
    const isList = ts.isCallExpression(value) && value.expression.getText() === 'sql.join'
    if (!isList && /RawBuilder|Expression/.test(checker.typeToString(checker.getTypeAtLocation(value)))) {
      throw new Error(`known only at run time: ${value.getText()}`)
    }
    return [`$${++parameters}`]
  }
  return texts(template)
}
