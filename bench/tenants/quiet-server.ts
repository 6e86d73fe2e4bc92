import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The quiet workspace's receiver and platform, in the process that measures, so that both ends are one clock. */
export interface QuietServer {
  url: string
  /** Resolves with the instant, of `performance.now()`, when a webhook or token call arrives that has the word in it. */
  arrival(word: string): Promise<number>
  /** So many token calls from now on are answered with 503. */
  failTokens(count: number): void
}

const latestMs = 120_000

/** Starts it; it ends with the process. */
export async function startQuietServer(): Promise<QuietServer> {
  const waiting = new Map<string, (at: number) => void>()
  let toFail = 0
  let tokens = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const at = performance.now()
      const body = Buffer.concat(chunks).toString()
      const isToken = request.url!.endsWith('/tokens/bearer')
      if (isToken && toFail > 0) {
        toFail--
        return void response.writeHead(503).end()
      }
      for (const [word, arrived] of waiting) {
        if (!body.includes(word)) continue
        waiting.delete(word)
        arrived(at)
      }
      answer(request, response, () => `quiet-${++tokens}`)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrival: word =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => waiting.delete(word) && reject(new Error(`${word} did not arrive`)), latestMs)
        waiting.set(word, at => {
          clearTimeout(late)
          resolve(at)
        })
      }),
    failTokens: count => void (toFail = count),
  }
}

function answer({ url }: IncomingMessage, response: ServerResponse, token: () => string): void {
  const { pathname, searchParams } = new URL(url!, 'http://quiet')
  const send = (body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  const path = pathname.split('/')
  if (path.at(-1) === 'bearer') {
    const lives = { expires_in: 3_600, x_refresh_token_expires_in: 8_640_000, token_type: 'bearer' }
    return void send({ access_token: token(), refresh_token: `refresh-${token()}`, ...lives })
  }
  if (path.at(-1) === 'cdc') return void send({ CDCResponse: [{ QueryResponse: [{}] }] })
  if (path.at(-2) === 'companyinfo') return void send({ CompanyInfo: { CompanyName: 'The quiet one' } })
  if (path.at(-1) !== 'query') return void send({})
  const first = searchParams.get('query')?.includes('startposition 1 ')
  const found = [1, 2, 3].map(n => ({
    ...{ Id: String(n), SyncToken: '0', DisplayName: `Customer ${n}`, Active: true },
    MetaData: { LastUpdatedTime: '2026-01-01T00:00:00Z' },
  }))
  send({ QueryResponse: first ? { Customer: found, startPosition: 1 } : {} })
}
