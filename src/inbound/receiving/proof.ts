import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import type { WebhookScheme } from '../../catalogue/schema/webhooks/schemes.ts'
import type { Foundation } from '../../foundation.ts'
import type { WebhookApp } from '../../provider-apps/webhook-app.ts'
import type { Indices } from '../paths.ts'
import { isSignedBySecretToken } from './signatures/jwt.ts'
import { isSignedRemotely } from './signatures/remote.ts'
import { isStoodFor } from './signatures/item-tokens.ts'
import { vouchesFor } from './signatures/token.ts'
import type { SignedRequest } from './signed-request.ts'
import { isSigned, type LocalScheme, type RemoteScheme, type SecretTokenScheme } from './verify.ts'

/**
 * Whether a request proves to be the platform's, by one of its ways. Those that need a key from elsewhere come last.
 * @throws HubError `KEYS_UNAVAILABLE` while the platform's keys cannot be had
 */
export async function isProved(
  hub: Foundation,
  definition: WebhookDefinition,
  app: WebhookApp,
  request: SignedRequest,
): Promise<boolean> {
  const schemes = schemesOf(definition)
  if (schemes.filter(isLocal).some(scheme => isSigned(scheme, app.webhookSecrets, request))) return true
  for (const scheme of schemes.filter(isSecretToken))
    if (await isSignedBySecretToken(scheme, app.webhookSecrets, request, Date.now())) return true
  for (const scheme of schemes.filter(isRemote)) if (await isSignedRemotely(hub, scheme, app, request)) return true
  return false
}

/**
 * Which items of a body are the platform's, where each has to prove it; undefined where the whole is proved at once.
 * @param said what the tokens in it say of those that they stand for
 */
export function vouchedBy(
  definition: WebhookDefinition,
  secrets: string[],
  said: ReadonlySet<string> = new Set(),
): ((json: unknown, indices: Indices) => boolean) | undefined {
  const [scheme, ...others] = schemesOf(definition)
  if (scheme?.kind !== 'shared-token' || !('path' in scheme.in) || others.length > 0) return undefined
  const { path } = scheme.in
  const { itemTokens } = definition
  return (json, indices) =>
    vouchesFor(path, secrets, json, indices) && (!itemTokens || isStoodFor(itemTokens, said, json, indices))
}

const schemesOf = ({ scheme, otherSchemes = [] }: WebhookDefinition) => [scheme, ...otherSchemes]
const isRemote = (scheme: WebhookScheme): scheme is RemoteScheme => ['certificate', 'jwt'].includes(scheme.kind)
const isSecretToken = (scheme: WebhookScheme): scheme is SecretTokenScheme => scheme.kind === 'jwt-hmac'
const isLocal = (scheme: WebhookScheme): scheme is LocalScheme => !isRemote(scheme) && !isSecretToken(scheme)
