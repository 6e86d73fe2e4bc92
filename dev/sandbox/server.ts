import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ControlContext, handleControl } from './control.ts'
import { createFaults, playFault } from './faults.ts'
import { type Exchange, sendJson } from './http.ts'
import { type PlayedPlatform, playPlatform, registerApps } from './play.ts'
import { platforms } from './platforms/index.ts'
import type { SandboxSettings } from './settings.ts'
import { openStorage } from './storage.ts'

const loggedRequests = 2000

export interface SandboxOptions {
  /** Default: a free one. */
  port?: number
  /** A SQLite file that keeps everything between starts; default: memory. */
  file?: string
  settings?: Partial<SandboxSettings>
}

export interface Sandbox {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts the provider sandbox on 127.0.0.1: each platform under its own prefix (what follows is the platform's host and path,
 * see `SandboxPlatform`), and the control endpoint under `/_control`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const storage = openStorage(options.file ?? ':memory:', platforms.map(({ tables = '' }) => tables).join('\n'))
  if (options.settings) storage.changeSettings(options.settings)
  registerApps(storage, platforms)
  const context: ControlContext = { storage, platforms, faults: createFaults(), requests: [], sent: [] }
  const played = new Map<string, PlayedPlatform>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    answer(req, res, context, played).catch((error: unknown) => {
      console.error('sandbox:', error)
      if (!res.headersSent) sendJson(res, 500, { message: 'the sandbox itself failed', error: String(error) })
      else res.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const platform of platforms) played.set(platform.id, playPlatform(platform, storage, url))
  return {
    url,
    async stop() {
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      storage.close()
    },
  }
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  context: ControlContext,
  played: Map<string, PlayedPlatform>,
): Promise<void> {
  const url = new URL(`http://sandbox${req.url ?? '/'}`)
  const [, prefix = ''] = url.pathname.split('/')
  const exchange: Exchange = { req, res, path: url.pathname.slice(prefix.length + 1) || '/', query: url.searchParams }
  if (prefix === '_control') return handleControl(exchange, context)
  const platform = played.get(prefix)
  if (!platform)
    return sendJson(res, 404, { message: `no platform ${prefix}; there are ${[...played.keys()].join(', ')}` })
  const method = req.method ?? 'GET'
  Object.assign(exchange, platform.placed(exchange.path))
  const fault = context.faults.meet(prefix, method, exchange.path)
  const started = performance.now()
  res.once('close', () => {
    const ms = Math.round(performance.now() - started)
    const entry = { at: new Date().toISOString(), method, path: url.pathname, status: res.statusCode, ms }
    context.requests.push(fault ? { ...entry, fault: fault.kind } : entry)
    if (context.requests.length > loggedRequests) context.requests.splice(0, loggedRequests / 2)
  })
  if (fault && !(await playFault(fault, req, res, platform.refusal))) return
  await platform.answer(exchange)
}
