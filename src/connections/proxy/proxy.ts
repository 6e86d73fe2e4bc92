import { isHubError } from '../../errors.ts'
import { acquirePermit, noteAnswer } from '../../limits/permits.ts'
import { providerCallSeconds } from '../../metrics/registry.ts'
import type { ConnectionParts } from '../parts.ts'
import { exchange, placeOf, type CallPlace, type Exchange } from './exchange.ts'
import type { LiveTarget, LiveTargets } from './live-targets.ts'
import type { ProxiedAnswer, ProxiedCall } from './proxied-call.ts'
import { headersToCaller } from './proxy-headers.ts'
import { mostRedirects, permitWaitMs } from './proxy-policy.ts'
import { redirectOf } from './redirects.ts'

/** What is sent next, and what went before it. */
interface Turn {
  live: LiveTarget
  place: CallPlace
  /** Whether its token stands for one that was refused. */
  isReplaced: boolean
  redirects: number
}

/**
 * Makes a caller's call at its connection's platform: with the live credential, to the platform's own hosts alone, within its
 * limits. A refused token is replaced and the call made once more, and redirects within the platform are followed, where the
 * body can be sent again. What comes of it otherwise is the caller's, as the platform answers it. Whoever gets the answer reads
 * its body or destroys it.
 * @throws HubError as `LiveTargets`; `INVALID_REQUEST`, `RATE_LIMITED`, `PROVIDER_UNREACHABLE`; the signal's reason
 */
export async function proxyCall(hub: ConnectionParts, targets: LiveTargets, call: ProxiedCall): Promise<ProxiedAnswer> {
  const live = await targets.of(call, call.signal)
  let turn: Turn = { live, place: placeOf(live.target, call), isReplaced: false, redirects: 0 }
  for (;;) {
    const answer = await permitted(hub, turn, call)
    try {
      const next = await turnAfter(targets, turn, call, answer)
      if (!next) return given(answer, call)
      await answer.body.dump()
      turn = next
    } catch (error) {
      answer.body.destroy()
      throw error
    }
  }
}

/** What an answer leads to; undefined when it is the caller's. */
async function turnAfter(
  targets: LiveTargets,
  turn: Turn,
  call: ProxiedCall,
  { status, url, headers: { location } }: Exchange,
): Promise<Turn | undefined> {
  const canRepeat = call.body === undefined || Buffer.isBuffer(call.body)
  if (status === 401 && !turn.isReplaced) {
    const replaced = targets.replaced(turn.live, call.signal)
    // What only passed through cannot be sent again: the new token is for the next call.
    if (!canRepeat) return void replaced.catch(() => undefined)
    const live = await replaced
    return live && { ...turn, live, isReplaced: true }
  }
  const { hosts } = turn.place
  const place = redirectOf({ status, location }, { method: call.method, url, canRepeat }, hosts)
  if (!place || turn.redirects >= mostRedirects) return undefined
  return { ...turn, place: { ...place, hosts }, redirects: turn.redirects + 1 }
}

/** One exchange under a permit, which is given back when the answer's body has been read or given up. */
async function permitted(
  hub: ConnectionParts,
  { live: { target }, place }: Turn,
  call: ProxiedCall,
): Promise<Exchange> {
  const { definition } = target
  const subject = { ...target.permits, limits: definition.limits }
  const permit = await acquirePermit(hub, subject, call.signal, { maxWaitMs: permitWaitMs })
  const started = performance.now()
  const end = (outcome: string) => {
    permit.release()
    providerCallSeconds.observe({ provider: definition.id, outcome }, (performance.now() - started) / 1000)
  }
  try {
    const outgoing = await hub.outgoing.of(call.workspaceId)
    const answer = await exchange(outgoing, target, place, call)
    const { status, headers } = answer
    const pause = noteAnswer(hub, subject, { status, headers }, permit)
    answer.body.once('close', () => end(pause?.refused ? 'rate_limited' : outcomeOf(status)))
    return answer
  } catch (error) {
    end(isHubError(error, 'PROVIDER_UNREACHABLE') ? 'unreachable' : 'error')
    throw error
  }
}

function given({ status, headers, body, credential }: Exchange, { requestId }: ProxiedCall): ProxiedAnswer {
  return { status, headers: headersToCaller(headers, credential, requestId), body }
}

function outcomeOf(status: number): string {
  if (status < 400) return 'ok'
  return status < 500 ? 'rejected' : 'error'
}
