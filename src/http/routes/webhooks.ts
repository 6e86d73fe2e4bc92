import type { FastifyReply, FastifyRequest } from 'fastify'
import { HubError } from '../../errors.ts'
import type { Hub } from '../../hub.ts'
import { receiveWebhook } from '../../inbound/arrivals.ts'
import { providers } from '../../providers/index.ts'
import type { Plugin } from '../route.ts'

const standardBodyLimit = 2 * 1024 * 1024

/**
 * Where providers send their webhooks: `/webhooks/:provider/:app`, and for the environment's app `/webhooks/:provider`. The
 * body stays bytes, whatever it is called: those are what was signed.
 */
export function webhookRoutes(hub: Hub): Plugin {
  return app => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, bytes, done) => done(null, bytes))
    for (const { id, webhooks } of providers) {
      if (!webhooks) continue
      const receive = (request: FastifyRequest, reply: FastifyReply) => answer(hub, id, request, reply)
      for (const url of [`/webhooks/${id}`, `/webhooks/${id}/:app`]) {
        app.route({ method: 'POST', url, bodyLimit: webhooks.bodyLimit ?? standardBodyLimit, handler: receive })
        if (webhooks.challenge?.kind === 'query' && webhooks.challenge.method === 'GET') app.get(url, receive)
      }
    }
    const refuse = async (): Promise<never> => {
      throw new HubError('WEBHOOK_NOT_FOUND')
    }
    // Before a body is read.
    app.route({ method: ['GET', 'POST'], url: '/webhooks/*', onRequest: refuse, handler: refuse })
  }
}

async function answer(hub: Hub, provider: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const receipt = await receiveWebhook(hub, {
    provider,
    providerAppId: (request.params as { app?: string }).app ?? null,
    method: request.method,
    query: request.query as Record<string, unknown>,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
  })
  reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
  if (receipt.kind === 'events') {
    const { accepted, duplicates } = receipt
    return reply.code(accepted > 0 ? 202 : 200).send({ accepted, duplicates })
  }
  return 'json' in receipt.answer
    ? receipt.answer.json
    : reply.type('text/plain; charset=utf-8').send(receipt.answer.text)
}
