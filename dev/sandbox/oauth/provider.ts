import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { type Configuration, type KoaContextWithOIDC, Provider, interactionPolicy } from 'oidc-provider'
import { type OAuthPlatform, type SandboxClient, defaultClients } from '../settings.ts'
import type { Storage } from '../storage.ts'
import { createAdapter } from './adapter.ts'
import { dialects } from './dialect.ts'

/** Stands in a registration for every address of this machine. */
const anyLoopback = 'http://127.0.0.1/any'

/** The one person who logs in everywhere; which company or account she connects is part of the grant. */
export const person = 'person'

/** An OAuth server that speaks a platform's dialect, mounted at `<origin>/<platform>`. Its state is all in the storage. */
export function createProvider(storage: Storage, platform: OAuthPlatform, origin: string): Provider {
  const dialect = dialects[platform]
  for (const client of defaultClients)
    if (
      client.platform === platform &&
      !storage.get("SELECT 1 FROM oidc WHERE model = 'Client' AND id = ?", client.clientId)
    )
      registerClient(storage, client)
  const configuration: Configuration = {
    adapter: model => createAdapter(storage, platform, model),
    routes: { ...dialect.routes },
    scopes: [...dialect.scopes, 'public_data'],
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clockTolerance: 0,
    pkce: { required: () => false },
    rotateRefreshToken: true,
    issueRefreshToken: async () => dialect.refresh,
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,
    findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    loadExistingGrant: async ctx => {
      const id = ctx.oidc.result?.consent?.grantId
      return id ? ctx.oidc.provider.Grant.find(id) : undefined
    },
    interactions: { url: (_ctx, { uid }) => `/${platform}/_consent/${uid}`, policy: askEveryTime() },
    ttl: {
      AccessToken: () => dialect.accessTokenSeconds(storage.settings()),
      RefreshToken: () => storage.settings().refreshTokenSeconds,
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
      names: { session: `${platform}_session`, interaction: `${platform}_interaction`, resume: `${platform}_resume` },
    },
    jwks: { keys: [storage.kept('signing-key', newSigningKey)] },
    renderError: async (ctx, out) => {
      ctx.type = 'html'
      ctx.body = `<!doctype html><title>${dialect.name}</title><h1>${dialect.name} (sandbox)</h1><p>${escapeHtml(out.error)}: ${escapeHtml(out.error_description ?? '')}</p>`
    },
  }
  const provider = new Provider(`${origin}/${platform}`, configuration)
  for (const kind of ['AccessToken', 'RefreshToken'] as const) {
    const prototype = provider[kind].prototype as unknown as { generateTokenId: (this: object) => string }
    const { generateTokenId } = prototype
    prototype.generateTokenId = function () {
      generateTokenId.call(this) // it also marks the token's format
      return dialect.newToken(kind)
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
    finishRedirect(ctx as KoaContextWithOIDC, storage, platform)
  })
  return provider
}

/** Registers an app, or replaces it. */
export function registerClient(storage: Storage, client: SandboxClient): void {
  const dialect = dialects[client.platform]
  void createAdapter(storage, client.platform, 'Client').upsert(
    client.clientId,
    {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: client.redirectUris.length ? client.redirectUris : [anyLoopback],
      grant_types: ['authorization_code', ...(dialect.refresh ? ['refresh_token'] : [])],
      response_types: ['code'],
      token_endpoint_auth_method: dialect.clientAuth,
    },
    0,
  )
}

function askEveryTime(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base()
  const ask = (ctx: KoaContextWithOIDC) => !ctx.oidc.result?.consent
  policy.get('login')?.checks.add(new interactionPolicy.Check('each_time', 'the person is asked each time', ask))
  return policy
}

/** The last redirect of a flow carries what the platform adds (realmId) and not what it does not send (iss). */
function finishRedirect(ctx: KoaContextWithOIDC, storage: Storage, platform: OAuthPlatform): void {
  const location = ctx.response.get('location')
  if (!URL.canParse(location)) return
  const url = new URL(location)
  if (!url.searchParams.has('iss')) return
  url.searchParams.delete('iss')
  const grantId = url.searchParams.has('code') ? ctx.oidc.entities.Grant?.jti : undefined
  if (grantId) {
    const grant = storage.get<{ account: string }>('SELECT account FROM grants WHERE id = ?', grantId)
    const extras = dialects[platform].redirectExtras(grant?.account ?? '')
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

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
