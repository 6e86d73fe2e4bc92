import { createHmac } from 'node:crypto'
import type {
  HandshakeAnswer,
  HandshakeCondition,
  HandshakeValue,
  WebhookAcknowledgement,
  WebhookHandshake,
} from '../../catalogue/schema/webhooks/challenge.ts'
import { textOf } from '../../json/text-of.ts'
import { valueFor } from '../paths.ts'
import { sameText } from './signatures/same-secret.ts'
import type { SignedRequest } from './signed-request.ts'

/** What is sent back to a platform that asks whether this address is ours. */
export interface HandshakeReply {
  status: 200 | 204
  headers?: Record<string, string>
  /** Plain text, or the members of a JSON object; neither where only the status counts. */
  body?: string | Record<string, unknown>
  /** XML in its place. */
  xml?: string
}

/** A request that may be a handshake. */
export interface Asked {
  method: string
  query: Record<string, unknown>
  /** The secrets that sign, the current one first. */
  secrets: readonly string[]
  /** What the token of a question may be. */
  tokens: readonly string[]
  /** The feeds that were asked for. */
  topics: readonly string[]
}

/**
 * The reply to a handshake that is in no body and is not signed; undefined when it is none, or its token is wrong. Whoever knows
 * the address may ask: the reply tells nothing but that it is there.
 */
export function answerQuestion(handshakes: readonly WebhookHandshake[], asked: Asked): HandshakeReply | undefined {
  for (const handshake of handshakes) {
    const reply = questionOf(handshake, asked)
    if (reply) return reply
  }
  return undefined
}

function questionOf(handshake: WebhookHandshake, asked: Asked): HandshakeReply | undefined {
  const { method, query, tokens, secrets } = asked
  const said = (name: string) => (typeof query[name] === 'string' ? query[name] : undefined)
  if (handshake.kind === 'ping') {
    return handshake.method !== 'POST' && handshake.method === method ? { status: 200 } : undefined
  }
  if (handshake.kind === 'websub') return method === 'GET' ? webSub(said, asked.topics) : undefined
  if (handshake.kind !== 'query' || handshake.method !== method) return undefined
  if (Object.entries(handshake.where ?? {}).some(([name, value]) => said(name) !== value)) return undefined
  if (handshake.token !== undefined) {
    const token = said(handshake.token)
    if (token === undefined || !tokens.some(one => sameText(one, token))) return undefined
  }
  return replyOf(handshake.answer, said(handshake.value), secrets)
}

/** Confirms what was asked for and no other, and the end of what is not asked for any more (WebSub, 5.3). */
function webSub(said: (name: string) => string | undefined, topics: readonly string[]): HandshakeReply | undefined {
  const wanted = topics.includes(said('hub.topic') ?? '')
  const mode = said('hub.mode')
  if (mode === 'denied') return { status: 200 }
  if (mode !== (wanted ? 'subscribe' : 'unsubscribe')) return undefined
  return replyOf({ text: 'echo' }, said('hub.challenge'), [])
}

/** The reply to a handshake in a body that was verified; undefined when it is none. */
export function answerBody(
  handshakes: readonly WebhookHandshake[],
  body: Buffer,
  secrets: readonly string[],
): HandshakeReply | undefined {
  const inBody = handshakes.filter(handshake => handshake.kind === 'body')
  if (inBody.length === 0) return undefined
  const json = parseOrNothing(body)
  if (typeof json !== 'object' || json === null) return undefined
  for (const { when, value, answer } of inBody) {
    if (!when.every(condition => holds(condition, json))) continue
    const echo = value === undefined ? undefined : valueFor(json, value, [])
    const reply = replyOf(answer, typeof echo === 'string' ? echo : undefined, secrets)
    if (reply) return reply
  }
  return undefined
}

/** How a webhook that was taken is answered, where its platform takes no other answer. */
export function acknowledgementOf(acknowledge: WebhookAcknowledgement, body: Buffer): HandshakeReply {
  if (!('replies' in acknowledge)) return acknowledge
  const { status, replies } = acknowledge
  const said = parseOrNothing(body)
  const wanted = replies.find(({ when }) => when.every(condition => holds(condition, said)))
  return wanted ? { status: 200, body: wanted.body } : { status }
}

function holds(condition: HandshakeCondition, json: unknown): boolean {
  const value = valueFor(json, condition.path, [])
  if ('absent' in condition) return value === undefined
  if ('empty' in condition) return Array.isArray(value) && value.length === 0
  return value === condition.equals
}

/** Whether a request that nothing proves is a form that only has to succeed. The caller keeps nothing of it. */
export function isFormPing(handshakes: readonly WebhookHandshake[], { headers, body }: SignedRequest): boolean {
  const fields = handshakes.flatMap(one => (one.kind === 'ping' && one.field !== undefined ? [one.field] : []))
  if (fields.length === 0 || body.length > 10_000) return false
  if (!String(headers['content-type'] ?? '').includes('application/x-www-form-urlencoded')) return false
  const form = new URLSearchParams(textOf(body))
  return fields.some(field => form.has(field))
}

/** The secret that a handshake's body brings; undefined when it is none. */
export function secretInBody(handshakes: readonly WebhookHandshake[], { body }: SignedRequest): string | undefined {
  const paths = handshakes.flatMap(one => (one.kind === 'secret-in-body' ? [one.path] : []))
  if (paths.length === 0 || body.length > 10_000) return undefined
  const json = parseOrNothing(body)
  return paths.map(path => valueFor(json, path, [])).find(isSecret)
}

/** The header of a handshake that brings a secret, with it; undefined when it is none. */
export function secretInHeader(
  handshakes: readonly WebhookHandshake[],
  { headers }: SignedRequest,
): { header: string; secret: string } | undefined {
  for (const one of handshakes) {
    if (one.kind !== 'secret-in-header') continue
    const secret = headers[one.header]
    if (isSecret(secret)) return { header: one.header, secret }
  }
  return undefined
}

const isSecret = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]{8,512}$/.test(value)

/** What is signed is a word: no JSON and no form, so that nobody has an event signed by asking. */
const word = /^[\w.~+/=:-]{1,512}$/
/** What is echoed is short, and of characters that can be seen. */
const plain = /^[\x20-\x7e]{1,1024}$/

function replyOf(
  answer: HandshakeAnswer,
  echo: string | undefined,
  secrets: readonly string[],
): HandshakeReply | undefined {
  if ('status' in answer) return { status: answer.status }
  if ('text' in answer) {
    const text = valueOf(answer.text, echo, secrets)
    return text === undefined ? undefined : { status: 200, body: String(text) }
  }
  const members = Object.entries(answer.json).map(([name, value]) => [name, valueOf(value, echo, secrets)] as const)
  if (members.some(([, value]) => value === undefined)) return undefined
  return { status: 200, body: Object.fromEntries(members) }
}

function valueOf(value: HandshakeValue, echo: string | undefined, secrets: readonly string[]) {
  if (value === 'echo') return echo !== undefined && plain.test(echo) ? escaped(echo) : undefined
  if ('constant' in value) return value.constant
  const [secret] = secrets
  if (secret === undefined || echo === undefined || !word.test(echo)) return undefined
  return (value.prefix ?? '') + createHmac('sha256', secret).update(echo).digest(value.hmac)
}

const entities: Record<string, string> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' }

/** Nothing that a browser could be made to run, whatever it takes the answer for. */
const escaped = (text: string) => text.replace(/[<>&"']/g, character => entities[character]!)

function parseOrNothing(body: Buffer): unknown {
  try {
    return JSON.parse(textOf(body)) as unknown
  } catch {
    return undefined
  }
}
