import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atClose, type TestWorkspace } from './hub.ts'

/** One request that a troubled receiver saw. */
export interface Seen {
  id: string
  atMs: number
  /** What it was answered, when the answer was whole. */
  status: number
}

/** A receiver that misbehaves as told. */
export interface Troubled {
  url: string
  port: number
  seen: Seen[]
  /** The most requests that were under way at once. */
  mostAtOnce(): number
  /** From now on requests are answered so. */
  answerBy(
    answer: (request: { id: string; body: string; headers: IncomingHttpHeaders }, response: ServerResponse) => void,
  ): void
  /** How often each id was answered 2xx. */
  accepted(): Map<string, number>
  close(): Promise<void>
}

/** Starts a receiver, which answers 200 until told otherwise. It ends with the test file. */
export async function startTroubled({ host = '127.0.0.1', port = 0 } = {}): Promise<Troubled> {
  const seen: Seen[] = []
  let [underWay, most] = [0, 0]
  let answer: Parameters<Troubled['answerBy']>[0] = (_request, response) => response.writeHead(200).end()
  const server = createServer((request: IncomingMessage, response) => {
    most = Math.max(most, ++underWay)
    response.on('close', () => underWay--)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one: Seen = { id: String(request.headers['webhook-id']), atMs: Date.now(), status: 0 }
      seen.push(one)
      response.on('finish', () => (one.status = response.statusCode))
      answer({ id: one.id, body: Buffer.concat(chunks).toString(), headers: request.headers }, response)
    })
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, 4_096, resolve))
  const close = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  atClose(close)
  const bound = (server.address() as AddressInfo).port
  return {
    ...{ url: `http://${host}:${bound}/`, port: bound, seen, close },
    mostAtOnce: () => most,
    answerBy: next => void (answer = next),
    accepted() {
      const counts = new Map<string, number>()
      for (const { id, status } of seen) {
        if (status >= 200 && status < 300) counts.set(id, (counts.get(id) ?? 0) + 1)
      }
      return counts
    },
  }
}

/** Publishes many events of one type at once; gives their ids. */
export async function publishMany(workspace: TestWorkspace, count: number, type = 'a.b'): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < count; from += 1_000) {
    const events = Array.from({ length: Math.min(1_000, count - from) }, (_, n) => ({ type, data: { n: from + n } }))
    const answer = await workspace.request<{ data: { id: string }[] }>('POST', '/v1/events', { events })
    if (answer.status !== 202) throw new Error(`the events were not published: ${JSON.stringify(answer.body)}`)
    ids.push(...answer.body.data.map(one => one.id))
  }
  return ids
}
