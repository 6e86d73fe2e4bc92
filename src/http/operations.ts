import type { FastifyInstance } from 'fastify'
import { HubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { mayReadMetrics } from '../metrics/access.ts'
import { registry } from '../metrics/registry.ts'
import { createScrape } from '../metrics/scrape.ts'
import { gaugeSources } from '../gauge-sources.ts'
import { errorBody } from './errors.ts'
import { checkReadiness } from './health.ts'

/** What operators and their machines ask: `/health` is the process, `/ready` is all it needs, `/metrics` for Prometheus. */
export function operations(hub: Hub): (app: FastifyInstance) => void {
  const scrape = createScrape(hub, gaugeSources)
  return app => {
    app.get('/health', async () => ({ status: 'ok' }))
    app.get('/ready', async (request, reply) => {
      const readiness = await checkReadiness(hub)
      if (readiness.status !== 'down') return readiness
      const error = new HubError('DATABASE_UNAVAILABLE', { message: 'The hub cannot work just now: see checks.' })
      return reply.code(error.status).send({ ...errorBody(error, request.id), ...readiness })
    })
    app.get('/metrics', async (request, reply) => {
      if (!mayReadMetrics(hub.config.http.metricsToken, request.headers.authorization)) {
        throw new HubError('UNAUTHORIZED', { message: 'The metrics token is needed: Authorization: Bearer …' })
      }
      return reply.type(registry.contentType).send(await scrape())
    })
  }
}
