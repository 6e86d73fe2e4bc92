import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { newId } from '../ids.ts'
import type { Hub } from '../hub.ts'
import { httpRequestSeconds } from '../metrics/registry.ts'
import { callerOf } from './authenticate.ts'

/** The request's id: the caller's own when it is a plain short token, so that one id runs through several services. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[A-Za-z0-9_.:-]{8,128}$/.test(given) ? given : newId('request')
}

/**
 * One line and one measurement for each request: its declared route, never its URL, whose query may hold codes. Successes
 * are logged at `debug`: at thousands a second a line each would cost as much as the work.
 */
export function logRequests(app: FastifyInstance, hub: Hub): void {
  const seriesOf = rememberedSeries()
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    const route = request.routeOptions.url ?? 'unknown'
    const { statusCode: status, elapsedTime } = reply
    seriesOf(method, route, Math.floor(status / 100)).observe(elapsedTime / 1000)
    const level = status >= 500 ? 'error' : status >= 400 ? 'info' : 'debug'
    if (hub.log.isLevelEnabled(level)) {
      const { workspaceId, apiKeyId } = callerOf(request)
      const tookMs = Math.round(elapsedTime * 10) / 10
      hub.log[level]({ requestId: request.id, method, route, status, tookMs, workspaceId, apiKeyId }, 'request')
    }
    done()
  })
}

/** Finding a series by its labels costs more than counting in it. There are as many as routes, methods and classes of status. */
function rememberedSeries() {
  const known = new Map<string, ReturnType<typeof httpRequestSeconds.labels>>()
  return (method: string, route: string, hundreds: number) => {
    const name = `${hundreds} ${method} ${route}`
    let series = known.get(name)
    if (!series) known.set(name, (series = httpRequestSeconds.labels({ method, route, status: `${hundreds}xx` })))
    return series
  }
}
