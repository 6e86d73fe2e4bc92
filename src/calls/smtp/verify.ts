import type { Smtp } from '../../catalogue/schema/auth-key.ts'
import { HubError } from '../../errors.ts'
import type { Foundation } from '../../foundation.ts'
import { textOddity } from '../../json/oddities.ts'
import { acquirePermit } from '../../limits/permits.ts'
import { providerCallSeconds } from '../../metrics/registry.ts'
import type { ProviderCall } from '../call.ts'
import { logIntoSmtp, type SmtpLogin, type SmtpVerdict } from './log-in.ts'
import type { CallTarget } from '../target.ts'
import { fill } from '../template.ts'

const defaultTimeoutMs = 30_000

/**
 * Proves a mail server's login. @throws HubError `PROVIDER_REJECTED` when it is refused, with the meaning `dead-grant`;
 * `PROVIDER_ERROR` when the server wants another try; `PROVIDER_UNREACHABLE`; `INVALID_REQUEST` when the configuration names no
 * server
 */
export async function verifySmtp(
  hub: Foundation,
  target: CallTarget,
  call: Pick<ProviderCall, 'timeoutMs' | 'signal' | 'cost'>,
): Promise<void> {
  const { definition, method } = target
  if (method.kind !== 'smtp') throw new HubError('INVALID_REQUEST')
  const login = loginOf(method, target)
  const permit = await acquirePermit(hub, { ...target.permits, limits: definition.limits }, call.signal, {
    cost: call.cost,
  })
  const started = performance.now()
  let outcome = 'unreachable'
  try {
    const verdict = await logIntoSmtp(await hub.outgoing.of(target.permits.workspaceId), login, {
      timeoutMs: call.timeoutMs ?? defaultTimeoutMs,
      ...(call.signal ? { signal: call.signal } : {}),
    })
    call.signal?.throwIfAborted()
    outcome = { taken: 'ok', refused: 'rejected', later: 'error' }[verdict.outcome as string] ?? 'unreachable'
    assertTaken(verdict)
  } finally {
    permit.release()
    providerCallSeconds.observe({ provider: definition.id, outcome }, (performance.now() - started) / 1000)
  }
}

function loginOf(method: Smtp, { app, config, secret }: CallTarget): SmtpLogin {
  const filled = (template: string) => fill(template, { ...app, ...config, ...secret }, value => value)
  const [host, port, security] = [filled(method.server), filled(method.port), filled(method.security)]
  const login = { user: filled(method.user), password: filled(method.password) }
  const isGood =
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(host) &&
    /^[1-9][0-9]{0,4}$/.test(port) &&
    Number(port) < 65_536 &&
    (security === 'tls' || security === 'starttls' || security === 'none') &&
    // A NUL ends the user in what AUTH PLAIN sends.
    textOddity(login.user + login.password) === undefined
  if (!isGood)
    throw new HubError('INVALID_REQUEST', { message: "The connection's configuration names no mail server." })
  return { host, port: Number(port), security, ...login }
}

function assertTaken({ outcome, code }: SmtpVerdict): void {
  const told = code === undefined ? {} : { providerCode: String(code) }
  switch (outcome) {
    case 'taken':
      return
    case 'refused':
      throw new HubError('PROVIDER_REJECTED', { details: { ...told, meaning: 'dead-grant' } })
    case 'later':
      throw new HubError('PROVIDER_ERROR', { details: told })
    case 'insecure':
      throw new HubError('PROVIDER_UNREACHABLE', {
        message: 'The mail server does not speak TLS in this way, or its certificate is not for its name.',
      })
    case 'unreachable':
    case 'blocked':
      throw new HubError('PROVIDER_UNREACHABLE')
  }
}
