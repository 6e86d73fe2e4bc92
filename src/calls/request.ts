import { isIP } from 'node:net'
import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { readJson } from '../json/read-json.ts'
import { textOf } from '../json/text-of.ts'
import { ownTurn } from '../json/turns.ts'
import { providerCallSeconds } from '../metrics/registry.ts'
import type { AuthMethod } from '../catalogue/schema/auth.ts'
import { rebase } from './base-url.ts'
import type { ProviderDefinition } from '../catalogue/schema/definition.ts'
import { textAt } from './json-path.ts'
import { isPathSegment } from './path-segment.ts'
import { lifetimeMs } from '../catalogue/lifetime.ts'
import type { Pause } from '../limits/permit-policy.ts'
import { acquirePermit, noteAnswer, type PermitSubject } from '../limits/permits.ts'
import { send, TransportError, type RawAnswer } from './send.ts'

/** One call to a provider's API. */
export interface ProviderCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the API's base, with `{name}` filled from the connection's configuration. */
  path: string
  query?: Record<string, string | number | boolean>
  headers?: Record<string, string>
  /** Sent as JSON unless it is a URLSearchParams. */
  body?: unknown
  timeoutMs?: number
  signal?: AbortSignal
}

export interface ProviderAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** The parsed JSON body, with numbers that no double holds as `ExactNumber`; undefined when there was none. */
  body: unknown
  /** The URL that was called, and the API's base that its path followed on. */
  calledAt: { base: string; url: string }
}

/**
 * Calls the API of one connection with its live token: bounded in time and size, within the provider's rate limits, and
 * once more with a refreshed token after a 401.
 * @throws HubError `RATE_LIMITED` (whatever the status, with `retryAfterMs`), `PROVIDER_UNREACHABLE`, `PROVIDER_ERROR` (5xx,
 * unreadable body), `PROVIDER_REJECTED` (other 4xx, with `details: { status, providerCode? }`), `TOKEN_EXPIRED`
 */
export interface ProviderClient {
  call(call: ProviderCall): Promise<ProviderAnswer>
}

/** Where a call goes and on whose behalf. */
export interface CallTarget {
  definition: ProviderDefinition
  method: AuthMethod
  environment: string
  /** Replacements of the provider's origins, from the provider app. */
  baseUrls: Record<string, string>
  config: Record<string, string>
  /** The access token or the key. */
  accessToken: string
  permits: PermitSubject
}

const defaultTimeoutMs = 30_000
const maxBytes = 16 * 1024 * 1024
/** What is larger takes milliseconds to parse. */
const largeBytes = 64 * 1024

/**
 * One call, sent and judged, without a second try. @throws HubError as `ProviderClient` says; a 401 is
 * `PROVIDER_REJECTED` with `details.status` 401
 */
export async function callProvider(hub: Foundation, target: CallTarget, call: ProviderCall): Promise<ProviderAnswer> {
  const base = baseOf(target)
  const url = urlOf(base, target, call)
  assertSecure(hub, url)
  const permit = await acquirePermit(hub, target.permits, call.signal)
  const started = performance.now()
  let outcome = 'unreachable'
  try {
    const answer = await send(hub.outgoing, {
      method: call.method,
      url,
      headers: headersOf(target, call),
      ...(call.body === undefined ? {} : { body: encoded(call.body) }),
      timeoutMs: call.timeoutMs ?? defaultTimeoutMs,
      maxBytes,
      ...(call.signal ? { signal: call.signal } : {}),
    })
    if (answer.body.length > largeBytes) await ownTurn()
    const body = parsed(answer)
    const signMs = limitSign(target.definition, answer.status, body)
    const pause = noteAnswer(hub, target.permits, { ...answer, signMs })
    outcome = pause?.refused ? 'rate_limited' : outcomeOf(answer.status)
    return { ...judged(target.definition, answer, body, pause), calledAt: { base, url } }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    if (error.reason === 'cancelled') call.signal?.throwIfAborted()
    // An answer that is too large came from a provider that is there.
    throw new HubError(error.reason === 'too_large' ? 'PROVIDER_ERROR' : 'PROVIDER_UNREACHABLE', { cause: error })
  } finally {
    permit.release()
    providerCallSeconds.observe({ provider: target.definition.id, outcome }, (performance.now() - started) / 1000)
  }
}

