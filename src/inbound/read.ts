import { createHash } from 'node:crypto'
import { isNumber } from '../calls/json-path.ts'
import { firstGroup } from '../catalogue/pattern.ts'
import type { WebhookDefinition, WebhookField, WebhookShape, WebhookTypeParts } from '../catalogue/schema/webhooks.ts'
import { keptId } from './receiving/kept-id.ts'
import { itemsAt, textsAt, valueFor, type Indices } from './paths.ts'
import type { SignedRequest } from './receiving/verify.ts'
import { webhookJson, type WebhookJson } from './receiving/webhook-json.ts'

/** One thing that a webhook tells about one account. */
export interface InboundItem {
  /** The platform's word for it; `unknown` when it cannot be read. */
  type: string
  /** The platform's own id of it, or the hash of its content. */
  deliveryId: string
  /** Whether the platform itself gave the id. The same id then means the same item whenever it arrives. */
  hasOwnId: boolean
  accountId: string | null
  /** JSON: the bytes as they came, or those of the one item among them. */
  body: Buffer
}

const unknown = 'unknown'

/**
 * What a verified webhook tells, one item for each thing and account. Nothing that was signed is left out: what does not
 * fit the platform's shapes is an item of type `unknown`, beside those that do.
 * @throws HubError `INVALID_REQUEST` when the body is not JSON
 */
export function readItems(definition: WebhookDefinition, request: SignedRequest): InboundItem[] {
  const json = webhookJson(request)
  const readings = definition.shapes.map(shape => readShape(shape, request, json))
  const known = readings.find(items => items.some(item => item.type !== unknown))
  return withoutRepeats(known ?? readings.find(items => items.length > 0) ?? [unknownWhole(json)])
}

function readShape(shape: WebhookShape, request: SignedRequest, json: WebhookJson): InboundItem[] {
  const places =
    shape.each === undefined ? [{ indices: [], body: json.bytes, isWhole: true }] : placesIn(json, shape.each)
  return places.map(place => readItem(shape, request, json.value, place, places.length > 1))
}

interface Place {
  indices: Indices
  body: Buffer
  /** Not only the way to items, of which there are none. */
  isWhole: boolean
}

/** Finds the items. An element on the way to items that holds none is an item itself. */
function placesIn({ text, value }: WebhookJson, each: string): Place[] {
  const ways = [...each.matchAll(/\[\]/g)].map(({ index }) => each.slice(0, index + 2)).filter(way => way !== each)
  const places: Place[] = []
  const passed = new Set<string>()
  for (const path of [each, ...ways.reverse()]) {
    const texts = textsAt(text, path)
    for (const [at, { indices }] of itemsAt(value, path).entries()) {
      if (!passed.has(indices.join())) places.push({ indices, body: Buffer.from(texts[at]!), isWhole: path === each })
      for (let length = 1; length <= indices.length; length++) passed.add(indices.slice(0, length).join())
    }
  }
  return places
}

function readItem(
  shape: WebhookShape,
  request: SignedRequest,
  json: unknown,
  { indices, body, isWhole }: Place,
  several: boolean,
): InboundItem {
  const text = (from: WebhookField) => readField(from, request, json, indices)
  const said = 'paths' in shape.type ? joined(shape.type, json, indices) : text(shape.type)
  const type = isWhole && said !== undefined && eventType.test(said) ? said : unknown
  const accountId = shape.account.map(field => readAccount(field, request, json, indices)).find(id => id !== undefined)
  const given = shape.deliveryId && text(shape.deliveryId)
  const item = { type, accountId: accountId ?? null, body }
  if (given === undefined) return { ...item, deliveryId: hashOf(item), hasOwnId: false }
  // One delivery's id is of several things at once: each gets its place in it.
  const own = several && 'header' in shape.deliveryId! ? `${given}/${indices.join('/')}` : given
  return { ...item, deliveryId: keptId(own), hasOwnId: true }
}

function unknownWhole({ bytes }: WebhookJson): InboundItem {
  const item = { type: unknown, accountId: null, body: bytes }
  return { ...item, deliveryId: hashOf(item), hasOwnId: false }
}

/** The same thing told twice is one; two that bear the same id are two. */
function withoutRepeats(items: InboundItem[]): InboundItem[] {
  const kept = new Map<string, InboundItem>()
  for (const item of items) {
    const first = kept.get(item.deliveryId)
    if (first && hashOf(first) === hashOf(item)) continue
    const deliveryId = first ? `${item.deliveryId}/${hashOf(item)}` : item.deliveryId
    kept.set(deliveryId, { ...item, deliveryId })
  }
  return [...kept.values()]
}

/** What an event type may be made of: it becomes part of the name of a published event. */
const eventType = /^(?=.{1,200}$)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/

function readField(from: WebhookField, request: SignedRequest, json: unknown, indices: Indices): string | undefined {
  const value = 'header' in from ? request.headers[from.header] : valueFor(json, from.path, indices)
  if (typeof value !== 'string' && !isNumber(value)) return undefined
  const text = String(value)
  if (text === '') return undefined
  if ('header' in from || from.pattern === undefined) return text
  return firstGroup(from.pattern, text)
}

/** Reads the account's id. An account whose name cannot be read is nobody's; it must not count as missing. */
function readAccount(from: WebhookField, request: SignedRequest, json: unknown, indices: Indices): string | undefined {
  const text = readField(from, request, json, indices)
  if (text !== undefined) return keptId(text)
  const value = 'header' in from ? undefined : valueFor(json, from.path, indices)
  return typeof value === 'object' && value !== null ? keptId(JSON.stringify(value)) : undefined
}

function joined({ paths, words }: WebhookTypeParts, json: unknown, indices: Indices): string | undefined {
  const parts = paths.map(path => valueFor(json, path, indices))
  if (!parts.every(part => typeof part === 'string')) return undefined
  return parts.map(part => (Object.hasOwn(words, part) ? words[part] : part.toLowerCase())).join('.')
}

function hashOf({ type, accountId, body }: Pick<InboundItem, 'type' | 'accountId' | 'body'>): string {
  return createHash('sha256').update(`${type}\n${accountId}\n`).update(body).digest('hex')
}
