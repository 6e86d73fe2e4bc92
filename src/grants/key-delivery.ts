import type { KeyDelivery } from '../catalogue/schema/auth-key.ts'
import { valueAt } from '../calls/json-path.ts'
import { addressOf } from './asking/address.ts'
import { randomState, type Asking, type Authorization } from './authorize.ts'
import type { Way } from './grant.ts'
import { keyGrant } from './key.ts'

/**
 * A person agrees at the platform, which then sends a key to the hub by itself
 * (https://woocommerce.github.io/woocommerce-rest-api-docs/#rest-api-keys): good until it is withdrawn.
 */
export function keyDelivery(method: KeyDelivery): Way {
  return {
    obtain: async (_, { fields = {} }) => keyGrant(Object.keys(method.delivery.fields), fields),
    renews: () => false,
    renew: async (_, kept) => keyGrant(Object.keys(method.delivery.fields), kept.fields ?? {}),
    ends: false,
    end: async () => false,
  }
}

/**
 * The address to send a person to. The state is in it twice: the platform says it when it delivers the key, the person's
 * browser when it comes back.
 * @throws HubError `INVALID_REQUEST` when the configuration lacks what the address needs
 */
export function deliveryOf(method: KeyDelivery, asking: Asking, deliverTo: string): Authorization {
  const url = new URL(addressOf(asking, method.authorize))
  const state = randomState()
  for (const [name, value] of Object.entries(method.authorizeParams ?? {})) url.searchParams.set(name, value)
  url.searchParams.set(method.stateParam, state)
  url.searchParams.set(method.returnParam, `${asking.redirectUri}?${new URLSearchParams({ state }).toString()}`)
  url.searchParams.set(method.deliverParam, deliverTo)
  return { url: url.href, state, verifier: undefined }
}

/** What a delivery says: which attempt it is for, and the key; undefined where something is missing. */
export function deliveredIn(
  method: KeyDelivery,
  body: unknown,
): { state: string; fields: Record<string, string> } | undefined {
  const text = (path: string) => {
    const value = valueAt(body, path)
    return typeof value === 'string' && /^[\x21-\x7e]{1,2000}$/.test(value) ? value : undefined
  }
  const state = text(method.delivery.state)
  const found = Object.entries(method.delivery.fields).map(([name, path]) => [name, text(path)] as const)
  if (state === undefined || found.some(([, value]) => value === undefined)) return undefined
  return { state, fields: Object.fromEntries(found) as Record<string, string> }
}
