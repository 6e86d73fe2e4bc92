import { relative } from 'node:path'
import ts from 'typescript'
import { root } from '../architecture/source.ts'
import { textsOf, textsOfTemplate } from './statement-text.ts'

/** A member that a row type demands. */
export interface Member {
  name: string
  type: string
  nullable: boolean
  optional: boolean
}

/** A place where the source says what the rows of a statement are, and the compiler has to believe it. */
export interface AssertedRows {
  /** File and the function around it, with a number where there are several. */
  site: string
  line: string
  members: Member[]
  /** What is sent; undefined when that is known only when the program runs. */
  texts: readonly string[] | undefined
  why?: string
}

const folders = ['src', 'activities', 'workers']

interface Sources {
  files: readonly ts.SourceFile[]
  checker: ts.TypeChecker
}

/** The product as the compiler reads it. */
export function readSources(): Sources {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic({ messageText }: ts.Diagnostic) {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, ' '))
    },
  }
  const config = ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, { noEmit: true }, host)!
  const names = config.fileNames.filter(file => folders.some(folder => file.startsWith(`${root}${folder}/`)))
  const program = ts.createProgram(names, config.options)
  return { files: names.map(name => program.getSourceFile(name)!), checker: program.getTypeChecker() }
}

/** What the query builder is told of each table. */
export function findTables({ files, checker }: Sources): { table: string; members: Member[] }[] {
  const file = files.find(one => one.fileName.endsWith('src/db/schema/index.ts'))!
  const schema = file.statements.find(one => ts.isInterfaceDeclaration(one) && one.name.text === 'Schema')!
  return checker
    .getTypeAtLocation(schema)
    .getProperties()
    .map(table => {
      const members = checker.getTypeOfSymbolAtLocation(table, schema).getProperties()
      return { table: table.name, members: members.map(member => selected(checker, member, schema)) }
    })
}

/** Of kysely's `ColumnType`, which tells reading and writing apart, what is read. */
function selected(checker: ts.TypeChecker, member: ts.Symbol, at: ts.Node): Member {
  const type = checker.getTypeOfSymbolAtLocation(member, at)
  const read = type.getProperty('__select__')
  const own = read ? checker.getTypeOfSymbolAtLocation(read, at) : type
  return { ...memberOf(checker, own), name: member.name, optional: false }
}

/** Every `query<Row>(…)`, `executeQuery<Row>(…)`, `readByIndex<Row>(…)` and statement of `sql<Row>` of the product. */
export function findAssertedRows({ files, checker }: Sources): AssertedRows[] {
  const found: AssertedRows[] = []
  const counts = new Map<string, number>()
  const visit = (node: ts.Node): void => {
    const asserted = assertedIn(checker, node)
    if (asserted) {
      const file = node.getSourceFile()
      const path = relative(root, file.fileName)
      const place = `${path} ${functionAround(node)}`
      const count = (counts.get(place) ?? 0) + 1
      counts.set(place, count)
      const { line } = file.getLineAndCharacterOfPosition(node.getStart())
      found.push({ site: count === 1 ? place : `${place} ${count}`, line: `${path}:${line + 1}`, ...asserted })
    }
    ts.forEachChild(node, visit)
  }
  for (const file of files) visit(file)
  return found
}

