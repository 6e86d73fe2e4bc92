import type { Socket } from 'node:net'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { HubError, type ErrorCode } from '../errors.ts'
import type { Hub } from '../hub.ts'
import { newId } from '../ids.ts'
import { createGate } from './authenticate.ts'
import { acceptJson } from './body.ts'
import { registerDocs } from './docs.ts'
import { acceptEmptyBodies } from './bodies/empty-bodies.ts'
import { acceptFiles } from './bodies/files.ts'
import { asHubError, errorBody } from './errors.ts'
import { IdempotencyHolds } from './idempotency/idempotency-holds.ts'
import { handlerOf } from './interpret.ts'
import { refuseOtherMethods } from './methods.ts'
import { operations } from './operations.ts'
import { logRequests, requestIdOf } from './request-log.ts'
import type { Plugin } from './route.ts'
import { pluginsOf, routesOf } from './routes.ts'
import { takesLong } from './bodies/slow-bodies.ts'
import { closingOf } from './bodies/streams.ts'

const bodyLimit = 1024 * 1024

/** How long calls may take; a test shrinks these. */
export interface ServerSettings {
  /** How long a caller waits for its answer; the work itself goes on. */
  answerWithinMs?: number
  /** How long an Idempotency-Key stays held when the process dies that held it. */
  idempotencyHoldMs?: number
}

/** The API, ready to listen or to be injected into. Closing it waits for the requests under way. */
export async function createServer(
  hub: Hub,
  routes = routesOf(hub),
  { answerWithinMs = 55_000, idempotencyHoldMs }: ServerSettings = {},
): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = hub.log
  const app = fastify({
    loggerInstance,
    // logRequests writes its own lines.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost a publish a twentieth of its time; what is logged names its request.
    childLoggerFactory: logger => logger,
    genReqId: requestIdOf,
    bodyLimit,
    trustProxy: hub.config.http.trustedProxies.length > 0 ? hub.config.http.trustedProxies : false,
    // A request has this long to arrive whole, a silent socket to show itself; interpret.ts bounds the handlers.
    requestTimeout: 30_000,
    connectionTimeout: 120_000,
    keepAliveTimeout: 65_000,
    // What arrives while closing, on a connection that was open before, is answered like any other; then it is closed.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void answerError(hub, error, request, reply as FastifyReply),
  })
  letGoWhenClosing(app)
  logRequests(app, hub)
  acceptJson(app)
  acceptEmptyBodies(app)
  acceptFiles(app, routes)
  answerExpectations(app)
  app.setErrorHandler((error, request, reply) => answerError(hub, error, request, reply))
  app.setNotFoundHandler((request, reply) => answerError(hub, new HubError('NOT_FOUND'), request, reply))
  // Before a body is read: it would be the wrong thing to complain about.
  app.addHook('onRequest', (request, _reply, done) => done(request.is404 ? new HubError('NOT_FOUND') : undefined))
  const refuseTheOthers = refuseOtherMethods(app)

  const gate = createGate(app, hub)
  const holds = new IdempotencyHolds(hub.pool, hub.log, idempotencyHoldMs)
  app.addHook('onClose', async () => holds.close())
  const closing = closingOf(app)
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.url,
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      onRequest: request => gate.admit(request, route.access),
      handler: handlerOf(hub, route, { holds, answerWithinMs, closing }),
    })
  }
  for (const plugin of [operations(hub), ...pluginsOf(hub, gate)]) await app.register(named(plugin))
  await registerDocs(app, hub, routes)
  refuseTheOthers()
  return app
}

/** A plugin with a name: for one without, fastify goes through all modules that are loaded. */
function named(plugin: Plugin): (scope: FastifyInstance) => Promise<void> {
  const name = { [Symbol.for('fastify.display-name')]: plugin.name || 'routes' }
  return Object.assign(async (scope: FastifyInstance) => plugin(scope), name)
}

/** While the server closes, a connection goes as soon as its request has been answered, and not when its keep-alive ends. */
function letGoWhenClosing(app: FastifyInstance): void {
  app.addHook('preClose', async () => {
    if (!app.server.listening) return
    const timer = setInterval(() => app.server.closeIdleConnections(), 50)
    app.server.once('close', () => clearInterval(timer))
    timer.unref()
  })
}

/**
 * `Expect: 100-continue` is Node's own matter. Any other expectation is refused (RFC 9110, 10.1.1) by the server like all else,
 * and its connection closed: whether the body will come is not known.
 */
function answerExpectations(app: FastifyInstance): void {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response))
  app.addHook('onRequest', async (request, reply) => {
    const { expect } = request.headers
    if (expect === undefined || expect.toLowerCase() === '100-continue') return
    reply.header('connection', 'close')
    throw new HubError('EXPECTATION_FAILED')
  })
}

/** The one place where an error becomes an answer. */
function answerError(hub: Hub, error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // The caller went away in the middle of its body: nobody reads the answer, and nothing is wrong here.
  const known = request.raw.errored === error ? new HubError('INVALID_REQUEST') : asHubError(error)
  if (known.status >= 500) {
    hub.log.error({ err: error, requestId: request.id, code: known.code }, 'a request failed')
  }
  if (known.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(known.retryAfterMs / 1000))
  if (known.code === 'UNAUTHORIZED') reply.header('www-authenticate', 'Bearer')
  // An error of the framework may come before the hook that sets it.
  reply.header('x-request-id', request.id)
  return reply.code(known.status).send(errorBody(known, request.id))
}

const brokenRequests: Record<string, ErrorCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
}

/** Answers input that never became a request (https://nodejs.org/api/http.html#event-clienterror). Only the socket exists. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && takesLong(socket)) return
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const requestId = newId('request')
  const known = new HubError(brokenRequests[error.code ?? ''] ?? 'INVALID_REQUEST', {
    ...(brokenRequests[error.code ?? ''] ? {} : { message: 'This is not an HTTP request.' }),
  })
  const body = JSON.stringify(errorBody(known, requestId))
  const head = [
    `HTTP/1.1 ${known.status} ${known.code}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
