import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every file of the repository that exists: those committed, and those about to be. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  return listed
    .toString()
    .split('\n')
    .filter(file => file !== '' && existsSync(join(root, file)))
}

export interface Import {
  /** From the repository's root for a file of its own, else the package's name as written. */
  target: string
  /** Only types: gone when the program runs. */
  typeOnly: boolean
}

export interface SourceFile {
  path: string
  text: string
  /** The text without its comments. */
  code: string
  imports: Import[]
}

/** The TypeScript files under some folders. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return repositoryFiles()
    .filter(path => path.endsWith('.ts') && folders.some(folder => path.startsWith(`${folder}/`)))
    .map(path => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, code: withoutComments(text), imports: importsOf(path, text) }
    })
}

const statement = /^(?:import|export)\s+(type\s+)?((?:[\w*\s{},]|'')*?)from\s+'([^']+)'|^import\s+'([^']+)'/gm
const dynamic = /\bimport\(\s*'([^']+)'/g

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = []
  for (const [, type, names = '', from, bare] of text.matchAll(statement)) {
    const named = /^\{([\s\S]*)\}\s*$/.exec(names.trim())?.[1]
    const allTypes = named?.split(',').every(name => name.trim() === '' || name.trim().startsWith('type ')) ?? false
    found.push({ target: resolve(path, from ?? bare!), typeOnly: type !== undefined || allTypes })
  }
  for (const [, from] of text.matchAll(dynamic)) found.push({ target: resolve(path, from!), typeOnly: false })
  return found
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(path), specifier)) : specifier
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