function assertedIn(checker: ts.TypeChecker, node: ts.Node) {
  const isCall = ts.isCallExpression(node)
  const isTemplate = ts.isTaggedTemplateExpression(node)
  if (!isCall && !isTemplate) return undefined
  const [row] = node.typeArguments ?? []
  if (!row) return undefined
  const callee = isCall ? node.expression : node.tag
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText()
  if (isTemplate) {
    if (name !== 'sql') return undefined
    const use = ts.isPropertyAccessExpression(node.parent) ? node.parent.name.text : ''
    if (use === 'as') return columnOf(checker, node, row)
    // Other fragments give no rows: they are values and conditions inside a statement of the query builder's.
    const isRow = (checker.getTypeFromTypeNode(row).flags & ts.TypeFlags.Object) !== 0
    if (!isRow || (use !== 'execute' && !ts.isReturnStatement(node.parent))) return undefined
    return { members: membersOf(checker, row), ...attempt(() => textsOfTemplate(checker, node.template)) }
  }
  if (!['query', 'executeQuery', 'readByIndex'].includes(name)) return undefined
  // Rows of whatever its own caller says they are.
  if (checker.getTypeFromTypeNode(row).flags & ts.TypeFlags.TypeParameter) return undefined
  const members = membersOf(checker, row)
  return { members, ...attempt(() => textsOf(checker, node.arguments[name === 'readByIndex' ? 1 : 0]!)) }
}

function attempt(texts: () => readonly string[]): Pick<AssertedRows, 'texts' | 'why'> {
  try {
    return { texts: texts() }
  } catch (error) {
    return { texts: undefined, why: (error as Error).message }
  }
}

function membersOf(checker: ts.TypeChecker, row: ts.TypeNode): Member[] {
  return checker
    .getTypeFromTypeNode(row)
    .getProperties()
    .map(property => {
      const type = checker.getTypeOfSymbolAtLocation(property, row)
      return {
        ...memberOf(checker, type),
        name: property.name,
        optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      }
    })
}

/** A column of a statement of the query builder's, as if it were all that is asked of its table. */
function columnOf(checker: ts.TypeChecker, fragment: ts.TaggedTemplateExpression, type: ts.TypeNode) {
  const call = fragment.parent.parent
  const named = ts.isCallExpression(call) ? call.arguments[0] : undefined
  const name = named && ts.isStringLiteral(named) ? named.text : '?'
  let chain: ts.Node = call
  while (!ts.isStatement(chain.parent)) chain = chain.parent
  const table = /\.(?:selectFrom|updateTable|insertInto|deleteFrom)\('([^']+)'/.exec(chain.getText())?.[1] ?? '?'
  const members = [{ ...memberOf(checker, checker.getTypeFromTypeNode(type)), name, optional: false }]
  const texts = () =>
    textsOfTemplate(checker, fragment.template).map(text => `select ${text} as "${name}" from ${table}`)
  return { members, ...attempt(texts) }
}

function memberOf(checker: ts.TypeChecker, type: ts.Type): Pick<Member, 'type' | 'nullable'> {
  const nullable = type.isUnion() && type.types.some(one => (one.flags & ts.TypeFlags.Null) !== 0)
  return { type: kindOf(checker, checker.getNonNullableType(type)), nullable }
}

/** What a value is when it comes from the server: all texts are one kind, whatever they may say. */
function kindOf(checker: ts.TypeChecker, type: ts.Type): string {
  const is = (flag: ts.TypeFlags) =>
    (type.flags & flag) !== 0 || (type.isUnion() && type.types.every(one => (one.flags & flag) !== 0))
  if (is(ts.TypeFlags.StringLike)) return 'text'
  if (is(ts.TypeFlags.NumberLike)) return 'number'
  if (is(ts.TypeFlags.BooleanLike)) return 'boolean'
  if (is(ts.TypeFlags.Unknown | ts.TypeFlags.Never)) return 'any'
  if (checker.isArrayType(type)) return `${kindOf(checker, checker.getTypeArguments(type as ts.TypeReference)[0]!)}[]`
  const name = type.symbol?.name
  if (name === 'Date') return 'instant'
  return name === 'Buffer' || name === 'Uint8Array' ? 'bytes' : 'json'
}

function functionAround(node: ts.Node): string {
  for (let at: ts.Node = node; at.parent; at = at.parent) {
    if ((ts.isFunctionDeclaration(at) || ts.isMethodDeclaration(at)) && at.name) return at.name.getText()
    if (ts.isVariableDeclaration(at) && at.parent.parent.parent.kind === ts.SyntaxKind.SourceFile)
      return at.name.getText()
  }
  return ''
}
