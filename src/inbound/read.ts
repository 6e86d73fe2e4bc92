import { createHash } from 'node:crypto'
import type { WebhookDefinition } from '../catalogue/schema/webhooks.ts'
import type { WebhookShape } from '../catalogue/schema/webhooks/shapes.ts'
import { HubError } from '../errors.ts'
import { readAccount, readDeliveryId, readType, type Reading } from './fields.ts'
import { itemsAt, textsAt, valueFor, type Indices } from './paths.ts'
import type { SignedRequest } from './receiving/signed-request.ts'
import { withoutTokens } from './receiving/signatures/hidden-tokens.ts'
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
 * @param vouches which items are the platform's, where each has to prove it
 * @throws HubError `INVALID_REQUEST` when the body is not JSON; `SIGNATURE_INVALID` when none of its items is the platform's
 */
export function readItems(
  definition: WebhookDefinition,
  request: SignedRequest,
  vouches?: (json: unknown, indices: Indices) => boolean,
): InboundItem[] {
  const json = webhookJson(request, definition)
  const isVouched = vouches && ((indices: Indices) => vouches(json.value, indices))
  const readings = definition.shapes.map(shape => readShape(definition, shape, request, json, isVouched))
  const known = definition.shapesTogether === true ? together(readings) : readings.find(hasKnown)
  const found = known ?? readings.find(items => items.length > 0)
  if (found === undefined && isVouched) throw new HubError('SIGNATURE_INVALID')
  return withoutRepeats((found ?? [{ at: '', item: unknownWhole(json) }]).map(({ item }) => item))
}

/** An item, and where in the body it stands. */
interface ReadItem {
  at: string
  item: InboundItem
}

const hasKnown = (items: ReadItem[]) => items.some(({ item }) => item.type !== unknown)

/** Each item by the first shape that knows it. What none knows is left, but for what only held items on the way to others. */
function together(readings: ReadItem[][]): ReadItem[] | undefined {
  if (!readings.some(hasKnown)) return undefined
  const byPlace = new Map<string, ReadItem>()
  for (const read of readings.flat())
    if (read.item.type !== unknown && !byPlace.has(read.at)) byPlace.set(read.at, read)
  const holders = new Set([...byPlace.keys()].flatMap(prefixesOf))
  for (const read of readings.flat())
    if (!byPlace.has(read.at) && !holders.has(read.at) && !prefixesOf(read.at).some(at => byPlace.has(at)))
      byPlace.set(read.at, read)
  return [...byPlace.values()]
}

/** The places around a place: each list on the way, and the whole body. */
function prefixesOf(at: string): string[] {
  if (at === '') return []
  return ['', ...[...at.matchAll(/\[\d+\]/g)].map(({ index, 0: step }) => at.slice(0, index + step.length))].filter(
    prefix => prefix !== at,
  )
}

function readShape(
  definition: WebhookDefinition,
  shape: WebhookShape,
  request: SignedRequest,
  json: WebhookJson,
  isVouched: ((indices: Indices) => boolean) | undefined,
): ReadItem[] {
  const whole = { indices: [], body: json.bytes, isWhole: true, at: '' }
  const places = shape.each === undefined ? [whole] : placesIn(json, shape.each)
  const own = isVouched ? places.filter(({ indices }) => isVouched(indices)) : places
  return own.map(place => {
    const body = withoutTokens(definition, place.body, place.at)
    return { at: place.at, item: readItem(shape, request, json.value, { ...place, body }, places.length > 1) }
  })
}

interface Place {
  indices: Indices
  body: Buffer
  /** Not only the way to items, of which there are none. */
  isWhole: boolean
  /** Its path, with the index taken in each array. */
  at: string
}

/** Finds the items. An element on the way to items that holds none is an item itself. */
function placesIn({ text, value }: WebhookJson, each: string): Place[] {
  const ways = [...each.matchAll(/\[\]/g)].map(({ index }) => each.slice(0, index + 2)).filter(way => way !== each)
  const places: Place[] = []
  const passed = new Set<string>()
  for (const path of [each, ...ways.reverse()]) {
    const texts = textsAt(text, path)
    for (const [at, { indices }] of itemsAt(value, path).entries()) {
      if (!passed.has(indices.join()))
        places.push({ indices, body: Buffer.from(texts[at]!), isWhole: path === each, at: placeOf(path, indices) })
      for (let length = 1; length <= indices.length; length++) passed.add(indices.slice(0, length).join())
    }
  }
  return places
}

/** A path with the index taken in each of its arrays. */
function placeOf(path: string, indices: Indices): string {
  let taken = 0
  return path.replaceAll('[]', () => `[${indices[taken++]}]`)
}

function readItem(
  shape: WebhookShape,
  request: SignedRequest,
  json: unknown,
  { indices, body, isWhole }: Place,
  several: boolean,
): InboundItem {
  const reading: Reading = { request, json, indices }
  const fits = isWhole && (shape.when === undefined || (valueFor(json, shape.when, indices) ?? null) !== null)
  const type = (fits ? readType(shape.type, reading) : undefined) ?? unknown
  const accountId = shape.account.map(field => readAccount(field, reading)).find(id => id !== undefined)
  const given = shape.deliveryId && readDeliveryId(shape.deliveryId, reading, several)
  const item = { type, accountId: accountId ?? null, body }
  if (given === undefined) return { ...item, deliveryId: hashOf(item), hasOwnId: false }
  return { ...item, deliveryId: given, hasOwnId: true }
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

function hashOf({ type, accountId, body }: Pick<InboundItem, 'type' | 'accountId' | 'body'>): string {
  return createHash('sha256').update(`${type}\n${accountId}\n`).update(body).digest('hex')
}
