import { type IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type Provider from 'oidc-provider'
import { type Exchange, readBody } from '../http.ts'
import type { Place, TokenAnswer } from './dialect.ts'

/** Whether a request goes to a place. */
export function isAt({ req, host, path }: Exchange, place: Place): boolean {
  const fits = (wanted: string | RegExp, is: string) => (typeof wanted === 'string' ? wanted === is : wanted.test(is))
  if (place.host !== undefined && host !== undefined && !fits(place.host, host)) return false
  return fits(place.path, path) && (place.method === undefined || place.method === req.method)
}

/** What a token request says. A body in another form than `how` is empty. */
export async function readForm(
  { req, query }: Exchange,
  how: 'form' | 'json' | 'either' | 'query',
): Promise<URLSearchParams> {
  if (how === 'query') return new URLSearchParams(query)
  const text = (await readBody(req)).toString('utf8')
  const isJson = (req.headers['content-type'] ?? '').includes('json')
  if (isJson ? how === 'form' : how === 'json') return new URLSearchParams()
  if (!isJson) return new URLSearchParams(text)
  try {
    const members = Object.entries(JSON.parse(text) as Record<string, string | number | boolean | null>)
    const strings = members.flatMap(([name, value]) =>
      value === null ? [] : [[name, String(value)] as [string, string]],
    )
    return new URLSearchParams(strings)
  } catch {
    return new URLSearchParams()
  }
}

/** A request with a form for body, in the place of one whose body was read. */
export function withForm(req: IncomingMessage, url: string, form: URLSearchParams): IncomingMessage {
  const body = Buffer.from(form.toString())
  const headers = {
    host: req.headers.host,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
    accept: 'application/json',
  }
  const { socket, httpVersion } = req
  const made = Object.assign(Readable.from([body]), { method: 'POST', socket, httpVersion, headers, url })
  return made as unknown as IncomingMessage
}

/** Has an OAuth server answer at its mount: the server finds that in `baseUrl`, as Express sets it. */
export async function pass(
  provider: Provider,
  mount: string,
  req: IncomingMessage,
  res: ServerResponse,
  url: string,
): Promise<void> {
  Object.assign(req, { url, baseUrl: mount })
  await provider.callback()(req, res)
}

/** What an OAuth server answers, not sent. */
export async function capture(provider: Provider, mount: string, req: IncomingMessage): Promise<TokenAnswer> {
  const answer: TokenAnswer = { status: 500, body: { error: 'server_error' } }
  const res = new ServerResponse(req)
  await new Promise<void>(resolve => {
    res.end = ((text?: string | Buffer) => {
      answer.status = res.statusCode
      if (text?.length) answer.body = JSON.parse(text.toString()) as Record<string, unknown>
      resolve()
      return res
    }) as typeof res.end
    Object.assign(req, { baseUrl: mount })
    void provider.callback()(req, res)
  })
  return answer
}
