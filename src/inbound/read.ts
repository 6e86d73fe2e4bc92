import { createHash } from 'node:crypto'
import { HubError } from '../errors.ts'
import { readJson } from '../json/read-json.ts'
import { textOf } from '../json/text-of.ts'
import { isNumber } from '../providers/json-path.ts'
import type { WebhookDefinition, WebhookField, WebhookShape, WebhookTypeParts } from '../providers/webhook.ts'
import { itemsAt, textsAt, valueFor, type Indices } from './paths.ts'
import type { SignedRequest } from './verify.ts'

/** One thing that a webhook tells about one account. */
export interface InboundItem {
  /** The platform's word for it; `unknown` when none of its shapes fits. */
  type: string
  /** The platform's own id of it, or the hash of its content. */
  deliveryId: string
  accountId: string | null
  /** JSON: the bytes as they came, or those of the one item among them. */
  body: Buffer
}

/**
 * What a verified webhook tells, one item for each thing and account. Of a body that fits none of the platform's shapes
 * one item of type `unknown` is made: what was signed is kept, and can be seen.
 * @throws HubError `INVALID_REQUEST` when the body is not JSON
 */
export function readItems(definition: WebhookDefinition, request: SignedRequest): InboundItem[] {
  const bytes = jsonBytes(request)
  const text = textOf(bytes)
  const json = parse(text)
  for (const shape of definition.shapes) {
    const found = shape.each === undefined ? [{ indices: [] }] : itemsAt(json, shape.each)
    const texts = shape.each === undefined ? [] : textsAt(text, shape.each)
    const items = found.map(({ indices }, index) => {
      const body = shape.each === undefined ? bytes : Buffer.from(texts[index]!)
      return readItem(shape, request, json, indices, body, found.length > 1)
    })
    const known = items.filter(item => item !== undefined)
    if (known.length > 0) return [...new Map(known.map(item => [item.deliveryId, item])).values()]
  }
  return [{ type: 'unknown', deliveryId: hashOf([bytes]), accountId: null, body: bytes }]
}

function readItem(
  shape: WebhookShape,
  request: SignedRequest,
  json: unknown,
  indices: Indices,
  body: Buffer,
  several: boolean,
): InboundItem | undefined {
  const field = (from: WebhookField) => readField(from, request, json, indices)
  const type = 'paths' in shape.type ? joined(shape.type, json, indices) : field(shape.type)
  if (type === undefined || !eventType.test(type)) return undefined
  const accountId = shape.account.map(field).find(account => account !== undefined) ?? null
  const given = shape.deliveryId && field(shape.deliveryId)
  // One delivery's id is of several things at once: each gets its place in it.
  const own = given !== undefined && several && 'header' in shape.deliveryId! ? `${given}/${indices.join('/')}` : given
  return { type, deliveryId: own ?? hashOf([Buffer.from(`${type}\n${accountId}\n`), body]), accountId, body }
}

/** What an event type may be made of: it becomes part of the name of a published event. */
const eventType = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/
const longest = 200

function readField(from: WebhookField, request: SignedRequest, json: unknown, indices: Indices): string | undefined {
  const value = 'header' in from ? request.headers[from.header] : valueFor(json, from.path, indices)
  if (typeof value !== 'string' && !isNumber(value)) return undefined
  const text = String(value)
  if (text === '' || text.length > longest) return undefined
  if ('header' in from || from.pattern === undefined) return text
  return new RegExp(from.pattern).exec(text)?.[1]
}

function joined({ paths, words }: WebhookTypeParts, json: unknown, indices: Indices): string | undefined {
  const parts = paths.map(path => valueFor(json, path, indices))
  if (!parts.every(part => typeof part === 'string')) return undefined
  return parts.map(part => words[part] ?? part.toLowerCase()).join('.')
}

/** The JSON of a request; some platforms can be set to send it as the `payload` of a form. */
function jsonBytes({ headers, body }: SignedRequest): Buffer {
  if (!headers['content-type']?.includes('application/x-www-form-urlencoded')) return body
  return Buffer.from(new URLSearchParams(body.toString()).get('payload') ?? '')
}

function parse(text: string): unknown {
  try {
    return readJson(text)
  } catch {
    throw new HubError('INVALID_REQUEST', { message: 'The body of a webhook must be JSON.' })
  }
}

function hashOf(parts: Buffer[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}
