import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine, isRunning, processTree } from '../../dev/process-tree.mjs'
import { call, eventually, temporaryHome } from './running.ts'

// What `npm start` does, in a folder of the test's own: started by the same bootstrap, ended as a terminal ends it.

const { home, remove } = temporaryHome()
const start: { child?: ChildProcess; output: string } = { output: '' }
let workspaceKey: string

/** Starts on the home and waits for "ready"; gives what it printed by then, and the time from the command on. */
async function startAndWait(): Promise<{ printed: string; tookMs: number; tree: number[] }> {
  const startedAtMs = performance.now()
  const args = ['dev/bootstrap.mjs', 'dev/start.ts', '--no-demo', '--any-ports', '--home', home]
  // A group of its own, as a terminal gives each command.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  start.child = child
  start.output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (start.output += String(chunk)))
  await eventually(
    'the start to be ready',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended:\n${start.output}`)
      return start.output.includes('Causeway is ready')
    },
    { withinMs: 60_000 },
  )
  return { printed: start.output, tookMs: performance.now() - startedAtMs, tree: processTree(child.pid!) }
}

/** What is printed beside a name, such as the admin key. */
function shown(printed: string, name: string): string {
  return new RegExp(`^ *${name} +(\\S+)`, 'm').exec(printed)?.[1] ?? ''
}

/** Every process whose command line names the home. */
function processesOfHome(): string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
  return pids.map(pid => commandLine(Number(pid))).filter(line => line.includes(home))
}

/** The workflows' bundles that the home keeps, each with the instant that it was built at. */
function bundles(): [string, number][] {
  const names = readdirSync(home).filter(name => name.startsWith('workflows-'))
  return names.map(name => [name, statSync(join(home, name)).mtimeMs])
}

let builtBundles: [string, number][] = []

async function nothingIsLeft(tree: number[], withinMs: number): Promise<void> {
  expect(tree.length).toBeGreaterThanOrEqual(7) // bootstrap, start, Postgres, Temporal, sandbox, API, worker
  await eventually('all processes to be gone', () => !tree.some(isRunning), { withinMs })
  if (process.platform === 'linux') expect(processesOfHome()).toEqual([])
}

afterAll(async () => {
  const pid = start.child?.pid
  if (pid !== undefined && start.child?.exitCode === null && start.child.signalCode === null) {
    process.kill(-pid, 'SIGTERM')
    await eventually('the start to end', () => !processTree(pid).some(isRunning), { withinMs: 30_000 })
  }
  await remove()
})

it('prints where everything is and the key to it, and ends at Ctrl-C without leaving a process', async () => {
  const { printed, tree } = await startAndWait()
  const apiUrl = shown(printed, 'API').replace('/docs', '')
  expect((await call(`${apiUrl}/docs`, undefined)).status).toBe(200)
  expect((await fetch(shown(printed, 'Temporal UI'))).status).toBe(200)
  const adminKey = shown(printed, 'Admin key')
  const made = await call<{ apiKey: { secret: string } }>(`${apiUrl}/v1/workspaces`, adminKey, 'POST', { name: 'Kept' })
  expect(made.status).toBe(201)
  workspaceKey = made.body.apiKey.secret
  builtBundles = bundles()
  expect(builtBundles).toHaveLength(1)

  process.kill(-start.child!.pid!, 'SIGINT')
  await eventually('the start to end', () => start.child!.exitCode !== null, { withinMs: 30_000 })
  expect(start.child!.exitCode).toBe(0)
  expect(start.output).toContain('Stopped')
  await nothingIsLeft(tree, 2_000)
}, 120_000)

it('is ready again in under 15 s with its data and its bundle, and leaves no process even when it is killed', async () => {
  const { printed, tookMs, tree } = await startAndWait()
  expect(tookMs).toBeLessThan(15_000)
  expect(bundles()).toEqual(builtBundles)
  const apiUrl = shown(printed, 'API').replace('/docs', '')
  expect((await call(`${apiUrl}/v1/endpoints`, workspaceKey)).status).toBe(200)

  process.kill(-start.child!.pid!, 'SIGKILL')
  await nothingIsLeft(tree, 20_000)
}, 120_000)

it('says which of its parts has ended, and starts it again', async () => {
  const { printed, tree } = await startAndWait()
  const apiUrl = shown(printed, 'API').replace('/docs', '')
  const pidOf = (script: string) => tree.find(pid => commandLine(pid).includes(script))!
  const parts = {
    worker: 'workers/main.ts',
    API: 'src/main.ts',
    sandbox: 'sandbox/main.ts',
    'Temporal server': 'start-dev',
  }
  const started = new Set(tree)
  for (const [name, script] of Object.entries(parts)) {
    const pid = pidOf(script)
    process.kill(pid, 'SIGKILL')
    await eventually(`the ${name} to run again`, () => start.output.includes(`The ${name} runs again`), {
      withinMs: 30_000,
    })
    expect(start.output).toContain(`The ${name} (process ${pid}) has ended`)
    for (const child of processTree(start.child!.pid!)) started.add(child)
  }
  const ready = () => call(`${apiUrl}/ready`, undefined).catch(() => undefined)
  await eventually('the hub to be ready', async () => (await ready())?.body['status'] === 'ready', { withinMs: 60_000 })
  process.kill(-start.child!.pid!, 'SIGINT')
  await eventually('the start to end', () => start.child!.exitCode !== null, { withinMs: 30_000 })
  await nothingIsLeft([...started], 2_000)
}, 180_000)
