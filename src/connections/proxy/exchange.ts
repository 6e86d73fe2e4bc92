import type { Readable } from 'node:stream'
import type { IncomingHttpHeaders } from 'node:http'
import { placeCredential, signCall, type PlacedCredential } from '../../calls/credentials.ts'
import { hostsOf } from '../../calls/hosts.ts'
import type { Host } from '../../calls/call.ts'
import { assertSecure } from '../../calls/secure.ts'
import type { SignedRequest } from '../../calls/signature.ts'
import type { CallTarget } from '../../calls/target.ts'
import { fillHeader, isKnown } from '../../calls/template.ts'
import { HubError } from '../../errors.ts'
import type { Outgoing } from '../../outgoing/agent.ts'
import { headersToPlatform, type Headers } from './proxy-headers.ts'
import type { ProxiedBody, ProxiedCall } from './proxied-call.ts'
import { silentMs } from './proxy-policy.ts'
import type { PlatformPlace } from './redirects.ts'

/** Where a call goes: a place at one of the platform's hosts, all of which are known. */
export interface CallPlace extends PlatformPlace {
  hosts: readonly Host[]
}

/** One request that the platform has answered, its body still to come. */
export interface Exchange {
  status: number
  headers: IncomingHttpHeaders
  body: Readable & { dump(): Promise<void> }
  credential: PlacedCredential
  /** What was called, without its credential. */
  url: string
}

/** The place that a caller names. @throws HubError `INVALID_REQUEST` where there is no such host */
export function placeOf(target: CallTarget, { host: name = 'api', path }: ProxiedCall): CallPlace {
  const { host, hosts } = hostsOf(target, name)
  return { host, hosts, path }
}

/**
 * Sends one request with the credential in its place. @throws HubError `INVALID_REQUEST`, `INVALID_URL`,
 * `PROVIDER_UNREACHABLE`; the signal's reason
 */
export async function exchange(
  outgoing: Outgoing,
  target: CallTarget,
  place: CallPlace,
  call: ProxiedCall,
): Promise<Exchange> {
  const { origin, path } = addressOf(place)
  const { app, config, secret, method, definition } = target
  assertSecure(outgoing, origin)
  const placement = method.placement ?? { in: 'bearer' }
  const values = { ...app, ...config, ...secret }
  const credential = placeCredential(placement, values)
  const usual = usualHeaders(definition.calls?.headers, { ...app, ...config })
  const called = withParameters(path, credential.query)
  const { body, length } = written(call.body)
  const headers = headersToPlatform(call.headers, usual, credential, call.requestId)
  if (length !== undefined) headers['content-length'] = String(length)
  Object.assign(headers, await signCall(placement, signedPart(call, origin + called, headers), values))
  try {
    const answer = await outgoing.dispatcher.request({
      ...{ origin, path: called, method: call.method, headers, body },
      ...{ signal: call.signal, headersTimeout: silentMs, bodyTimeout: silentMs },
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, credential, url: origin + path }
  } catch (error) {
    call.signal.throwIfAborted()
    throw new HubError('PROVIDER_UNREACHABLE', { cause: error })
  }
}

function addressOf({ host, path }: CallPlace): { origin: string; path: string } {
  const { origin, pathname } = new URL(host.base)
  const before = pathname.replace(/\/$/, '')
  const whole = before + (path.startsWith('/') ? path : `/${path}`)
  const url = new URL(origin + whole)
  if (url.origin !== origin || !`${url.pathname}/`.startsWith(`${before}/`)) throw new HubError('INVALID_REQUEST')
  return { origin, path: path === '' && before !== '' ? before : whole }
}

function written(body: ProxiedBody): { body: Buffer | Readable | null; length?: number | undefined } {
  if (body === undefined) return { body: null }
  if (Buffer.isBuffer(body)) return { body }
  return { body: body.stream, length: body.length }
}

/** What is signed of a call, where its platform wants that: a body that only passes through is left out. */
function signedPart({ method, body }: ProxiedCall, url: string, headers: Headers): SignedRequest {
  const type = headers['content-type']
  const signed = { method, url, headers: typeof type === 'string' ? { 'content-type': type } : {} }
  if (body === undefined) return signed
  return Buffer.isBuffer(body) ? { ...signed, body } : { ...signed, streamed: true }
}

/** A query as it was written, with the credential's parameters in place of the caller's of those names. */
function withParameters(path: string, parameters: Record<string, string>): string {
  const placed = Object.entries(parameters)
  if (placed.length === 0) return path
  const [before, query = ''] = splitOnce(path)
  const kept = query.split('&').filter(part => part !== '' && !Object.hasOwn(parameters, nameOf(part)))
  const added = placed.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return `${before}?${[...kept, ...added].join('&')}`
}

function splitOnce(path: string): [string, string?] {
  const at = path.indexOf('?')
  return at < 0 ? [path] : [path.slice(0, at), path.slice(at + 1)]
}

function nameOf(part: string): string {
  return new URLSearchParams(part).keys().next().value ?? ''
}

function usualHeaders(
  templates: Record<string, string> | undefined,
  config: Record<string, string>,
): Record<string, string> {
  const known = Object.entries(templates ?? {}).filter(([, template]) => isKnown(template, config))
  return Object.fromEntries(known.map(([name, template]) => [name, fillHeader(template, config)]))
}
