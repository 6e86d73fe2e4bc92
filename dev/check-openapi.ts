// usage: npm run check:openapi. Asks two validators about the API's description, makes clients of it with the two generators that
// TypeScript programs use most, and has TypeScript check both and a program that calls through them.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { openApiOf } from '../src/http/openapi/openapi.ts'
import { routesOf } from '../src/http/routes.ts'
import type { Hub } from '../src/hub.ts'
import { version } from '../src/version.ts'

const root = dirname(import.meta.dirname)
const tools = join(root, 'test', 'openapi-tools')
const isWindows = process.platform === 'win32'

function run(command: string, args: string[], cwd: string): { ok: boolean; output: string } {
  // The Node that package.json brings, before the machine's own.
  const PATH = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', NO_COLOR: '1' }
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', shell: isWindows })
  return { ok: done.status === 0, output: `${done.stdout ?? ''}${done.stderr ?? ''}${done.error?.message ?? ''}` }
}

const compilerOptions = {
  ...{ strict: true, noEmit: true, types: [], target: 'es2023', lib: ['es2023', 'dom', 'dom.iterable'] },
  ...{ module: 'esnext', moduleResolution: 'bundler' },
}
const failures: string[] = []

function step(what: string, { ok, output }: { ok: boolean; output: string }): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${what}`)
  if (ok) return
  failures.push(what)
  console.log(output)
}

/** They are many and large, and nothing else needs them: they have a package of their own, installed at the first use. */
function installTools(): void {
  const wanted = readFileSync(join(tools, 'package-lock.json'), 'utf8')
  const stamp = join(tools, 'node_modules', '.installed')
  try {
    if (readFileSync(stamp, 'utf8') === wanted) return
  } catch {
    // Not there yet.
  }
  const installed = run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], tools)
  if (!installed.ok) throw new Error(`the tools could not be installed:\n${installed.output}`)
  writeFileSync(stamp, wanted)
}

const folder = mkdtempSync(join(tmpdir(), 'causeway-openapi-'))
try {
  installTools()
  symlinkSync(join(tools, 'node_modules'), join(folder, 'node_modules'), 'junction')
  // Which routes there are does not depend on a hub.
  const routes = routesOf({ config: { http: {} } } as Hub)
  const document = join(folder, 'openapi.json')
  writeFileSync(document, JSON.stringify(openApiOf(routes, { url: 'http://127.0.0.1:8080', version })))
  const tool = (name: string, ...args: string[]) => run(join(tools, 'node_modules', '.bin', name), args, folder)
  step(
    '@redocly/cli finds no error and no warning',
    withoutWarnings(tool('redocly', 'lint', document, '--format', 'json')),
  )
  step('@seriousme/openapi-schema-validator finds it valid', tool('validate-api', document))
  step('openapi-typescript makes types of it', tool('openapi-typescript', document, '-o', join(folder, 'types.ts')))
  step('@hey-api/openapi-ts makes a client of it', tool('openapi-ts', '-i', document, '-o', join(folder, 'client')))
  for (const file of ['use-types.ts', 'use-client.ts']) {
    writeFileSync(join(folder, file), readFileSync(join(tools, file)))
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['use-types.ts', 'use-client.ts'] }),
  )
  step('TypeScript takes both, and programs that use them, strictly', tool('tsc', '-p', folder))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit(failures.length === 0 ? 0 : 1)

/** It ends well in spite of warnings; they count here. */
function withoutWarnings({ output }: { output: string }): { ok: boolean; output: string } {
  const totals = /"totals": *(\{[^}]*\})/.exec(output)?.[1] ?? '{}'
  const { errors, warnings } = JSON.parse(totals) as { errors?: number; warnings?: number }
  return { ok: errors === 0 && warnings === 0, output }
}
