import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { readBody } from '../../dev/sandbox/http.ts'

/** A call on its way to the sandbox. */
export interface PassingCall {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface PassingAnswer {
  status: number
  body: string
  headers?: Record<string, string>
}

/** What becomes of a call: an answer, or `drop`, which breaks the connection. */
export type Meddle = (
  call: PassingCall,
  pass: (call: PassingCall) => Promise<PassingAnswer>,
) => Promise<PassingAnswer | 'drop'>

/** A platform that is the sandbox but for what a test makes of its calls and answers. */
export interface Between {
  url: string
  /** The calls that came, in their order. */
  calls: PassingCall[]
  meddle: Meddle | undefined
}

const servers: Server[] = []

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections()
})

/** Stands between the hub and the sandbox. Closed when the test file ends. */
export async function standBetween(target: string): Promise<Between> {
  const between: Between = { url: '', calls: [], meddle: undefined }
  const pass = async ({ method, path, headers, body }: PassingCall): Promise<PassingAnswer> => {
    const kept = ['authorization', 'accept', 'content-type', 'idempotency-key']
    const response = await fetch(target + path, {
      method,
      headers: Object.fromEntries(kept.flatMap(name => (headers[name] ? [[name, headers[name] as string]] : []))),
      ...(body === '' ? {} : { body }),
      redirect: 'manual',
    })
    return { status: response.status, body: await response.text() }
  }
  const server = createServer((req, res) => {
    void (async () => {
      const call = { method: req.method!, path: req.url!, headers: req.headers, body: String(await readBody(req)) }
      between.calls.push(call)
      const answer = await (between.meddle ?? ((_, on) => on(call)))(call, pass)
      if (answer === 'drop') return res.destroy()
      res.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      return res.end(answer.body)
    })().catch(() => res.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  between.url = `http://127.0.0.1:${(server.address() as { port: number }).port}`
  return between
}

/** The same answer with its JSON changed. */
export function altered(answer: PassingAnswer, change: (json: Record<string, unknown>) => unknown): PassingAnswer {
  return { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Record<string, unknown>)) }
}
