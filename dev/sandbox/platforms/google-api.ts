import { type Exchange, bearerToken, readBody, sendJson } from '../http.ts'
import type { SandboxPlatform } from '../platform.ts'
import type { Granted, Tools } from '../tools.ts'
import { email, people } from './google.ts'
import { serviceAccount } from './google-service.ts'

// What the APIs of Google have in common.

/** An error as its APIs write it. */
export function fault(code: number, status: string, reason: string, message: string) {
  return { error: { code, message, errors: [{ message, domain: 'global', reason }], status } }
}

export function refuse({ res }: Exchange, code: number, status: string, reason: string, message: string): void {
  sendJson(res, code, fault(code, status, reason, message))
}

/** Whose call it is, where it may be made with any of the scopes; else it is answered with what is wrong. */
export function permitted(exchange: Exchange, tools: Tools, scopes: string[]): Granted | undefined {
  const granted = tools.granted(bearerToken(exchange.req))
  if (!granted) {
    refuse(exchange, 401, 'UNAUTHENTICATED', 'authError', 'Request had invalid authentication credentials.')
    return undefined
  }
  if (granted.scope.split(' ').some(scope => scopes.includes(scope))) return granted
  const message = 'Request had insufficient authentication scopes.'
  refuse(exchange, 403, 'PERMISSION_DENIED', 'insufficientPermissions', message)
  return undefined
}

/** What is the same at each of its platforms; false for what is not. */
export async function answerCommon(exchange: Exchange, tools: Tools): Promise<boolean> {
  const { req, res, host, path, query } = exchange
  if (host === 'oauth2.googleapis.com' && path === '/revoke' && req.method === 'POST') {
    // https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke: no client proves itself.
    const token = query.get('token') ?? new URLSearchParams((await readBody(req)).toString()).get('token') ?? ''
    const grantId = tools.grantIdOf(token)
    if (!grantId) sendJson(res, 400, { error: 'invalid_token', error_description: 'Token expired or revoked' })
    else {
      tools.endGrant(grantId)
      sendJson(res, 200, {})
    }
  } else if (host === 'oauth2.googleapis.com' && path === '/tokeninfo') {
    const granted = tools.granted(query.get('access_token') ?? bearerToken(req))
    if (!granted) sendJson(res, 400, { error: 'invalid_token', error_description: 'Invalid Value' })
    else sendJson(res, 200, tokenInfo(granted))
  } else if (host === 'openidconnect.googleapis.com' && path === '/v1/userinfo') {
    const granted = tools.granted(bearerToken(req))
    const known = granted?.scope.split(' ').some(scope => ['openid', 'email', email].includes(scope))
    if (granted && known) sendJson(res, 200, { sub: granted.account, ...addressOf(granted) })
    else sendJson(res, 401, { error: 'invalid_request', error_description: 'Invalid Credentials' })
  } else return false
  return true
}

/** The address is told where its scope was granted. */
function addressOf({ account, scope }: Granted): Record<string, unknown> {
  const told = scope.split(' ').some(name => name === 'email' || name === email)
  return told ? { email: people[account] ?? serviceAccount.email, email_verified: true } : {}
}

function tokenInfo(granted: Granted): Record<string, unknown> {
  const { clientId, account, scope, expiresAt } = granted
  const expires_in = String(Math.max(0, Math.round(expiresAt - Date.now() / 1000)))
  return {
    azp: clientId,
    aud: clientId,
    sub: account,
    scope,
    exp: String(expiresAt),
    expires_in,
    ...addressOf(granted),
  }
}

/** The words of its quotas: https://developers.google.com/workspace/gmail/api/guides/handle-errors */
export const refusal: NonNullable<SandboxPlatform['refusal']> = status => {
  switch (status) {
    case 429:
      return { body: fault(429, 'RESOURCE_EXHAUSTED', 'rateLimitExceeded', 'Rate Limit Exceeded') }
    case 500:
      return { body: fault(500, 'INTERNAL', 'internalError', 'Internal error encountered.') }
    case 503:
      return { body: fault(503, 'UNAVAILABLE', 'backendError', 'The service is currently unavailable.') }
  }
}
