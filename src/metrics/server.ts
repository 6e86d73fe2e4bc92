import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { request } from 'undici'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { mayReadMetrics } from './access.ts'
import { registry } from './registry.ts'
import { createScrape, type GaugeSource } from './scrape.ts'

export interface MetricsServer {
  /** Undefined when there is none. */
  url: string | undefined
  close(): Promise<void>
}

interface MeasuredParts {
  config: Config
  log: Logger
}

export interface MetricsOptions<Parts> {
  /** What is read when metrics are asked for. */
  sources: GaugeSource<Parts>[]
  /** `host:port` where the Temporal SDK serves its own metrics; they are appended. */
  sdkMetrics?: string
  /** Whether the process takes work. */
  isReady(): boolean
}

/** Serves `/metrics`, `/health` and `/ready` of a worker process, on the hub's host. Port 0 means none. */
export async function startMetricsServer<Parts extends MeasuredParts>(
  hub: Parts,
  port: number,
  options: MetricsOptions<Parts>,
): Promise<MetricsServer> {
  if (port === 0) return { url: undefined, close: async () => undefined }
  const scrape = createScrape(hub, options.sources)
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (incoming.url === '/health') return sendStatus(response, 200, 'ok')
    if (incoming.url === '/ready') {
      const ready = options.isReady()
      return sendStatus(response, ready ? 200 : 503, ready ? 'ready' : 'down')
    }
    if (incoming.url !== '/metrics') return void response.writeHead(404).end()
    if (!mayReadMetrics(hub.config.http.metricsToken, incoming.headers.authorization)) {
      return void response.writeHead(401).end()
    }
    const own = await scrape()
    const sdk = options.sdkMetrics === undefined ? '' : await readSdkMetrics(options.sdkMetrics, hub)
    response.writeHead(200, { 'content-type': registry.contentType }).end(own + sdk)
  }
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      hub.log.error({ err: error }, 'metrics could not be served')
      response.writeHead(500).end()
    })
  })
  server.listen(port, hub.config.http.host)
  await once(server, 'listening')
  return {
    url: `http://${hub.config.http.host}:${port}/metrics`,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function sendStatus(response: ServerResponse, code: number, status: string): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ status }))
}

async function readSdkMetrics(address: string, { log }: MeasuredParts): Promise<string> {
  try {
    const { body } = await request(`http://${address}/metrics`, { headersTimeout: 1_000, bodyTimeout: 1_000 })
    return await body.text()
  } catch (error) {
    log.warn({ err: error }, "the SDK's metrics could not be read")
    return ''
  }
}
