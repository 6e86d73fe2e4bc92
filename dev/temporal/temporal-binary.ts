import { execFile, spawn } from 'node:child_process'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isRunning } from '../process-tree.mjs'
import { pidFile } from '../processes/processes.ts'

export const temporalVersion = '1.5.1'
const source = `github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`
const downloadFirstByteMs = 20_000
const downloadMs = 180_000
const run = promisify(execFile)

export type TemporalSource =
  | { kind: 'running'; address: string }
  | { kind: 'binary'; path: string; from: 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'download' | 'go' }

export interface FindOptions {
  env?: NodeJS.ProcessEnv
  /** Told in one line what takes long. */
  say?: (line: string) => void
  /** Off: never tries the network before building from source. */
  download?: boolean
}

/**
 * Finds a Temporal server: one that runs (TEMPORAL_ADDRESS), a `temporal` program (TEMPORAL_CLI_PATH, then the PATH), the one in the
 * user's cache folder, the SDK's download (20 s at most to its first byte), or one built with Go (about five minutes, once;
 * two processes at a time build one). Throws with all of these ways when none is open.
 */
export async function findTemporal({
  env = process.env,
  say = console.log,
  download = true,
}: FindOptions = {}): Promise<TemporalSource> {
  if (env['TEMPORAL_ADDRESS']) return { kind: 'running', address: env['TEMPORAL_ADDRESS'] }
  const given = env['TEMPORAL_CLI_PATH']
  if (given) {
    if (!isProgram(given)) throw new Error(`TEMPORAL_CLI_PATH names no program that can be run: ${given}`)
    return { kind: 'binary', path: given, from: 'TEMPORAL_CLI_PATH' }
  }
  const onPath = findOnPath('temporal', env)
  if (onPath) return { kind: 'binary', path: onPath, from: 'PATH' }
  const cached = join(cacheFolder(env), 'temporal')
  if (isProgram(cached)) return { kind: 'binary', path: cached, from: 'cache' }
  const go = findOnPath('go', env)
  return withLock(cached, async () => {
    if (isProgram(cached)) return { kind: 'binary', path: cached, from: 'cache' }
    if (download && (await downloadTo(cached, env, say))) return { kind: 'binary', path: cached, from: 'download' }
    if (go && (await buildTo(cached, go, env, say))) return { kind: 'binary', path: cached, from: 'go' }
    throw new Error(
      `no Temporal server found. Any of these helps: TEMPORAL_ADDRESS=host:port of a running server; the temporal CLI on the PATH or in ` +
        `TEMPORAL_CLI_PATH; a network that lets the SDK download it; a Go toolchain (go install ${source})`,
    )
  })
}

export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache')
  return join(base, 'causeway', `temporal-${temporalVersion}`)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function findOnPath(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return folders.map(folder => join(folder, name)).find(isProgram)
}

/** The SDK's own download runs in a process of its own, so that one that hangs can be given up. */
async function downloadTo(target: string, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(dirname(target), 'download-'))
  try {
    say(`Downloading the Temporal server ${temporalVersion}...`)
    const script = join(import.meta.dirname, 'temporal-download.ts')
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder], {
      stdio: 'ignore',
      env,
    })
    const started = Date.now()
    let ended = false
    child.once('exit', () => (ended = true))
    while (!ended) {
      const waited = Date.now() - started
      if (waited > downloadMs || (waited > downloadFirstByteMs && readdirSync(folder).length === 0))
        child.kill('SIGKILL')
      await sleep(100)
    }
    const found = readdirSync(folder)
      .map(name => join(folder, name))
      .find(isProgram)
    if (child.exitCode !== 0 || !found) return false
    renameSync(found, target)
    return true
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function buildTo(
  target: string,
  go: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<boolean> {
  const folder = mkdtempSync(join(dirname(target), 'build-'))
  try {
    say(`Building the Temporal server ${temporalVersion} with Go: about five minutes, once...`)
    await run(go, ['install', source], { env: { ...env, GOBIN: folder, GOFLAGS: '' }, maxBuffer: 1 << 26 })
    renameSync(join(folder, 'temporal'), target)
    return true
  } catch (error) {
    say(`go install failed: ${String((error as { stderr?: string }).stderr ?? error).slice(-500)}`)
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One process at a time; a lock whose holder died is taken over. */
async function withLock<T>(target: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(target), { recursive: true })
  const lock = `${target}.lock`
  const holder = pidFile(join(lock, 'pid'))
  for (;;) {
    try {
      mkdirSync(lock)
      holder.write(process.pid)
      break
    } catch {
      const pid = holder.read()
      const abandoned =
        pid === undefined ? existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 10_000 : !isRunning(pid)
      if (abandoned) rmSync(lock, { recursive: true, force: true })
      else await sleep(250)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}
