import type { IncomingMessage, ServerResponse } from 'node:http'

const bodyLimit = 16 * 1024 * 1024

/** One request to a platform; `path` is the platform's own, after the sandbox's prefix. */
export interface Exchange {
  req: IncomingMessage
  res: ServerResponse
  /** The platform's host that it goes to, where the prefix names one. */
  host?: string
  path: string
  query: URLSearchParams
}

/** Reads the whole body, at most 16 MiB. */
export async function readBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyLimit) throw new Error('body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** The body as JSON; undefined when it is none. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readBody(req)).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** Sends JSON: a value, or a text that is JSON already. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const length = String(Buffer.byteLength(text))
  res.writeHead(status, { 'content-type': 'application/json;charset=utf-8', 'content-length': length, ...headers })
  res.end(text)
}

/** The token of an `authorization: Bearer` header. */
export function bearerToken(req: IncomingMessage): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
}

/** Name and password of an `authorization: Basic` header, decoded as RFC 6749 (2.3.1) has them unless `raw`. */
export function basicCredentials(req: IncomingMessage, raw = false): { name: string; password: string } | undefined {
  const encoded = /^Basic\s+(\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  if (!encoded) return undefined
  const [name = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const read = raw ? (text: string) => text : decoded
  return { name: read(name), password: read(password.join(':')) }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
