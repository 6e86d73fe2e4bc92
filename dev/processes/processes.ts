import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine, isRunning, killTree } from '../process-tree.mjs'
import { watchChild } from '../watchdog.ts'

export interface ChildOptions {
  name: string
  command: string
  args: readonly string[]
  /** Where its output goes, appended. */
  logFile: string
  env?: NodeJS.ProcessEnv
  cwd?: string
  uid?: number
  gid?: number
  stopSignal?: NodeJS.Signals
  /** How long `stop` waits after the signal before it kills. */
  stopTimeoutMs?: number
}

export interface Child {
  readonly name: string
  readonly pid: number
  readonly running: boolean
  /** Settles when the process ended: its exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>
  /** Asks the process to end, and kills it after its deadline. */
  stop(): Promise<void>
  /** SIGKILL to the process and all its descendants; returns when none is left. */
  kill(): Promise<void>
}

/**
 * Starts a process of its own session, so that Ctrl-C in a terminal reaches only the one who stops things in order, and
 * has the watchdog end it should this process die without doing so.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, logFile, stopSignal = 'SIGTERM', stopTimeoutMs = 10_000 } = options
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'a')
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  })
  closeSync(log)
  const exited = new Promise<number | NodeJS.Signals>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL')),
  )
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', cause => reject(new Error(`${name} could not be started (${command})`, { cause })))
  })
  const pid = child.pid as number
  const forget = watchChild(pid, stopSignal)
  void exited.then(forget)

  const kill = async () => {
    const tree = killTree(pid)
    await exited
    await waitUntil(() => !tree.some(isRunning), 10_000, `the processes of ${name} did not go away`)
  }
  const running = () => child.exitCode === null && child.signalCode === null
  return {
    name,
    pid,
    exited,
    get running() {
      return running()
    },
    kill,
    async stop() {
      if (!running()) return
      child.kill('SIGCONT')
      child.kill(stopSignal)
      const timer = new AbortController()
      const late = sleep(stopTimeoutMs, 'late', { signal: timer.signal }).catch(() => 'ended')
      if ((await Promise.race([exited, late])) === 'late') await kill()
      timer.abort()
    },
  }
}

/** Polls a condition every 25 ms; throws with the message when it does not hold within the time. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  message: string | (() => string),
): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(typeof message === 'string' ? message : message())
    await sleep(25)
  }
}

/** The end of a log file, for error messages. */
export function logTail(file: string, lines = 15): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : ''
}

/**
 * Ends what an earlier run left running: the process in the pid file, if its command line still holds every mark (a pid may
 * since have gone to another program).
 */
export async function stopLeftover(pid: number, marks: readonly string[], signal: NodeJS.Signals): Promise<void> {
  const isOurs = () => isRunning(pid) && marks.every(mark => commandLine(pid).includes(mark))
  if (!isOurs()) return
  process.kill(pid, 'SIGCONT')
  process.kill(pid, signal)
  const deadline = Date.now() + 10_000
  while (isOurs() && Date.now() < deadline) await sleep(50)
  if (isOurs()) killTree(pid)
  await waitUntil(() => !isOurs(), 5000, `process ${pid} of an earlier run could not be ended`)
}

/** Remembers in a file which process a folder's data belongs to, for `stopLeftover` at the next start. */
export function pidFile(path: string): { read(): number | undefined; write(pid: number): void; remove(): void } {
  return {
    read() {
      const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : NaN
      return Number.isInteger(pid) && pid > 0 ? pid : undefined
    },
    write(pid) {
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, String(pid))
    },
    remove: () => rmSync(path, { force: true }),
  }
}
