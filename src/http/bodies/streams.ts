import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { onBehalfOf } from '../../db/on-behalf-of.ts'

/** Aborted when the server begins to close. */
export function closingOf(app: FastifyInstance): AbortSignal {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  return closing.signal
}

/** Aborted when the caller has gone before the answer was complete, or the server begins to close. */
export function endedOf({ raw }: FastifyReply, closing: AbortSignal): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => gone.abort())
  return AbortSignal.any([gone.signal, closing])
}

/**
 * Sends an answer piece by piece, as fast as the caller takes it. Proxies are asked to pass it on at once, and to leave it as it
 * is. What its pieces need of Postgres counts as the workspace's.
 */
export function sendStream(
  reply: FastifyReply,
  workspaceId: string,
  type: string,
  pieces: AsyncIterable<string>,
): FastifyReply {
  return reply
    .headers({ 'content-type': type, 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
    .send(Readable.from(within(workspaceId, pieces), { objectMode: false, highWaterMark: 65_536 }))
}

/** An iterator's work belongs to whoever asks for its next piece: here that is the socket. */
async function* within(workspaceId: string, pieces: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = pieces[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next: IteratorResult<string, unknown> = await onBehalfOf(workspaceId, async () => iterator.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}
