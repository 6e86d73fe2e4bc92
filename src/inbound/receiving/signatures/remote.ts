import { addressAt } from '../../../calls/hosts.ts'
import type { Foundation } from '../../../foundation.ts'
import type { WebhookApp } from '../../../provider-apps/webhook-app.ts'
import type { SignedRequest } from '../signed-request.ts'
import type { RemoteScheme } from '../verify.ts'
import { certificatesIn, isSignedByCertificate } from './certificate.ts'
import { isSignedByToken, keySetIn } from './jwt.ts'
import { Published, type Asking } from './published.ts'

/** What each hub has fetched from platforms to verify by. */
const published = new WeakMap<Foundation, ReturnType<typeof nothingFetched>>()
const nothingFetched = () => ({ keys: new Published(keySetIn), certificates: new Published(certificatesIn) })

/**
 * Whether a request is signed by a key that its platform publishes.
 * @throws HubError `KEYS_UNAVAILABLE` while the key cannot be had
 */
export async function isSignedRemotely(
  hub: Foundation,
  scheme: RemoteScheme,
  app: WebhookApp,
  request: SignedRequest,
  now = Date.now(),
): Promise<boolean> {
  const { keysAt, chainAt } = await publishedFor(hub, app)
  switch (scheme.kind) {
    case 'jwt':
      return isSignedByToken(scheme, app, request, keysAt(scheme.keys), now)
    case 'certificate':
      return isSignedByCertificate(scheme, app.webhookSecrets, request, chainAt, now)
  }
}

/** What platforms publish, as an app has it fetched. */
export async function publishedFor(hub: Foundation, app: WebhookApp) {
  const { keys, certificates } = published.get(hub) ?? published.set(hub, nothingFetched()).get(hub)!
  const outgoing = app.workspaceId === null ? hub.outgoing : await hub.outgoing.of(app.workspaceId)
  const asking = (url: string): Asking => ({
    app: app.providerAppId ?? 'environment',
    outgoing,
    url: addressAt({ definition: { name: 'The platform' }, baseUrls: app.baseUrls, config: {} }, url),
  })
  return {
    keysAt: (url: string) => (anew: boolean) => keys.at(asking(url), anew),
    chainAt: (url: string) => certificates.at(asking(url)),
  }
}
