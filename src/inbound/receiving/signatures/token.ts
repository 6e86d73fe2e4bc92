import type { TokenPlace } from '../../../catalogue/schema/webhooks/schemes.ts'
import { itemsAt, valueFor, type Indices } from '../../paths.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'
import { webhookJson } from '../webhook-json.ts'
import { decoded } from './given.ts'
import { sameText } from './same-secret.ts'

/** Whether a request shows the secret itself: in the body, at least one of the items does. */
export function showsToken(place: TokenPlace, secret: string, request: SignedRequest): boolean {
  if ('path' in place) return shownIn(place.path, secret, request)
  const shown = 'header' in place ? behind(headerOf(request, place.header), place.prefix) : request.query?.[place.query]
  return typeof shown === 'string' && sameText(shown, secret)
}

/** HTTP Basic (RFC 7617), whose secret is `user:password`. */
export function isBasic(secret: string, request: SignedRequest): boolean {
  // Without a colon it is none of these, and may be a key that everybody sees.
  if (!secret.includes(':')) return false
  const [, credentials = ''] = /^basic +(\S+)$/i.exec(headerOf(request, 'authorization') ?? '') ?? []
  const shown = decoded(credentials, '', 'base64')
  return shown !== undefined && sameText(shown.toString(), secret)
}

/**
 * Whether an item of a body shows one of the secrets: a platform's batch may mix what several subscriptions were told, and one
 * of them that nobody here made vouches for nothing.
 */
export function vouchesFor(path: string, secrets: string[], json: unknown, indices: Indices): boolean {
  const isOurs = (shown: unknown) =>
    typeof shown === 'string' && secrets.map(secret => sameText(shown, secret)).includes(true)
  if (indices.length >= path.split('[]').length - 1) return isOurs(valueFor(json, path, indices))
  // What holds several items is vouched for by all of them together.
  const within = itemsAt(json, path.slice(0, path.lastIndexOf('[]') + 2)).filter(item =>
    indices.every((index, at) => item.indices[at] === index),
  )
  return within.length > 0 && within.every(item => isOurs(valueFor(json, path, item.indices)))
}

function shownIn(path: string, secret: string, request: SignedRequest): boolean {
  try {
    const shown = itemsAt(webhookJson(request).value, path).map(({ value }) => value)
    return shown.map(value => typeof value === 'string' && sameText(value, secret)).includes(true)
  } catch {
    // What cannot be read shows nothing.
    return false
  }
}

function behind(text: string | undefined, prefix = ''): string | undefined {
  return text?.startsWith(prefix) ? text.slice(prefix.length) : undefined
}
