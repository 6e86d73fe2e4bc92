import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type Browser, type LaunchOptions } from 'playwright-core'
import { fontEnvironment } from './fonts.ts'

/** A browser that runs here, or why there is none. */
export type Found = { browser: Browser; path: string } | { browser: undefined; reason: string }

/**
 * Starts a headless Chromium with the tests' own fonts: the one that CHROMIUM_PATH names, else the one that comes in an npm package,
 * which is built for Linux on x64; elsewhere one on the PATH or in the usual places. The caller closes it.
 * @throws Error when none runs where the packaged one should
 */
export async function startChromium(): Promise<Found> {
  const failures: string[] = []
  for (const candidate of candidates()) {
    try {
      const { path, env } = await candidate()
      // Nothing here is a stranger's page, and as root, in a container, Chromium's own sandbox does not start.
      const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--no-zygote']
      const options = { executablePath: path, args, env: { ...env, ...fontEnvironment() } }
      return { browser: await launched(options), path }
    } catch (error) {
      failures.push(String(error).split('\n')[0] ?? '')
    }
  }
  const reason = `no Chromium that runs here (${failures.join('; ') || 'none found'})`
  if (hasPackaged) throw new Error(reason)
  return { browser: undefined, reason }
}

/** Launches it; again where a process that was begun while it was unpacked still holds it open for writing, until it is a program. */
async function launched(options: LaunchOptions, tries = 20): Promise<Browser> {
  try {
    return await chromium.launch(options)
  } catch (error) {
    if (tries === 1 || !String(error).includes('ETXTBSY')) throw error
    await sleep(100)
    return launched(options, tries - 1)
  }
}

const unpackingMs = 60_000
const hasPackaged = process.platform === 'linux' && process.arch === 'x64'

type Candidate = () => Promise<{ path: string; env: Record<string, string> }>

function candidates(): Candidate[] {
  const env = definedOnly(process.env)
  const named = env['CHROMIUM_PATH']
  if (named === undefined && hasPackaged) return [packaged]
  const installed = named === undefined ? [...onPath(env['PATH'] ?? ''), ...usualPlaces].filter(isProgram) : [named]
  return installed.map(path => () => Promise.resolve({ path, env }))
}

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const usualPlaces = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function onPath(path: string): string[] {
  const folders = path.split(delimiter).filter(folder => folder !== '')
  return names.flatMap(name => folders.map(folder => join(folder, name)))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return path !== ''
  } catch {
    return false
  }
}

/** The packaged one, with the libraries that a machine without a desktop lacks. */
async function packaged(): Promise<{ path: string; env: Record<string, string> }> {
  const path = await unpacked()
  return { path, env: { ...definedOnly(process.env), LD_LIBRARY_PATH: join(tmpdir(), 'al2023', 'lib') } }
}

/**
 * Unpacks it into the run's temporary folder, one process at a time and once for all of them: a file that another still writes passes for one that is
 * whole, and does not start.
 */
async function unpacked(): Promise<string> {
  const told = join(tmpdir(), 'chromium-unpacked')
  const lock = `${told}.lock`
  for (const endsAt = Date.now() + unpackingMs; !take(lock) && Date.now() < endsAt;) await sleep(100)
  try {
    const known = existsSync(told) ? readFileSync(told, 'utf8') : ''
    if (existsSync(known)) return known
    // What the package goes by when it decides whether those libraries are needed.
    process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs24.x'
    const { default: package_ } = await import('@sparticuz/chromium')
    const path = await package_.executablePath()
    writeFileSync(told, path)
    return path
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    return false
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
