import { decodeJwt } from 'jose'
import type { WebhookDefinition } from '../../../catalogue/schema/webhooks.ts'
import type { ItemTokens } from '../../../catalogue/schema/webhooks/schemes.ts'
import type { Foundation } from '../../../foundation.ts'
import type { WebhookApp } from '../../../provider-apps/webhook-app.ts'
import { itemsAt, valueFor, type Indices } from '../../paths.ts'
import type { SignedRequest } from '../signed-request.ts'
import { webhookJson } from '../webhook-json.ts'
import { longestToken, verifiedClaims } from './jwt.ts'
import { publishedFor } from './remote.ts'

/** A batch is about a few organisations. */
const mostTokens = 20
/** What stands in an issuer's address. */
const plain = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

/**
 * What the valid ones of a body's tokens say of the items that they stand for; undefined where the platform sends none.
 * @throws HubError `KEYS_UNAVAILABLE` while the platform's keys cannot be had; `INVALID_REQUEST` when the body is not JSON
 */
export async function saidByTokens(
  hub: Foundation,
  definition: WebhookDefinition,
  app: WebhookApp,
  request: SignedRequest,
  now = Date.now(),
): Promise<ReadonlySet<string> | undefined> {
  const { itemTokens } = definition
  if (itemTokens === undefined) return undefined
  const { path, same, forms } = itemTokens
  const said = new Set<string>()
  const tokens = itemsAt(webhookJson(request, definition).value, path).slice(0, mostTokens)
  if (tokens.length === 0) return said
  const { keysAt } = await publishedFor(hub, app)
  for (const { value: token } of tokens) {
    const claim = typeof token === 'string' ? claimedBy(token, same.claim) : undefined
    if (claim === undefined || said.has(claim)) continue
    for (const form of forms) {
      const issuers = form.issuers.map(issuer => issuer.replaceAll(`{${same.claim}}`, claim))
      const rules = { ...form, issuers }
      if (!(await verifiedClaims(token as string, rules, app, request.url, keysAt(form.keys), now))) continue
      said.add(claim)
      break
    }
  }
  return said
}

/** Whether an item needs no token, or one stands for it. */
export function isStoodFor(
  { of, same }: ItemTokens,
  said: ReadonlySet<string>,
  json: unknown,
  indices: Indices,
): boolean {
  const isSaid = (at: Indices) => {
    const value = valueFor(json, same.path, at)
    return typeof value === 'string' && said.has(value)
  }
  if (indices.length >= of.split('[]').length - 1)
    return (valueFor(json, of, indices) ?? null) === null || isSaid(indices)
  // What holds several items is stood for with all of them.
  return itemsAt(json, of)
    .filter(item => item.value !== null && indices.every((index, at) => item.indices[at] === index))
    .every(item => isSaid(item.indices))
}

/** What a token says, before anything has verified it. */
function claimedBy(token: string, claim: string): string | undefined {
  if (token.length > longestToken) return undefined
  try {
    const said = decodeJwt(token)[claim]
    return typeof said === 'string' && plain.test(said) ? said : undefined
  } catch {
    return undefined
  }
}
