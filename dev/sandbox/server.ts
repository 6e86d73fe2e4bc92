import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Provider from 'oidc-provider'
import { type ControlContext, handleControl } from './control.ts'
import { createFaults, playFault } from './faults.ts'
import { handleGithub } from './github/api.ts'
import { type Exchange, sendJson } from './http.ts'
import { handleOAuth } from './oauth/endpoints.ts'
import { createProvider } from './oauth/provider.ts'
import { handleQuickbooks } from './quickbooks/api.ts'
import { type OAuthPlatform, type Platform, type SandboxSettings, oauthPlatforms, platforms } from './settings.ts'
import { type Storage, openStorage } from './storage.ts'
import { handleStripe } from './stripe/api.ts'

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
 * Starts the provider sandbox on 127.0.0.1: each platform under its own prefix (`/quickbooks`, `/github`, `/stripe`; what follows is
 * the platform's own path), and the control endpoint under `/_control`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const storage = openStorage(options.file ?? ':memory:')
  if (options.settings) storage.changeSettings(options.settings)
  const context: ControlContext = { storage, faults: createFaults(), requests: [], sent: [] }
  const providers = new Map<OAuthPlatform, Provider>()
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    answer(req, res, context, providers).catch((error: unknown) => {
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
  for (const platform of oauthPlatforms) providers.set(platform, createProvider(storage, platform, url))
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
  providers: Map<OAuthPlatform, Provider>,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://sandbox')
  const [, prefix = ''] = url.pathname.split('/')
  const exchange: Exchange = { req, res, path: url.pathname.slice(prefix.length + 1) || '/', query: url.searchParams }
  if (prefix === '_control') return handleControl(exchange, context)
  const platform = platforms.find(name => name === prefix)
  if (!platform) return sendJson(res, 404, { message: `no platform ${prefix}; there are ${platforms.join(', ')}` })

  const method = req.method ?? 'GET'
  const fault = context.faults.meet(platform, method, exchange.path)
  const started = performance.now()
  res.once('close', () => {
    const ms = Math.round(performance.now() - started)
    const entry = { at: new Date().toISOString(), method, path: url.pathname, status: res.statusCode, ms }
    context.requests.push(fault ? { ...entry, fault: fault.kind } : entry)
    if (context.requests.length > loggedRequests) context.requests.splice(0, loggedRequests / 2)
  })
  if (fault && !(await playFault(fault, req, res))) return
  await answerPlatform(platform, exchange, context.storage, providers)
}

async function answerPlatform(
  platform: Platform,
  exchange: Exchange,
  storage: Storage,
  providers: Map<OAuthPlatform, Provider>,
): Promise<void> {
  if (platform === 'stripe') return handleStripe(exchange, storage)
  const provider = providers.get(platform)
  if (!provider) return sendJson(exchange.res, 503, { message: 'starting' })
  if (await handleOAuth(exchange, storage, platform, provider)) return
  const check = async (token: string) => {
    const found = await provider.AccessToken.find(token)
    const query = 'SELECT id AS grantId, account, scope FROM grants WHERE id = ? AND revoked_ms IS NULL'
    return found?.grantId
      ? storage.get<{ grantId: string; account: string; scope: string }>(query, found.grantId)
      : undefined
  }
  return platform === 'github' ? handleGithub(exchange, storage, check) : handleQuickbooks(exchange, storage, check)
}
