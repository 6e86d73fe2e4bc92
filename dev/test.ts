// usage: npm test [-- jest arguments]. Checks, then all tests, then one plain closing line.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { install, isInstalled } from './install.mjs'
import { onStopRequest } from './signals.ts'
import { watchFolder } from './watchdog.ts'

interface JestResult {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  numRuntimeErrorTestSuites: number
  success: boolean
}

const root = dirname(import.meta.dirname)
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
let running: ChildProcess | undefined

onStopRequest(() => {
  running?.kill('SIGINT')
})

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    running = spawn(command, args, { cwd: root, stdio: 'inherit', env })
    running.once('error', reject)
    running.once('exit', code => resolve(code ?? 1))
  })
}

// the platforms' own clients, which no other command needs
const judges = join(root, 'test', 'judges')
if (!isInstalled(judges)) {
  console.log('Installing the packages of test/judges...')
  install(judges)
}

// all temporary folders of the run are made in this one, which goes with it, however it ends
const folder = mkdtempSync(join(tmpdir(), 'causeway-jest-'))
chmodSync(folder, 0o755) // Postgres may run as another user
watchFolder(folder)
const outputFile = join(folder, 'result.json')
const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
let failedChecks = 0
try {
  if ((await run(npm, ['run', '--silent', 'check'], process.env)) !== 0) {
    failedChecks = 1
    console.error('npm run check failed')
  }
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']
  const NODE_OPTIONS = [process.env['NODE_OPTIONS'], ...flags].filter(Boolean).join(' ')
  const args = ['--forceExit', '--json', '--outputFile', outputFile, ...process.argv.slice(2)]
  // jest prints its report on standard error, and with --json the result once more on standard output
  await new Promise<void>((resolve, reject) => {
    running = spawn(process.execPath, [jest, ...args], {
      cwd: root,
      stdio: ['inherit', 'ignore', 'inherit'],
      env: { ...process.env, NODE_OPTIONS, TMPDIR: folder, FORCE_COLOR: process.stderr.isTTY ? '1' : '0' },
    })
    running.once('error', reject)
    running.once('exit', () => resolve())
  })
  report()
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}

function report(): void {
  const result = existsSync(outputFile) ? (JSON.parse(readFileSync(outputFile, 'utf8')) as JestResult) : undefined
  const passed = result?.numPassedTests ?? 0
  // a test file that could not run has no failed test of its own, and a run that died left no result
  const broken = result ? result.numRuntimeErrorTestSuites : 1
  const failed = (result?.numFailedTests ?? 0) + broken + failedChecks
  const skipped = (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0)
  if (passed + failed === 0) console.error('no test ran')
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  process.exitCode = failed > 0 || passed === 0 || result?.success === false ? 1 : 0
}
