import type { LightMyRequestResponse } from 'fastify'
import type { ProviderDefinition } from '../../src/catalogue/schema/definition.ts'
import type { OAuth2 } from '../../src/catalogue/schema/auth-code.ts'
import { tokens } from '../grants/made.ts'
import { startPlatform, type PlatformAnswer, type PlatformCall, type ScriptedPlatform } from './platform.ts'

const oauth: OAuth2 = {
  ...{ kind: 'oauth2', id: 'oauth', ...tokens, authorize: 'https://id.made.example/authorize' },
  ...{ clientAuth: 'body', defaultScopes: [], pkce: false },
}

/** A platform of which a token opens several sites. */
export const sites: Partial<ProviderDefinition> = {
  name: 'Sites',
  auth: [
    {
      ...oauth,
      discover: {
        path: '/sites',
        items: 'sites',
        keep: { siteId: 'id' },
        secrets: { siteToken: 'token' },
        name: 'title',
        detail: 'url',
        client: { id: 'app_id', secret: 'secret' },
      },
      placement: [{ in: 'bearer' }, { in: 'header', name: 'x-site', value: '{siteToken}' }],
      revoke: { kind: 'rfc7009', url: 'https://id.made.example/revoke' },
    },
  ],
  identity: { get: '/sites/{siteId}', id: { captured: 'siteId' }, name: 'title' },
}

export interface Site {
  id: string
  title?: string
  url?: string
  token: string
}

export interface SitesPlatform extends ScriptedPlatform {
  /** What a token opens at present. */
  open: Site[]
  /** Tokens that were given back. */
  revoked: string[]
}

/** Plays it: a token for each code, which opens what `open` says. */
export async function startSites(): Promise<SitesPlatform> {
  const platform = Object.assign(await startPlatform(), { open: [] as Site[], revoked: [] as string[] })
  platform.answerBy(async call => answer(platform, call))
  return platform
}

function answer(platform: SitesPlatform, call: PlatformCall): PlatformAnswer {
  const { pathname, searchParams } = new URL(call.path, 'http://platform')
  const form = new URLSearchParams(call.body)
  if (pathname === '/token') {
    const turn = form.get('grant_type') === 'refresh_token' ? 'newer' : form.get('code')
    return { status: 200, body: { access_token: `at-${turn}`, refresh_token: 'rt', expires_in: 3600 } }
  }
  if (pathname === '/revoke') {
    platform.revoked.push(form.get('token') ?? '')
    return { status: 200, body: {} }
  }
  if (!call.headers.authorization?.startsWith('Bearer at-')) return { status: 401, body: {} }
  if (pathname === '/sites') {
    const known = searchParams.get('app_id') === 'client-1' && searchParams.get('secret') === 'client-secret'
    return known ? { status: 200, body: { sites: platform.open } } : { status: 400, body: {} }
  }
  const site = platform.open.find(({ id }) => pathname === `/sites/${id}`)
  if (!site) return { status: 404, body: {} }
  return call.headers['x-site'] === site.token ? { status: 200, body: site } : { status: 401, body: {} }
}

/** A browser's cookies, for requests that are injected. */
export class Browser {
  readonly #cookies = new Map<string, string>()

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  keep(response: LightMyRequestResponse): LightMyRequestResponse {
    for (const { name, value } of response.cookies) this.#cookies.set(name, value)
    return response
  }
}
