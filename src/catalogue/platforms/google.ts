import type { AuthMethod } from '../schema/auth.ts'
import type { CallErrors, IdentityDefinition } from '../schema/calls.ts'

// What the platforms of Google have in common.

type OAuth = Extract<AuthMethod, { kind: 'oauth2' }>
type Service = Extract<AuthMethod, { kind: 'jwt_assertion' }>

const email = 'https://www.googleapis.com/auth/userinfo.email'

/** By these it is known whose account a grant is to. */
export const identityScopes = {
  openid: 'Know who the person is',
  [email]: 'See the e-mail address of the account',
}

/** https://developers.google.com/identity/openid-connect/openid-connect#obtaininguserprofileinformation */
export const identity = { host: 'accounts', get: '/v1/userinfo', id: 'sub', name: 'email' } satisfies IdentityDefinition

export const accounts = 'https://openidconnect.googleapis.com'

/** https://developers.google.com/identity/protocols/oauth2/web-server; without `prompt` only the first consent gives a refresh token. */
export const oauth = {
  kind: 'oauth2',
  id: 'oauth',
  authorize: 'https://accounts.google.com/o/oauth2/v2/auth',
  token: 'https://oauth2.googleapis.com/token',
  authorizeParams: { access_type: 'offline', prompt: 'consent' },
  revoke: { kind: 'rfc7009', url: 'https://oauth2.googleapis.com/revoke' },
  clientAuth: 'body',
  requiredScopes: ['openid', email],
  lifetime: { access: '1h' },
  // Said where a person or an administrator has given access for a time only.
  refreshExpiresIn: 'refresh_token_expires_in',
  deadGrant: ['invalid_grant', 'invalid_rapt'],
  badClient: ['deleted_client', 'disabled_client'],
} satisfies Omit<OAuth, 'defaultScopes'>

const keyFields = [
  {
    name: 'clientEmail',
    label: "The service account's e-mail address",
    help: '`client_email` of its key file: Google Cloud console, IAM & Admin, Service accounts, Keys, Add key',
    pattern: '^[^@\\s]+@[^@\\s]+\\.gserviceaccount\\.com$',
  },
  {
    name: 'privateKey',
    label: 'Private key',
    help: '`private_key` of its key file, with its first and its last line',
    pattern: 'BEGIN( RSA)? PRIVATE KEY',
    secret: true,
  },
]

const assertion = {
  algorithm: 'RS256' as const,
  key: '{privateKey}',
  claims: { iss: '{clientEmail}', aud: 'https://oauth2.googleapis.com/token' },
  life: '1h' as const,
}

/** https://developers.google.com/identity/protocols/oauth2/service-account */
export const serviceAccount = {
  kind: 'jwt_assertion',
  id: 'service-account',
  token: 'https://oauth2.googleapis.com/token',
  fields: keyFields,
  assertion,
  scopesIn: 'claim',
  requiredScopes: ['openid', email],
  lifetime: { access: '1h' },
  deadGrant: ['invalid_grant', 'unauthorized_client', 'access_denied'],
} satisfies Service

/** The same in the name of a person, whose administrator has allowed it for the scopes: domain-wide delegation. */
export const delegated = {
  ...serviceAccount,
  id: 'delegated',
  fields: [
    ...keyFields,
    {
      name: 'subject',
      label: 'E-mail address of the person',
      help: 'Of the domain whose administrator has allowed the service account: Admin console, Security, API controls, Domain-wide delegation',
      pattern: '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$',
    },
  ],
  assertion: { ...assertion, claims: { ...assertion.claims, sub: '{subject}' } },
} satisfies Service

/** https://developers.google.com/workspace/gmail/api/guides/handle-errors, and the same of the others. */
export const errors = {
  code: ['error.errors.0.reason', 'error.status'],
  meanings: {
    authError: 'dead-grant',
    UNAUTHENTICATED: 'dead-grant',
    rateLimitExceeded: 'rate-limited',
    userRateLimitExceeded: 'rate-limited',
    quotaExceeded: 'rate-limited',
    dailyLimitExceeded: 'rate-limited',
    RESOURCE_EXHAUSTED: 'rate-limited',
    backendError: 'unavailable',
    internalError: 'unavailable',
    UNAVAILABLE: 'unavailable',
    notFound: 'not-found',
    NOT_FOUND: 'not-found',
    conditionNotMet: 'stale',
    duplicate: 'duplicate',
    ALREADY_EXISTS: 'duplicate',
    invalid: 'rejected',
    badRequest: 'rejected',
    INVALID_ARGUMENT: 'rejected',
  },
} satisfies CallErrors
