import { createSecretKey } from 'node:crypto'
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { BearerPlace, JwtClaim, TokenRules, WebhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import type { WebhookApp } from '../../../provider-apps/webhook-app.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'

export type KeySet = ReturnType<typeof createLocalJWKSet>
type JwtScheme = Extract<WebhookScheme, { kind: 'jwt' }>
type JwtHmacScheme = Extract<WebhookScheme, { kind: 'jwt-hmac' }>
export type TokenFacts = Pick<WebhookApp, 'clientId' | 'fields'>

/** Their clocks and ours. */
const clockToleranceSeconds = 60
export const longestToken = 8_192
/** Only what a published key can verify: a secret is none of these keys. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']

/** A key set as platforms publish it (RFC 7517, 5). @throws Error when it is none */
export function keySetIn(body: Buffer): KeySet {
  return createLocalJWKSet(JSON.parse(body.toString()) as JSONWebKeySet)
}

/**
 * Whether a request bears a token that the platform has made for this app.
 * @param keysOf gives the platform's keys; `anew` when the token names one that is not among them
 * @param now Unix time in milliseconds
 */
export async function isSignedByToken(
  scheme: JwtScheme,
  app: TokenFacts,
  request: SignedRequest,
  keysOf: KeysOf,
  now: number,
): Promise<boolean> {
  const token = tokenIn(request, scheme.token)
  return token !== undefined && (await verifiedClaims(token, scheme, app, request.url, keysOf, now)) !== undefined
}

/** Gives a platform's keys: `anew` when those that are known do not suffice. */
export type KeysOf = (anew: boolean) => Promise<KeySet | undefined>

/**
 * What a token says that the platform has made for this app, and that lasts (RFC 7519; RFC 8725 of what is checked); undefined
 * for any other. @param now Unix time in milliseconds
 */
export async function verifiedClaims(
  token: string,
  rules: TokenRules,
  app: TokenFacts,
  url: string | undefined,
  keysOf: KeysOf,
  now: number,
): Promise<JWTPayload | undefined> {
  const audience = audienceOf(rules, app, url)
  const claims = Object.entries(rules.claims ?? {}).map(([name, claim]) => [name, claimOf(claim, app)] as const)
  if (audience === undefined || claims.some(([, value]) => value === undefined)) return undefined
  const expected = { issuer: rules.issuers, audience, algorithms, ...living(now) }
  for (const anew of [false, true]) {
    const keys = await keysOf(anew)
    if (!keys) return undefined
    try {
      const { payload } = await jwtVerify(token, keys, expected)
      const saysAll = claims.every(([name, value]) => Object.hasOwn(payload, name) && payload[name] === value)
      return saysAll ? payload : undefined
    } catch (error) {
      // A key that is not known may have been published since.
      if (!(error instanceof errors.JWKSNoMatchingKey)) return undefined
    }
  }
  return undefined
}

/**
 * Whether a request bears a token that was made with one of the secrets, and lasts. Another algorithm than HS256 is none: what a
 * platform publishes would else be a secret. @param now Unix time in milliseconds
 */
export async function isSignedBySecretToken(
  scheme: JwtHmacScheme,
  secrets: string[],
  request: SignedRequest,
  now: number,
): Promise<boolean> {
  const token = tokenIn(request, scheme.token)
  if (token === undefined) return false
  // Nothing is a key that everybody knows.
  const tried = secrets.filter(Boolean).map(secret =>
    jwtVerify(token, createSecretKey(secret, 'utf8'), { algorithms: ['HS256'], ...living(now) }).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(tried)).includes(true)
}

/** What every token has to say: when it ends. */
const living = (now: number) => ({
  ...{ requiredClaims: ['exp'], clockTolerance: clockToleranceSeconds, currentDate: new Date(now) },
})

/** A token of three parts, behind its prefix in letters of any size, as HTTP has its schemes. */
function tokenIn(request: SignedRequest, { header, prefix = '' }: BearerPlace): string | undefined {
  const written = headerOf(request, header)
  if (written === undefined || written.length > longestToken) return undefined
  if (written.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return undefined
  const token = written.slice(prefix.length)
  // Base64 that ends in bits which mean nothing is not what a platform writes.
  const isWritten = (part: string) => part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
  const parts = token.split('.')
  return parts.length === 3 && parts.every(isWritten) ? token : undefined
}

function audienceOf({ audience }: TokenRules, app: TokenFacts, url: string | undefined): string | undefined {
  if (audience === 'url') return url
  return audience === 'client-id' ? (app.clientId ?? undefined) : app.fields[audience.field]
}

function claimOf(claim: JwtClaim, app: TokenFacts): string | boolean | undefined {
  return typeof claim === 'object' ? app.fields[claim.field] : claim
}
