import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '../../dev/process-tree.mjs'

const signals = join(process.cwd(), 'dev/signals.ts')
let root: string

/** A checkout with one package, which is installed or not, and an npm that only says that it was called. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'causeway-bootstrap-'))
  mkdirSync(join(root, 'dev'))
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true })
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'))
  for (const file of ['dev/bootstrap.mjs', 'dev/install.mjs']) writeFileSync(join(root, file), readFileSync(file))
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/b': { version: '1.0.0', optional: true },
    },
  }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock))
  writeFileSync(join(root, 'npm.js'), "console.log('npm called with', process.argv[2])")
  install('1.0.0')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function install(version: string): void {
  const packages = { 'node_modules/a': { version, integrity: 'x' } }
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
}

function start(script: string, ...args: string[]) {
  writeFileSync(join(root, 'script.ts'), script)
  const child = spawn(process.execPath, [join(root, 'dev/bootstrap.mjs'), 'script.ts', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', npm_execpath: join(root, 'npm.js') },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }))
  const printed = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(output)
      if (match) return match
      await sleep(20)
    }
  }
  return { child, ended, printed }
}

it('runs a TypeScript file with its arguments, its own PATH and its exit code', async () => {
  const { ended } = start(
    "const n: number = 3; console.log(process.argv[2], process.env['PATH']?.split(':')[0]?.endsWith('node_modules/.bin')); process.exit(n)",
    'argument',
  )
  expect(await ended).toEqual({ code: 3, output: 'argument true\n' })
})

it('installs first when what is installed is not what the lockfile says, and only then', async () => {
  expect((await start('').ended).output).toBe('')
  install('0.9.0')
  expect((await start('').ended).output).toContain('npm called with install')
  rmSync(join(root, 'node_modules/.package-lock.json'))
  expect((await start('').ended).output).toContain('npm called with install')
})

it('passes a signal on once, waits for the child, and ends as it ended', async () => {
  const { child, ended, printed } = start(`
    const { onStopRequest } = await import(${JSON.stringify(signals)})
    const alive = setInterval(() => {}, 1000)
    onStopRequest((reason: string) => { console.log('asked by', reason); setTimeout(() => { clearInterval(alive); process.exit(7) }, 300) })
    console.log('ready')`)
  await printed(/ready/)
  child.kill('SIGINT')
  child.kill('SIGINT') // as a terminal and npm together do
  expect(await ended).toEqual({ code: 7, output: 'ready\nasked by SIGINT\n' })
})

it('leaves no script behind when it is killed itself', async () => {
  const { child, ended, printed } = start(`
    const { onStopRequest } = await import(${JSON.stringify(signals)})
    setInterval(() => {}, 1000)
    onStopRequest((reason: string) => process.exit(0))
    console.log('pid', process.pid)`)
  const pid = Number((await printed(/pid (\d+)/))[1])
  child.kill('SIGKILL')
  await ended
  for (let waited = 0; isRunning(pid) && waited < 5000; waited += 50) await sleep(50)
  expect(isRunning(pid)).toBe(false)
})
