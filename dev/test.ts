// usage: npm test [-- jest arguments]. The checks beside all tests, then one plain closing line.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants, setPriority, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { install, isInstalled } from './install.mjs'
import { killTree } from './process-tree.mjs'
import { onStopRequest } from './signals.ts'
import { closingOf } from './test-closing.ts'
import { watchFolder } from './watchdog.ts'

const root = dirname(import.meta.dirname)
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
/** What runs, and how it is ended. */
const running = new Map<ChildProcess, () => void>()
let stopped = false

onStopRequest(() => {
  stopped = true
  for (const end of running.values()) end()
})

function ended(child: ChildProcess, end: () => void): Promise<number> {
  running.set(child, end)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      running.delete(child)
      resolve(code ?? 1)
    })
  })
}

/** Runs npm scripts one after the other on what the tests leave of the processors; says what each had to say, and gives how many failed. */
async function check(...scripts: string[]): Promise<number> {
  let failed = 0
  for (const script of scripts) {
    if (stopped) return failed
    const child = spawn(npm, ['run', '--silent', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL) // what it starts has its own
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
    const isGood = (await ended(child, () => killTree(child.pid!))) === 0
    if (!isGood) failed++
    process.stderr.write(`${said}npm run ${script} ${isGood ? 'found nothing' : 'failed'}\n`)
  }
  return failed
}

// Formatting needs no package of the judges.
const formatting = check('check:format')

// the platforms' own clients, which no other command needs
const judges = join(root, 'test', 'judges')
if (!isInstalled(judges)) {
  console.log('Installing the packages of test/judges...')
  await install(judges)
}

// all temporary folders of the run are made in this one, which goes with it, however it ends
const folder = mkdtempSync(join(tmpdir(), 'causeway-jest-'))
chmodSync(folder, 0o755) // Postgres may run as another user
watchFolder(folder)
const outputFile = join(folder, 'result.json')
const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
try {
  const checks = formatting.then(async failed => failed + (await check('check:lint', 'check:types')))
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules']
  const NODE_OPTIONS = [process.env['NODE_OPTIONS'], ...flags].filter(Boolean).join(' ')
  // the sandboxes and the hub's processes that tests start, some two hundred, load what the first of them has compiled
  const NODE_COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'] ?? join(root, 'node_modules', '.cache', 'node')
  const FORCE_COLOR = process.stderr.isTTY ? '1' : '0'
  const settings = { NODE_OPTIONS, NODE_COMPILE_CACHE, FORCE_COLOR }
  const counts = ['--reporters', 'default', join(root, 'dev', 'test-counts.mjs')]
  const args = [...counts, '--forceExit', ...process.argv.slice(2)]
  // jest prints its report on standard error
  const tests = spawn(process.execPath, [jest, ...args], {
    cwd: root,
    stdio: ['inherit', 'ignore', 'inherit'],
    env: { ...process.env, ...settings, TMPDIR: folder, CAUSEWAY_TEST_COUNTS: outputFile },
  })
  const [failedChecks, jestCode] = await Promise.all([checks, ended(tests, () => tests.kill('SIGINT'))])
  const { line, isGood } = closingOf(outputFile, { jestCode, failedChecks })
  console.log(line)
  process.exitCode = isGood ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}
