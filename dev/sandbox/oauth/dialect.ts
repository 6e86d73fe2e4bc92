import { randomBytes } from 'node:crypto'
import type { OAuthPlatform, SandboxSettings } from '../settings.ts'

/** What a token endpoint answered, in the standard's words. */
export interface TokenAnswer {
  status: number
  body: Record<string, unknown>
}

/** How a platform's OAuth differs from the standard and from the other's. */
export interface Dialect {
  name: string
  routes: { authorization: string; token: string; revocation: string }
  scopes: string[]
  clientAuth: 'client_secret_basic' | 'client_secret_post'
  refresh: boolean
  accessTokenSeconds(settings: SandboxSettings): number
  newToken(kind: 'AccessToken' | 'RefreshToken'): string
  /** Added to the redirect with the code. */
  redirectExtras(account: string): Record<string, string>
  /** The answer in the platform's own shape and words. */
  translate(answer: TokenAnswer, settings: SandboxSettings): TokenAnswer
  defaultAccount: string
  accountPattern: RegExp
}

const random = (characters: number) => randomBytes(characters).toString('base64url').slice(0, characters)

const quickbooks: Dialect = {
  name: 'QuickBooks Online',
  // https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0
  routes: {
    authorization: '/connect/oauth2',
    token: '/oauth2/v1/tokens/bearer',
    revocation: '/v2/oauth2/tokens/revoke',
  },
  scopes: ['com.intuit.quickbooks.accounting', 'com.intuit.quickbooks.payment'],
  clientAuth: 'client_secret_basic',
  refresh: true,
  accessTokenSeconds: settings => settings.accessTokenSeconds,
  // about as long as Intuit's encrypted tokens, so that too narrow a column or header would show
  newToken: kind => (kind === 'AccessToken' ? random(900) : `AB11${random(46)}`),
  redirectExtras: account => ({ realmId: account }),
  translate({ status, body }, settings) {
    if (status !== 200) return { status, body }
    const { access_token, refresh_token, expires_in } = body
    const x_refresh_token_expires_in = settings.refreshTokenSeconds
    return {
      status,
      body: { token_type: 'bearer', expires_in, refresh_token, x_refresh_token_expires_in, access_token },
    }
  },
  defaultAccount: '9130357992221046',
  accountPattern: /^\d{5,20}$/,
}

const githubErrors: Record<string, [error: string, description: string]> = {
  invalid_grant: ['bad_verification_code', 'The code passed is incorrect or expired.'],
  invalid_client: ['incorrect_client_credentials', 'The client_id and/or client_secret passed are incorrect.'],
}

const github: Dialect = {
  name: 'GitHub',
  // https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
  routes: { authorization: '/login/oauth/authorize', token: '/login/oauth/access_token', revocation: '/_revoke' },
  scopes: [
    ...[
      'repo',
      'repo:status',
      'public_repo',
      'admin:repo_hook',
      'write:repo_hook',
      'read:repo_hook',
      'admin:org',
      'read:org',
    ],
    ...['gist', 'notifications', 'user', 'read:user', 'user:email', 'workflow', 'read:project', 'project'],
  ],
  clientAuth: 'client_secret_post',
  refresh: false,
  accessTokenSeconds: () => 10 * 365 * 86_400,
  newToken: () => `gho_${random(48).replace(/[-_]/g, '').slice(0, 36)}`,
  redirectExtras: () => ({}),
  translate({ status, body }) {
    if (status === 200) {
      const scope = typeof body['scope'] === 'string' ? body['scope'].split(' ').join(',') : ''
      return { status, body: { access_token: body['access_token'], scope, token_type: 'bearer' } }
    }
    if (status >= 500) return { status, body }
    const [error, error_description] = githubErrors[String(body['error'])] ?? [body['error'], body['error_description']]
    return { status: 200, body: { error, error_description } } // an error too comes with 200
  },
  defaultAccount: 'octocat',
  accountPattern: /^[a-z\d-]{1,39}$/i,
}

export const dialects: Record<OAuthPlatform, Dialect> = { quickbooks, github }
