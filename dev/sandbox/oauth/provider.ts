import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type Configuration, type KoaContextWithOIDC, Provider, interactionPolicy } from 'oidc-provider'
import type { Storage } from '../storage.ts'
import { createAdapter } from './adapter.ts'
import { agreedOf } from './agreed.ts'
import { anyLoopback, secretOf } from './clients.ts'
import type { Dialect } from './dialect.ts'
import { fromServer, serverScopes } from './scopes.ts'

/** The one person who logs in everywhere; which company or account she connects is part of the grant. */
export const person = 'person'

/** Where one of a platform's OAuth servers is. */
export interface Mount {
  platform: string
  dialect: Dialect
  /** The path before the server's own, such as `/quickbooks/_oauth/0`. */
  path: string
}

export const serverPaths = { authorization: '/authorize', token: '/token', revocation: '/revoke' }

/** An OAuth server that answers in the standard's words, for a dialect to translate. Its state is all in the storage. */
export function createProvider(storage: Storage, { platform, dialect, path }: Mount, origin: string): Provider {
  const grace = () => dialect.reuseGraceSeconds ?? storage.settings().reuseGraceSeconds
  const agreed = (grantId: string | undefined) => (grantId ? agreedOf(storage, grantId) : undefined)
  const cookie = path.replaceAll('/', '_')
  const configuration: Configuration = {
    adapter: model => createAdapter(storage, platform, model, grace),
    routes: { ...serverPaths },
    scopes: serverScopes(dialect.scopes),
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_post'],
    clockTolerance: 0,
    pkce: { required: () => dialect.pkce === 'demanded' },
    rotateRefreshToken: dialect.rotates ?? true,
    issueRefreshToken: async (_ctx, _client, code) => {
      const grant = agreed(code.grantId)
      return typeof dialect.refresh === 'boolean' ? dialect.refresh : grant !== undefined && dialect.refresh(grant)
    },
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,
    extraParams: ['sandbox_params'],
    findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    loadExistingGrant: async ctx => {
      const id = ctx.oidc.result?.consent?.grantId
      return id ? ctx.oidc.provider.Grant.find(id) : undefined
    },
    interactions: { url: (_ctx, { uid }) => `${path}/consent/${uid}`, policy: askEveryTime() },
    ttl: {
      AccessToken: (_ctx, token) => {
        const settings = storage.settings()
        return dialect.accessTokenSeconds?.(settings, agreed(token.grantId)) ?? settings.accessTokenSeconds
      },
      RefreshToken: () => dialect.refreshTokenSeconds?.(storage.settings()) ?? storage.settings().refreshTokenSeconds,
      AuthorizationCode: 300,
      Grant: 5 * 365 * 86_400,
      Interaction: 3600,
      Session: 86_400,
    },
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => client.clientId === token.clientId },
      rpInitiatedLogout: { enabled: false },
    },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    cookies: {
      keys: storage.kept('cookie-keys', () => [randomBytes(24).toString('base64url')]),
      names: { session: `${cookie}_session`, interaction: `${cookie}_interaction`, resume: `${cookie}_resume` },
    },
    jwks: { keys: [storage.kept('signing-key', newSigningKey)] },
    renderError: async (ctx, out) => {
      ctx.type = 'html'
      ctx.body = errorPage(dialect, `${out.error}: ${out.error_description ?? ''}`)
    },
  }
  const provider = new Provider(`${origin}${path}`, configuration)
  for (const kind of ['AccessToken', 'RefreshToken'] as const) {
    const prototype = provider[kind].prototype as unknown as { generateTokenId: (this: { scope?: string }) => string }
    const { generateTokenId } = prototype
    prototype.generateTokenId = function () {
      generateTokenId.call(this) // it also marks the token's format
      return dialect.newToken(kind, fromServer(this.scope ?? ''))
    }
  }
  Object.defineProperty(provider.Client.prototype, 'redirectUriAllowed', {
    value(this: { redirectUris: string[] }, uri: string) {
      return this.redirectUris.includes(uri) || (this.redirectUris.includes(anyLoopback) && isLoopback(uri))
    },
  })
  provider.on('server_error', (_ctx, error) => console.error('sandbox:', error))
  provider.use(async (ctx, next) => {
    await next()
    finishRedirect(ctx as KoaContextWithOIDC, storage, platform, dialect)
  })
  return provider
}

function askEveryTime(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  const ask = (ctx: KoaContextWithOIDC) => !ctx.oidc.result?.consent
  policy.get('login')?.checks.add(new interactionPolicy.Check('each_time', 'the person is asked each time', ask))
  return policy
}

/** The last redirect of a flow carries what the platform adds (realmId) and not what it does not send (iss). */
function finishRedirect(ctx: KoaContextWithOIDC, storage: Storage, platform: string, dialect: Dialect): void {
  const location = ctx.response.get('location')
  if (!URL.canParse(location)) return
  const url = new URL(location)
  if (!url.searchParams.has('iss')) return
  url.searchParams.delete('iss')
  const grantId = url.searchParams.has('code') ? ctx.oidc.entities.Grant?.jti : undefined
  const agreed = grantId ? agreedOf(storage, grantId) : undefined
  if (agreed && dialect.redirectExtras) {
    const secret = secretOf(storage, platform, agreed.clientId) ?? ''
    const extras = dialect.redirectExtras(agreed, url.searchParams, secret)
    for (const [name, value] of Object.entries(extras)) url.searchParams.set(name, value)
  }
  ctx.set('location', url.href)
}

function isLoopback(uri: string): boolean {
  return URL.canParse(uri) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(uri).hostname)
}

function newSigningKey(): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'sandbox' }
}

export function errorPage({ name }: Dialect, text: string): string {
  return `<!doctype html><title>${name}</title><h1>${name} (sandbox)</h1><p>${escapeHtml(text)}</p>`
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
