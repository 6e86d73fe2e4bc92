import { HubError } from '../errors.ts'
import type { Foundation } from '../foundation.ts'
import { unstatedPauseMs } from '../limits/limit-answer.ts'
import { limitSignMs } from '../limits/limit-sign.ts'
import { acquirePermit, noteAnswer } from '../limits/permits.ts'
import { providerCallSeconds } from '../metrics/registry.ts'
import { assertSuccess, bodyOf, isSuccess, unreadable } from './answer.ts'
import type { ProviderAnswer, ProviderCall } from './call.ts'
import { textAt } from './json-path.ts'
import { placeCredential, signCall } from './credentials.ts'
import { saidError } from './errors.ts'
import { assertSecure } from './secure.ts'
import { send, TransportError } from './send.ts'
import { addressOf, type CallTarget } from './target.ts'
import { fillHeaders, isKnown } from './template.ts'
import { verifySmtp } from './smtp/verify.ts'

const defaultTimeoutMs = 30_000
const maxBytes = 16 * 1024 * 1024

/**
 * One call, sent and judged, without a second try. @throws HubError as `ProviderClient` says; a 401 is
 * `PROVIDER_REJECTED` with `details.status` 401
 */
export async function callProvider(hub: Foundation, target: CallTarget, call: ProviderCall): Promise<ProviderAnswer> {
  const { definition, method, config, secret, app } = target
  if (call.method === 'VERIFY') {
    await verifySmtp(hub, target, call)
    return { status: 200, headers: {}, body: undefined, calledAt: { base: '', url: '', hosts: [], unsaid: [] } }
  }
  const { url, host, hosts } = addressOf(target, call)
  const placement = method.placement ?? { in: 'bearer' }
  const values = { ...app, ...config, ...secret }
  const credential = placeCredential(placement, values)
  const outgoing = await hub.outgoing.of(target.permits.workspaceId)
  assertSecure(outgoing, url.href)
  const subject = { ...target.permits, limits: definition.limits }
  const permit = await acquirePermit(hub, subject, call.signal, { cost: call.cost })
  const started = performance.now()
  let outcome = 'unreachable'
  try {
    const request = {
      method: call.method,
      url: withQuery(url, credential.query),
      headers: { ...headersOf(target, call), ...credential.headers },
      ...(call.body === undefined ? {} : { body: encoded(call.body) }),
    }
    const answer = await send(outgoing, {
      ...request,
      headers: { ...request.headers, ...(await signCall(placement, request, values)) },
      timeoutMs: call.timeoutMs ?? defaultTimeoutMs,
      maxBytes,
      ...(call.signal ? { signal: call.signal } : {}),
    })
    const { status, headers } = answer
    const read = await bodyOf(answer)
    const body = call.anyAnswer && read === unreadable ? undefined : read
    const said = saidError(definition.calls?.errors, body)
    const told = { status, headers, textAt: (path: string) => textAt(body, path) }
    const unstated = said.meaning === 'rate-limited' ? unstatedPauseMs : undefined
    const signMs = limitSignMs(definition, status, told.textAt) ?? unstated
    const pause = noteAnswer(hub, subject, { ...told, signMs }, permit)
    outcome = pause?.refused ? 'rate_limited' : outcomeOf(status, isSuccess(status, said))
    assertSuccess(status, body, said, pause)
    const unsaid = Object.keys(credential.query)
    return { status, headers, body, calledAt: { base: host.base, url: url.href, hosts, unsaid } }
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    if (error.reason === 'cancelled') call.signal?.throwIfAborted()
    // An answer that is too large came from a provider that is there.
    throw new HubError(error.reason === 'too_large' ? 'PROVIDER_ERROR' : 'PROVIDER_UNREACHABLE', { cause: error })
  } finally {
    permit.release()
    providerCallSeconds.observe({ provider: definition.id, outcome }, (performance.now() - started) / 1000)
  }
}

function withQuery(url: URL, query: Record<string, string>): string {
  const whole = new URL(url)
  for (const [name, value] of Object.entries(query)) whole.searchParams.set(name, value)
  return whole.href
}

function headersOf({ definition, config, app }: CallTarget, call: ProviderCall): Record<string, string> {
  const known = { ...app, ...config }
  const type = call.body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    accept: 'application/json',
    // Some platforms refuse calls without one.
    'user-agent': 'causeway',
    ...(call.body === undefined ? {} : { 'content-type': type }),
    ...fillHeaders(knownOf(definition.calls?.headers, known), known),
    ...fillHeaders(call.headers, known),
  }
}

/** Headers of all calls go with those that are made before the configuration is whole, too: such as are known by then. */
function knownOf(headers: Record<string, string> | undefined, config: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([, template]) => isKnown(template, config)))
}

function encoded(body: unknown): string {
  return body instanceof URLSearchParams ? body.toString() : JSON.stringify(body)
}

function outcomeOf(status: number, isGood: boolean): string {
  if (status < 300) return isGood ? 'ok' : 'rejected'
  return status >= 400 && status < 500 ? 'rejected' : 'error'
}
