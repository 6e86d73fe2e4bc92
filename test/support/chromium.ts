import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
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
      const browser = await chromium.launch({ executablePath: path, args, env: { ...env, ...fontEnvironment() } })
      return { browser, path }
    } catch (error) {
      failures.push(String(error).split('\n')[0] ?? '')
    }
  }
  const reason = `no Chromium that runs here (${failures.join('; ') || 'none found'})`
  if (hasPackaged) throw new Error(reason)
  return { browser: undefined, reason }
}

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

/** Unpacks the packaged one into the temporary folder, with the libraries that a machine without a desktop lacks. */
async function packaged(): Promise<{ path: string; env: Record<string, string> }> {
  // What the package goes by when it decides whether those libraries are needed.
  process.env['AWS_LAMBDA_JS_RUNTIME'] = 'nodejs24.x'
  const { default: package_ } = await import('@sparticuz/chromium')
  const path = await package_.executablePath()
  return { path, env: { ...definedOnly(process.env), LD_LIBRARY_PATH: join(tmpdir(), 'al2023', 'lib') } }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
