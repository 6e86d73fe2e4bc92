import type { Outgoing } from '../../outgoing/agent.ts'
import { mayBePlain } from '../../calls/secure.ts'
import { send, type OutgoingCall } from '../../calls/send.ts'
import { membersIn, type Members } from '../answers/answer-body.ts'
import { unpacked } from '../answers/unpack.ts'
import type { FetchLimits } from '../grant.ts'
import { TokenError } from '../answers/token-error.ts'

/** An OAuth answer is a few kilobytes. */
const maxBytes = 1024 * 1024

/** A request to an endpoint that gives or ends credentials. */
export interface EndpointCall {
  method: OutgoingCall['method']
  url: string
  headers?: Record<string, string>
  /** Undefined: the parameters are in the address. */
  body?: URLSearchParams | string | undefined
}

/** What came back. */
export interface EndpointAnswer {
  status: number
  ok: boolean
  header: (name: string) => string | string[] | undefined
  /** The body, where it can be read. */
  members: Members | undefined
}

/**
 * Asks an endpoint once, through the hub's guarded, bounded way out. Plain http is for a loopback address only.
 * @throws TransportError, TokenError `bad_client` when the app's base URL is plain http elsewhere
 */
export async function askEndpoint(
  outgoing: Outgoing,
  call: EndpointCall,
  limits: FetchLimits,
): Promise<EndpointAnswer> {
  if (!call.url.startsWith('https:') && !mayBePlain(outgoing, call.url)) throw new TokenError('bad_client')
  const { body } = call
  const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'application/json'
  const answer = await send(outgoing, {
    method: call.method,
    url: call.url,
    headers: {
      'user-agent': 'causeway',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': type }),
      ...call.headers,
    },
    ...(body === undefined ? {} : { body: body.toString() }),
    timeoutMs: limits.timeoutMs,
    maxBytes,
    ...(limits.signal ? { signal: limits.signal } : {}),
    ...(limits.maySend ? { maySend: limits.maySend } : {}),
  })
  return {
    status: answer.status,
    ok: answer.status >= 200 && answer.status < 300,
    header: name => answer.headers[name],
    members: membersIn(new TextDecoder().decode(unpacked(answer.body, answer.headers['content-encoding'], maxBytes))),
  }
}
