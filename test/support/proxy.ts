import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'

export interface TestProxy {
  url: string
  /** The URLs and hosts that it was asked for. */
  asked: string[]
  stop(): void
}

/**
 * A forward proxy on loopback. Tunnels all lead to one port of 127.0.0.1, whatever they ask for; plain requests it answers
 * itself, with `by proxy`.
 */
export async function startTestProxy(port: number): Promise<TestProxy> {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(String(request.url))
    response.writeHead(200).end('by proxy')
  })
  proxy.on('connect', (request, client) => {
    asked.push(String(request.url))
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.pipe(client).pipe(target)
    })
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    asked,
    stop() {
      proxy.closeAllConnections()
      proxy.close()
    },
  }
}
