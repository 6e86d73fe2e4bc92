import { TextDecoder } from 'node:util'
import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import { HubError } from '../../errors.ts'
import type { SignedRequest } from './signed-request.ts'

/** More than any platform sends. */
const mostParts = 2_000
/** What a text has where bytes were not of its character set. */
const replacement = '\ufffd'

type Member = string | { filename: string; type: string; size: number; content: string }

/**
 * A verified request whose body is `multipart/form-data` (RFC 7578), with JSON as its body instead: texts by their names, and
 * files with their bytes in base64; what comes several times is a list. Any other request is given back as it is.
 * @param hold called with the bytes that the JSON takes
 * @throws HubError `INVALID_REQUEST` when the body is no such form; `RATE_LIMITED` when there is no room for it
 */
export async function withoutParts<Request extends SignedRequest>(
  request: Request,
  { multipart }: Pick<WebhookDefinition, 'multipart'>,
  hold: (bytes: number) => void,
): Promise<Request> {
  const type = request.headers['content-type']
  if (multipart === undefined || typeof type !== 'string' || !/^multipart\/form-data\b/i.test(type)) return request
  // Base64 is longer by a third.
  hold(Math.ceil((request.body.length * 4) / 3))
  const parts = await partsOf(request.body, type)
  const texts = parts.some(([, value]) => typeof value === 'string' && value.includes(replacement))
    ? await textsIn(request.body, type, multipart.charsets)
    : []
  const members = Object.create(null) as Record<string, Member | Member[]>
  for (const [at, [name, value]] of parts.entries()) {
    const member = typeof value === 'string' ? (texts[at] ?? value) : await fileOf(value)
    const there = members[name]
    members[name] = there === undefined ? member : [there, member].flat()
  }
  const headers = { ...request.headers, 'content-type': 'application/json' }
  return { ...request, headers, body: Buffer.from(JSON.stringify(members)) }
}

/** Not for bodies without a bound, which is why its own type advises against it: these are bounded, and here already. */
interface FormReader {
  formData(): Promise<FormData>
}

/** The parts in their order, as the Fetch standard reads them. */
async function partsOf(body: Buffer, type: string): Promise<[string, string | File][]> {
  let parts: [string, string | File][]
  try {
    const reader: FormReader = new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    parts = [...(await reader.formData())]
  } catch (error) {
    throw new HubError('INVALID_REQUEST', { message: 'The body is no form of several parts.', cause: error })
  }
  if (parts.length > mostParts)
    throw new HubError('INVALID_REQUEST', { message: `The form of a webhook has at most ${mostParts} parts.` })
  return parts
}

/**
 * The texts of a form that is not all UTF-8, by the places of their parts. The reader takes every text for UTF-8: it is given each
 * byte as a character, and the bytes that it gives back are read by the character set that the form itself tells of them.
 */
async function textsIn(body: Buffer, type: string, charsets: string | undefined): Promise<(string | undefined)[]> {
  const parts = await partsOf(Buffer.from(body.toString('latin1')), type)
  const bytesOf = (text: string) => Buffer.from(text, 'latin1')
  const told = parts.find(([name]) => name === charsets)?.[1]
  const known = typeof told === 'string' ? charsetsIn(bytesOf(told).toString()) : {}
  return parts.map(([name, value]) =>
    typeof value === 'string'
      ? decoderOf(Object.hasOwn(known, name) ? known[name] : undefined).decode(bytesOf(value))
      : undefined,
  )
}

function charsetsIn(json: string): Record<string, unknown> {
  try {
    const said = JSON.parse(json) as unknown
    return typeof said === 'object' && said !== null ? (said as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** A character set that nobody knows is taken for UTF-8. */
function decoderOf(charset: unknown): TextDecoder {
  try {
    return new TextDecoder(typeof charset === 'string' ? charset : 'utf-8')
  } catch {
    return new TextDecoder()
  }
}

async function fileOf(file: File): Promise<Member> {
  const content = Buffer.from(await file.arrayBuffer()).toString('base64')
  return { filename: file.name, type: file.type, size: file.size, content }
}