function baseOf({ definition, environment, baseUrls }: CallTarget): string {
  const api = definition.environments[environment]?.api
  if (api === undefined)
    throw new HubError('INVALID_REQUEST', { message: `${definition.name} has no such environment.` })
  return rebase(api, baseUrls)
}

function urlOf(base: string, { config }: CallTarget, call: ProviderCall): string {
  const path = call.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = config[name]
    if (value === undefined || !isPathSegment(value)) {
      throw new HubError('INVALID_REQUEST', { message: `The connection's configuration lacks ${name}.` })
    }
    return encodeURIComponent(value)
  })
  const url = new URL(base + path)
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, String(value))
  return url.href
}

/** A token travels encrypted, but on the machine itself and in networks that the operator has opened by address. */
function assertSecure(hub: Foundation, url: string): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '')
  const open = protocol === 'http:' && isIP(host) !== 0 && isPrivateButAllowed(hub, host)
  if (!open) throw new HubError('INVALID_URL', { message: "The provider's address must be https." })
}

function isPrivateButAllowed(hub: Foundation, address: string): boolean {
  return (address === '::1' || address.startsWith('127.')) && hub.outgoing.guard.allows(address)
}

function headersOf({ method, accessToken, definition }: CallTarget, call: ProviderCall): Record<string, string> {
  const type = call.body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    accept: 'application/json',
    // GitHub refuses calls without one.
    'user-agent': 'causeway',
    ...(call.body === undefined ? {} : { 'content-type': type }),
    ...(call.path === definition.identity.get ? definition.identity.headers : {}),
    ...call.headers,
    ...authorization(method, accessToken),
  }
}

function authorization(method: AuthMethod, token: string): Record<string, string> {
  if (method.kind === 'oauth2') return { authorization: `Bearer ${token}` }
  switch (method.placement.in) {
    case 'bearer':
      return { authorization: `Bearer ${token}` }
    case 'basic-username':
      return { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` }
    case 'header':
      return { [method.placement.name]: token }
  }
}

function encoded(body: unknown): string {
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body)
}

function outcomeOf(status: number): string {
  if (status < 300) return 'ok'
  return status >= 400 && status < 500 ? 'rejected' : 'error'
}

function judged(
  definition: ProviderDefinition,
  { status, headers }: RawAnswer,
  body: unknown,
  pause: Pause | undefined,
): Omit<ProviderAnswer, 'calledAt'> {
  if (status >= 200 && status < 300) {
    if (body === unreadable) throw new HubError('PROVIDER_ERROR', { message: "The provider's answer is not JSON." })
    return { status, headers, body }
  }
  const retry = pause === undefined ? {} : { retryAfterMs: pause.ms }
  // Whatever its status: what is refused for a limit says nothing about the connection or the thing that was asked for.
  if (pause?.refused) throw new HubError('RATE_LIMITED', retry)
  const details = { status, ...providerCode(definition, body) }
  if (status >= 400 && status < 500) throw new HubError('PROVIDER_REJECTED', { details })
  throw new HubError('PROVIDER_ERROR', { details, ...retry })
}

/** The wait that goes with the platform's own words for a limit; undefined when the answer does not have them. */
function limitSign(definition: ProviderDefinition, status: number, body: unknown): number | undefined {
  if (body === unreadable) return undefined
  const sign = definition.limitSigns?.find(
    one => one.status === status && textAt(body, one.text.path)?.toLowerCase().includes(one.text.has),
  )
  return sign && lifetimeMs(sign.wait)
}

const unreadable = Symbol('unreadable')

function parsed(answer: RawAnswer): unknown {
  if (answer.body.length === 0) return undefined
  try {
    return readJson(textOf(answer.body))
  } catch {
    return unreadable
  }
}

/** The provider's own code for what is wrong, if it looks like one: never a text of the provider's. */
function providerCode(definition: ProviderDefinition, body: unknown): { providerCode?: string } {
  if (definition.errorCode === undefined || body === unreadable) return {}
  const code = textAt(body, definition.errorCode)
  return code !== undefined && /^[A-Za-z0-9_.-]{1,64}$/.test(code) ? { providerCode: code } : {}
}
