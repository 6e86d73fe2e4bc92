import type { CustomFetchOptions } from 'oauth4webapi'
import type { Outgoing } from '../outgoing/agent.ts'
import { send } from '../calls/send.ts'
import { TokenError } from './token-error.ts'

/** An OAuth answer is a few kilobytes. */
const maxBytes = 1024 * 1024

export interface FetchLimits {
  timeoutMs: number
  signal?: AbortSignal | undefined
  /** Asked when the body is about to leave; see `send`. */
  maySend?: (() => boolean) | undefined
}

type Options = CustomFetchOptions<'POST' | 'DELETE', URLSearchParams | string>

/**
 * What oauth4webapi calls the network with: the hub's guarded, bounded way out to one endpoint. The library is shown every
 * endpoint as https and this decides: plain http is for a loopback address only, where the guard lets the hub go at all.
 * @throws TransportError, TokenError `bad_client` when the app's base URL is plain http elsewhere
 */
export function boundedFetch(outgoing: Outgoing, endpoint: string, limits: FetchLimits) {
  return async (_url: string, options: Options): Promise<Response> => {
    if (!endpoint.startsWith('https:') && !isOpenLoopback(outgoing, endpoint)) throw new TokenError('bad_client')
    const answer = await send(outgoing, {
      method: options.method,
      url: endpoint,
      headers: { 'user-agent': 'causeway', ...options.headers },
      body: options.body.toString(),
      timeoutMs: limits.timeoutMs,
      maxBytes,
      ...(limits.signal ? { signal: limits.signal } : {}),
      ...(limits.maySend ? { maySend: limits.maySend } : {}),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const item of Array.isArray(value) ? value : [value ?? '']) headers.append(name, item)
    }
    const hasBody = answer.status !== 204 && answer.status !== 205 && answer.status !== 304
    return new Response(hasBody ? new Uint8Array(answer.body) : null, { status: answer.status, headers })
  }
}

/** An endpoint as oauth4webapi accepts it. */
export function asHttps(endpoint: string): string {
  return endpoint.replace(/^http:/, 'https:')
}

function isOpenLoopback(outgoing: Outgoing, url: string): boolean {
  const { hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const address = host === 'localhost' ? '127.0.0.1' : host
  return (address === '::1' || address.startsWith('127.')) && outgoing.guard.allows(address)
}
