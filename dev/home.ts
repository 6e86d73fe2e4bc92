import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from './processes/ports.ts'
import { removePostgres } from './postgres/postgres.ts'
import { commandLine, isRunning } from './process-tree.mjs'
import { pidFile, stopLeftover } from './processes/processes.ts'

export interface Secrets {
  /** For ENCRYPTION_KEYS: `id:base64`. */
  encryptionKeys: string
  /** For ADMIN_KEY. */
  adminKey: string
}

/** The folder in which the embedded stack keeps everything between two starts. */
export interface Home {
  readonly path: string
  readonly secrets: Secrets
  /** A path inside. */
  file(...names: string[]): string
  /** The port that `name` had last time, else the preferred one; another when that is taken. Remembered for the next start. */
  port(name: string, preferred: number): Promise<number>
  /** Remembers a running process, so that the next start can end it should this one die without doing so. */
  remember(name: string, pid: number, mark: string): void
  /** Lets another start use the folder. */
  release(): void
}

/**
 * Takes a home folder into use: one start at a time (throws when another one runs on it), what an earlier one left running is ended,
 * and with `fresh` what it left behind is removed. Without the usual ports, ports that are preferred are not.
 */
export async function openHome(folder: string, fresh: boolean, usualPorts = true): Promise<Home> {
  const path = resolve(folder)
  mkdirSync(path, { recursive: true })
  const lock = pidFile(join(path, 'pid'))
  const holder = lock.read()
  if (holder !== undefined && holder !== process.pid && isRunning(holder) && commandLine(holder).includes('node'))
    throw new Error(`${path} is in use by process ${holder}: stop that one first`)
  lock.write(process.pid)

  const running = jsonFile<Record<string, { pid: number; mark: string }>>(join(path, 'running.json'), {})
  for (const { pid, mark } of Object.values(running.value)) await stopLeftover(pid, [mark], 'SIGTERM')
  running.save({})
  if (fresh) {
    await removePostgres(join(path, 'postgres'))
    rmSync(path, { recursive: true, force: true })
    lock.write(process.pid)
  }

  const secrets = jsonFile<Secrets | undefined>(join(path, 'secrets.json'), undefined)
  if (!secrets.value)
    secrets.save({
      encryptionKeys: `k1:${randomBytes(32).toString('base64')}`,
      adminKey: `admin_${randomBytes(24).toString('base64url')}`,
    })
  const ports = jsonFile<Record<string, number>>(join(path, 'ports.json'), {})
  const given = new Map<string, number>()
  return {
    path,
    secrets: secrets.value as Secrets,
    file: (...names) => join(path, ...names),
    async port(name, preferred) {
      const already = given.get(name)
      if (already !== undefined) return already
      let port = await freePort(ports.value[name] ?? (usualPorts ? preferred : undefined))
      while ([...given.values()].includes(port)) port = await freePort()
      given.set(name, port)
      ports.save({ ...ports.value, [name]: port })
      return port
    },
    remember: (name, pid, mark) => running.save({ ...running.value, [name]: { pid, mark } }),
    release() {
      running.save({})
      lock.remove()
    },
  }
}

/** A small JSON file only its owner may read, replaced whole. */
function jsonFile<T>(path: string, initial: T): { value: T; save(value: T): void } {
  const file = {
    value: existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : initial,
    save(value: T) {
      file.value = value
      writeFileSync(`${path}.new`, JSON.stringify(value, null, 2), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
  }
  return file
}
