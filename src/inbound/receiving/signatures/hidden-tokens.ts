import type { WebhookDefinition } from '../../../catalogue/schema/webhooks.ts'
import { textsAt } from '../../paths.ts'

const hidden = '"…"'

/**
 * An item of a webhook as it is kept and passed on: a token that stands in it is the app's secret, and is not told. The rest stays
 * as it was written.
 * @param at where the item stands in the body, such as `value[0]`; empty for the whole body
 */
export function withoutTokens({ scheme, otherSchemes = [] }: WebhookDefinition, body: Buffer, at: string): Buffer {
  const place = at.replace(/\[\d+\]/g, '[]')
  let text: string | undefined
  for (const one of [scheme, ...otherSchemes]) {
    if (one.kind !== 'shared-token' || !('path' in one.in)) continue
    const path = pathWithin(place, one.in.path)
    if (path === undefined) continue
    text ??= body.toString()
    // As it was written, which may be with escapes.
    for (const token of textsAt(text, path)) if (token.startsWith('"')) text = hide(text, token)
  }
  return text === undefined ? body : Buffer.from(text)
}

function pathWithin(place: string, path: string): string | undefined {
  if (place === '') return path
  return path.startsWith(`${place}.`) ? path.slice(place.length + 1) : undefined
}

/** A value begins behind no backslash, and is no name that a colon follows. */
function hide(text: string, token: string): string {
  const literal = token.replace(/[^\w\s]/g, '\\$&')
  return text.replace(new RegExp(`(?<!\\\\)${literal}(?!\\s*:)`, 'g'), hidden)
}
