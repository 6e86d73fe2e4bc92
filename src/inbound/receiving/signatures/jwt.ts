import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import type { JwtClaim, WebhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import type { WebhookApp } from '../../../provider-apps/webhook-app.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'

type KeySet = ReturnType<typeof createLocalJWKSet>
type JwtScheme = Extract<WebhookScheme, { kind: 'jwt' }>
type Facts = Pick<WebhookApp, 'clientId' | 'fields'>

/** Their clocks and ours. */
const clockToleranceSeconds = 60
const longestToken = 8_192
/** Only what a published key can verify: a secret is none of these keys. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']

/** A key set as platforms publish it (RFC 7517, 5). @throws Error when it is none */
export function keySetIn(body: Buffer): KeySet {
  return createLocalJWKSet(JSON.parse(body.toString()) as JSONWebKeySet)
}

/**
 * Whether a request bears a token that the platform has made for this app (RFC 7519; RFC 8725 of what is checked).
 * @param keysOf gives the platform's keys; `anew` when the token names one that is not among them
 * @param now Unix time in milliseconds
 */
export async function isSignedByToken(
  scheme: JwtScheme,
  app: Facts,
  request: SignedRequest,
  keysOf: (anew: boolean) => Promise<KeySet | undefined>,
  now: number,
): Promise<boolean> {
  const token = tokenIn(request, scheme)
  const audience = audienceOf(scheme, app, request)
  const claims = Object.entries(scheme.claims ?? {}).map(([name, claim]) => [name, claimOf(claim, app)] as const)
  if (token === undefined || audience === undefined || claims.some(([, value]) => value === undefined)) return false
  const expected = {
    ...{ issuer: scheme.issuers, audience, algorithms, requiredClaims: ['exp'] },
    ...{ clockTolerance: clockToleranceSeconds, currentDate: new Date(now) },
  }
  for (const anew of [false, true]) {
    const keys = await keysOf(anew)
    if (!keys) return false
    try {
      const { payload } = await jwtVerify(token, keys, expected)
      return claims.every(([name, value]) => Object.hasOwn(payload, name) && payload[name] === value)
    } catch (error) {
      // A key that is not known may have been published since.
      if (!(error instanceof errors.JWKSNoMatchingKey)) return false
    }
  }
  return false
}

/** A token of three parts, behind its prefix in letters of any size, as HTTP has its schemes. */
function tokenIn(request: SignedRequest, { token: { header, prefix = '' } }: JwtScheme): string | undefined {
  const written = headerOf(request, header)
  if (written === undefined || written.length > longestToken) return undefined
  if (written.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return undefined
  const token = written.slice(prefix.length)
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : undefined
}

function audienceOf({ audience }: JwtScheme, app: Facts, request: SignedRequest): string | undefined {
  if (audience === 'url') return request.url
  return audience === 'client-id' ? (app.clientId ?? undefined) : app.fields[audience.field]
}

function claimOf(claim: JwtClaim, app: Facts): string | boolean | undefined {
  return typeof claim === 'object' ? app.fields[claim.field] : claim
}
