import type Provider from 'oidc-provider'
import type { Exchange } from './http.ts'
import { registerClient } from './oauth/clients.ts'
import { handleOAuth } from './oauth/endpoints.ts'
import { type Mount, createProvider } from './oauth/provider.ts'
import type { SandboxPlatform } from './platform.ts'
import type { Storage } from './storage.ts'
import { createTools } from './tools.ts'

/** A platform at work. */
export interface PlayedPlatform {
  refusal: SandboxPlatform['refusal']
  /** What follows the platform's prefix, taken apart: a host, where there is one, and the path on it. */
  placed(path: string): Pick<Exchange, 'host' | 'path'>
  answer(exchange: Exchange): Promise<void>
}

/** Plays a platform at `<origin>/<id>`. Its OAuth servers are made when they are first needed. */
export function playPlatform(platform: SandboxPlatform, storage: Storage, origin: string): PlayedPlatform {
  const tools = createTools(storage, platform.id, () => keysOf(platform, storage))
  const servers = [platform.oauth ?? []].flat().map((dialect, index) => {
    const mount: Mount = { platform: platform.id, dialect, path: `/${platform.id}/_oauth/${index}` }
    let made: Provider | undefined
    return { mount, provider: () => (made ??= createProvider(storage, mount, origin)) }
  })
  const hosts = platform.hosts.map(hostPattern)
  return {
    refusal: platform.refusal?.bind(platform),
    placed(path) {
      const [, first = ''] = path.split('/')
      const host = decodeURIComponent(first).toLowerCase()
      return hosts.some(pattern => pattern.test(host)) ? { host, path: path.slice(first.length + 1) || '/' } : { path }
    },
    async answer(exchange) {
      for (const { mount, provider } of servers) if (await handleOAuth(exchange, tools, mount, provider)) return
      await platform.answer(exchange, tools)
    },
  }
}

/** The keys that a platform knows, with the accounts that they open. */
export function keysOf({ keys = {} }: SandboxPlatform, storage: Storage): Readonly<Record<string, string>> {
  return typeof keys === 'function' ? keys(storage.settings()) : keys
}

/** Registers the apps that exist from the start and are not there yet. */
export function registerApps(storage: Storage, platforms: readonly SandboxPlatform[]): void {
  const known = "SELECT 1 FROM oidc WHERE platform = ? AND model = 'Client' AND id = ?"
  for (const { id: platform, apps = [] } of platforms)
    for (const app of apps)
      if (!storage.get(known, platform, app.clientId)) registerClient(storage, { platform, ...app })
}

/** `{shop}.example.com` as a pattern; `{host}` is any host, which has a dot or is this machine. */
function hostPattern(template: string): RegExp {
  if (template === '{host}') return /^(localhost|[a-z0-9-]+(\.[a-z0-9-]+)+)(:\d+)?$/
  const escaped = template.replace(/[.\\]/g, String.raw`\$&`).replace(/\{\w+\}/g, '[a-z0-9-]+')
  return new RegExp(`^${escaped}$`)
}
