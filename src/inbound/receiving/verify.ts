import type { WebhookScheme } from '../../catalogue/schema/webhooks/schemes.ts'
import { isDigest, isHmac, isStandard } from './signatures/hmac.ts'
import { isSignedByKey } from './signatures/public-key.ts'
import { isBasic, showsToken } from './signatures/token.ts'
import type { SignedRequest } from './signed-request.ts'

/** Schemes that need a key from elsewhere. */
export type RemoteScheme = Extract<WebhookScheme, { kind: 'certificate' | 'jwt' }>
/** A token that what an app has suffices for, and that is not verified at once. */
export type SecretTokenScheme = Extract<WebhookScheme, { kind: 'jwt-hmac' }>
/** Those that what an app has suffices for. */
export type LocalScheme = Exclude<WebhookScheme, RemoteScheme | SecretTokenScheme>

/**
 * Whether the sender proves over the raw bytes that it knows one of the app's webhook secrets, and that it was sent now
 * where the scheme says when. Signatures are compared in constant time, with every secret: the time tells nothing of which.
 * @param now Unix time in milliseconds
 */
export function isSigned(scheme: LocalScheme, secrets: string[], request: SignedRequest, now = Date.now()): boolean {
  if (scheme.kind === 'address') return request.addressed === true
  return secrets.map(secret => isSignedWith(scheme, secret, request, now)).includes(true)
}

function isSignedWith(
  scheme: Exclude<LocalScheme, { kind: 'address' }>,
  secret: string,
  request: SignedRequest,
  now: number,
): boolean {
  switch (scheme.kind) {
    case 'hmac':
      return isHmac(scheme, secret, request, now)
    case 'digest':
      return isDigest(scheme, secret, request)
    case 'standard-webhooks':
      return isStandard(scheme, secret, request, now)
    case 'shared-token':
      return showsToken(scheme.in, secret, request)
    case 'basic':
      return isBasic(secret, request)
    case 'ed25519':
    case 'ecdsa-p256':
      return isSignedByKey(scheme, secret, request, now)
  }
}
