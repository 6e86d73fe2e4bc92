import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProxiedAnswer, ProxiedBody } from '../../../connections/proxy/proxied-call.ts'
import { heldBodyBytes } from '../../../connections/proxy/proxy-policy.ts'
import { mayTakeLong } from '../../bodies/slow-bodies.ts'

/** A small body whole, a large one or one of unknown length as a stream. */
export async function bodyOf(request: FastifyRequest, reply: FastifyReply): Promise<ProxiedBody> {
  const { raw } = request
  const stated = raw.headers['content-length']
  if (stated === undefined && raw.headers['transfer-encoding'] === undefined) return undefined
  const length = stated === undefined ? undefined : Number(stated)
  if (length !== undefined && length <= heldBodyBytes) return (await wholeOf(request)) ?? undefined
  mayTakeLong(raw)
  // Whoever sends it on destroys it when the answer came before its end; the caller's socket is still needed then.
  const stream = new PassThrough()
  raw.on('error', error => stream.destroy(error)).pipe(stream)
  stream.once('close', () => {
    if (raw.complete) return
    raw.unpipe(stream).resume()
    if (!reply.raw.headersSent) reply.raw.setHeader('connection', 'close')
  })
  return { stream, length }
}

async function wholeOf({ raw }: FastifyRequest): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of raw) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Passes an answer on. What breaks off breaks off for the caller too. */
export async function pass(
  { status, headers, body }: ProxiedAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { raw } = reply
  reply.hijack()
  if (request.raw.complete === false) raw.setHeader('connection', 'close')
  raw.writeHead(status, headers)
  // Node keeps the head back for the body's first bytes, which may be long in coming.
  setImmediate(() => raw.flushHeaders())
  try {
    await pipeline(body, raw)
  } catch {
    body.destroy()
    raw.destroy()
  }
}
