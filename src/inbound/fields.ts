import { isNumber } from '../calls/json-path.ts'
import { firstGroup } from '../catalogue/pattern.ts'
import type {
  WebhookAccount,
  WebhookDeliveryId,
  WebhookField,
  WebhookType,
  WebhookTypeParts,
} from '../catalogue/schema/webhooks/shapes.ts'
import { readJson } from '../json/read-json.ts'
import { valueFor, type Indices } from './paths.ts'
import { keptId } from './receiving/kept-id.ts'
import type { SignedRequest } from './receiving/signed-request.ts'

/** One item of a webhook that is being read. */
export interface Reading {
  request: SignedRequest
  json: unknown
  /** Where in the body the item stands. */
  indices: Indices
}

/** What an event type may be made of: it becomes part of the name of a published event. */
const eventType = /^(?=.{1,200}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

/** The type of an item; undefined when there is none that could name an event. */
export function readType(from: WebhookType, reading: Reading): string | undefined {
  const said = writtenType(from, reading)
  return said !== undefined && eventType.test(said) ? said : undefined
}

function writtenType(from: WebhookType, reading: Reading): string | undefined {
  if ('constant' in from) return from.constant
  if ('paths' in from) return joined(from, reading)
  const said = readField(from, reading)
  return from.split === undefined ? said : said?.split(from.split).join('.')
}

function joined({ paths, words }: WebhookTypeParts, { json, indices }: Reading): string | undefined {
  const parts = paths.map(part => {
    const value = valueFor(json, typeof part === 'string' ? part : part.path, indices)
    if (typeof part === 'object' && typeof value === 'string') return firstGroup(part.pattern, value)
    return isNumber(value) ? String(value) : value
  })
  if (!parts.every(part => typeof part === 'string')) return undefined
  return parts.map(part => (Object.hasOwn(words, part) ? words[part] : part.toLowerCase())).join('.')
}

/**
 * The platform's own id of an item, as it is kept; undefined when there is none.
 * @param several whether one delivery tells of several things: an id in its headers is then of all of them, and each gets its
 * place in it
 */
export function readDeliveryId(from: WebhookDeliveryId, reading: Reading, several: boolean): string | undefined {
  const fields = 'joined' in from ? from.joined : [from]
  const parts = fields.map(field => readField(field, reading))
  if (!parts.every(part => part !== undefined)) return undefined
  // A part that holds what joins them is written otherwise, so that different parts stay different ids.
  const id = parts.length === 1 ? parts[0]! : parts.map(part => part.replace(/[%/]/g, encodeURIComponent)).join('/')
  return keptId(several && !fields.some(field => 'path' in field) ? `${id}/${reading.indices.join('/')}` : id)
}

/** Reads the account's id. An account whose name cannot be read is nobody's; it must not count as missing. */
export function readAccount(from: WebhookAccount, reading: Reading): string | undefined {
  const text = readField(from, reading)
  if (text !== undefined) return keptId(`${from.prefix ?? ''}${text}`)
  const value = valueOf(from, reading)
  return typeof value === 'object' && value !== null ? keptId(JSON.stringify(value)) : undefined
}

function readField(from: WebhookField, reading: Reading): string | undefined {
  const value = valueOf(from, reading)
  if (typeof value !== 'string' && !isNumber(value)) return undefined
  const text = String(value)
  if (text === '') return undefined
  return from.pattern === undefined ? text : firstGroup(from.pattern, text)
}

function valueOf(from: WebhookField, { request, json, indices }: Reading): unknown {
  // A header that comes in several lines is no text.
  if ('header' in from) return textOnly(request.headers[from.header])
  if ('query' in from) return textOnly(request.query?.[from.query])
  const value = valueFor(json, from.path, indices)
  return 'inside' in from ? valueFor(decoded(value, from.decode), from.inside, []) : value
}

const textOnly = (value: unknown) => (typeof value === 'string' ? value : undefined)

function decoded(value: unknown, decode: 'json' | 'base64-json'): unknown {
  if (typeof value !== 'string') return undefined
  try {
    return readJson(decode === 'json' ? value : Buffer.from(value, 'base64').toString())
  } catch {
    return undefined
  }
}
