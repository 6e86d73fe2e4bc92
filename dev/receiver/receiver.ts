import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Behaviour, type Hook, behaviour, createHook } from './receiver-hook.ts'

export interface Receiver {
  readonly url: string
  /** The hook at `/hooks/NAME`, made at its first use. */
  hook(name: string): Hook
  stop(): Promise<void>
}

const ok = Buffer.from('{"ok":true}')

/**
 * Starts a webhook receiver on 127.0.0.1: `POST /hooks/NAME` is recorded and answered as its hook says. From another process it is
 * controlled over HTTP, JSON in and out:
 *
 *   GET    /_control/hooks                 summaries of all
 *   GET    /_control/hooks/NAME            one summary
 *   GET    /_control/hooks/NAME/arrivals   all arrivals (?since=N leaves out the first N)
 *   PUT    /_control/hooks/NAME            { secrets?, answer? }: what it verifies with, how it answers
 *   DELETE /_control/hooks/NAME            forgets its arrivals
 */
export async function startReceiver(options: { port?: number } = {}): Promise<Receiver> {
  const hooks = new Map<string, ReturnType<typeof createHook>>()
  let url = ''
  const hook = (name: string) => {
    let found = hooks.get(name)
    if (!found) hooks.set(name, (found = createHook(name, `${url}/hooks/${name}`)))
    return found
  }
  const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('error', () => res.destroy())
    req.on('end', () => {
      const body = chunks.length === 1 && chunks[0] ? chunks[0].toString() : Buffer.concat(chunks).toString()
      const path = req.url ?? '/'
      if (path.startsWith('/hooks/')) {
        const name = path.slice(7).split(/[/?]/)[0] ?? ''
        const how = hook(name).take({ headers: req.headers as Record<string, string>, body })
        if (how.status === 200 && how.delayMs === 0 && how.body === 'short')
          res.writeHead(200, { 'content-type': 'application/json', 'content-length': ok.length }).end(ok)
        else void answer(res, how)
      } else control(req, res, path, body, hook, hooks)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', 4096, resolve)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    hook,
    stop: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(res: ServerResponse, how: Behaviour): Promise<void> {
  if (how.delayMs > 0) await sleep(how.delayMs)
  if (how.body === 'cut') return void res.socket?.destroy()
  res.writeHead(how.status, {
    ...(how.retryAfterSeconds === undefined ? {} : { 'retry-after': String(how.retryAfterSeconds) }),
    ...(how.location === undefined ? {} : { location: how.location }),
  })
  if (how.body === 'short') return void res.end(how.status < 300 ? 'ok' : `answered ${how.status} as told`)
  res.write('x'.repeat(1024))
  if (how.body === 'hang') return
  const chunk = Buffer.alloc(65_536, 'x')
  while (!res.destroyed) {
    if (!res.write(chunk)) await Promise.race([new Promise(resolve => res.once('drain', resolve)), sleep(1000)])
    else await sleep(1)
  }
}

const instructions = z.strictObject({ secrets: z.array(z.string()).optional(), answer: behaviour.optional() })

function control(
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  body: string,
  hook: (name: string) => ReturnType<typeof createHook>,
  hooks: Map<string, unknown>,
): void {
  const send = (status: number, value: unknown) => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  const url = new URL(path, 'http://receiver')
  const [, , kind, name, part] = url.pathname.split('/')
  if (!path.startsWith('/_control') || kind !== 'hooks') return send(404, { error: `nothing at ${path}` })
  if (!name)
    return send(
      200,
      [...hooks.keys()].map(key => hook(key).summary()),
    )
  const found = hook(name)
  if (req.method === 'GET' && part === 'arrivals')
    return send(200, found.arrivals().slice(Number(url.searchParams.get('since') ?? 0)))
  if (req.method === 'PUT') {
    const wanted = instructions.safeParse(JSON.parse(body || '{}'))
    if (!wanted.success) return send(400, { error: z.prettifyError(wanted.error) })
    if (wanted.data.secrets) found.verifyWith(...wanted.data.secrets)
    if (wanted.data.answer) found.answerWith(wanted.data.answer)
  } else if (req.method === 'DELETE') found.clear()
  send(200, found.summary())
}
