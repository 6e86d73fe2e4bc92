import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atClose } from '../support/hub.ts'

/** A request that a scripted platform got. */
export interface PlatformCall {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface PlatformAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
  /** The body as it is, instead of JSON. */
  text?: string
}

/** A platform on loopback that answers as a test says, for what a sandbox that keeps to the documentation does not do. */
export interface ScriptedPlatform {
  url: string
  calls: PlatformCall[]
  /** From now on every request is answered so; undefined never is. */
  answerBy(answer: (call: PlatformCall) => PlatformAnswer | undefined | Promise<PlatformAnswer | undefined>): void
}

/** Starts one, which answers 404 until told otherwise. It ends with the test file. */
export async function startPlatform(host = '127.0.0.1'): Promise<ScriptedPlatform> {
  let answerBy: Parameters<ScriptedPlatform['answerBy']>[0] = () => ({ status: 404 })
  const calls: PlatformCall[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const call = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
      calls.push(call)
      void Promise.resolve(answerBy(call)).then(answer => {
        if (!answer) return
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        response.end(answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)))
      })
    })
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  atClose(async () => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://${host}:${port}`, calls, answerBy: next => void (answerBy = next) }
}
