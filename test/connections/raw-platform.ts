import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atClose } from '../support/hub.ts'

/** How a request is answered; when that is done is nobody's business. */
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** A platform on loopback whose every byte is the test's. It ends with the test file. */
export interface RawPlatform {
  url: string
  /** The requests that came, by their targets, the latest last. */
  requests: IncomingMessage[]
  /** From now on requests to this path are answered so. */
  on(path: string, listener: Listener): void
}

/** Starts one that answers 404 where nothing is said. */
export async function startRawPlatform(): Promise<RawPlatform> {
  const listeners = new Map<string, Listener>()
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const listener = listeners.get(request.url!.split('?')[0]!)
    if (listener) listener(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atClose(async () => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, requests, on: (path, listener) => void listeners.set(path, listener) }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
