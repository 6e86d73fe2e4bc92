import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Outgoing } from '../../outgoing/agent.ts'
import { BlockedAddressError, guardedLookup } from '../../outgoing/lookup.ts'
import { openTunnel } from '../../outgoing/tunnel.ts'

/** A mail server, and who logs in there. */
export interface SmtpLogin {
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  user: string
  password: string
}

/** How a mail server took a login: with the code of its answer where it gave one (RFC 5321, 4.2). */
export interface SmtpVerdict {
  /** `insecure`: the server does not speak TLS, or nobody vouches for its name. */
  outcome: 'taken' | 'refused' | 'later' | 'insecure' | 'unreachable' | 'blocked'
  code?: number
}

/**
 * Greets a mail server and logs in (EHLO, STARTTLS where asked for, AUTH, QUIT): sends nothing. The address passes the
 * guard as that of an HTTP call does. A certificate is not asked for on the machine itself, where the operator has opened it.
 * Where the hub goes out through a proxy, so does this, by a tunnel: names are looked up and judged there then.
 */
export async function logIntoSmtp(
  outgoing: Outgoing,
  login: SmtpLogin,
  limits: { timeoutMs: number; signal?: AbortSignal },
): Promise<SmtpVerdict> {
  const timeout = AbortSignal.timeout(limits.timeoutMs)
  const signal = limits.signal ? AbortSignal.any([timeout, limits.signal]) : timeout
  if (isIP(login.host) !== 0 && !outgoing.guardFor(login.host).allows(login.host)) return { outcome: 'blocked' }
  try {
    const { socket, local } = await wayTo(outgoing, login, signal)
    try {
      return await logIn(socket, local, login, signal)
    } finally {
      socket.destroy()
    }
  } catch (error) {
    return { outcome: error instanceof BlockedAddressError ? 'blocked' : 'unreachable' }
  }
}

/** A connection to the server, and whether that is on this machine. */
async function wayTo(
  outgoing: Outgoing,
  { host, port }: SmtpLogin,
  signal: AbortSignal,
): Promise<{ socket: Socket; local: boolean }> {
  // Who is behind a proxy on this machine is somewhere else.
  const { proxy } = outgoing
  if (proxy !== undefined) return { socket: await openTunnel(proxy, host, port, signal), local: false }
  const socket = connect({ host, port, lookup: guardedLookup(outgoing.guardFor(host)) })
  try {
    await once(socket, 'connect', { signal })
    return { socket, local: isLoopback(socket.remoteAddress ?? '') }
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function logIn(socket: Socket, local: boolean, login: SmtpLogin, signal: AbortSignal): Promise<SmtpVerdict> {
  const { host, security, user, password } = login
  if (security === 'none' && !local) return { outcome: 'insecure' }
  const session = new SMTPConnection({
    connection: socket,
    host,
    name: 'causeway',
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { rejectUnauthorized: !local, minVersion: 'TLSv1.2' },
    maxResponseSize: 64 * 1024,
  })
  return new Promise<SmtpVerdict>(resolve => {
    const end = (verdict: SmtpVerdict) => {
      resolve(verdict)
      session.close()
    }
    signal.addEventListener('abort', () => end({ outcome: 'unreachable' }), { once: true })
    session.on('error', (error: SmtpFault) => end(verdictOf(error)))
    session.connect(fault => {
      if (fault) return end(verdictOf(fault))
      session.login({ user, pass: password, credentials: { user, pass: password } }, refusal => {
        if (refusal) return end(verdictOf(refusal))
        resolve({ outcome: 'taken' })
        session.quit()
      })
    })
  })
}

interface SmtpFault {
  code?: string | undefined
  responseCode?: number | undefined
}

/** 4xx asks for another try, 5xx is for good (RFC 5321, 4.2.1); only what answers AUTH is about the login (RFC 4954, 6). */
function verdictOf({ code, responseCode }: SmtpFault): SmtpVerdict {
  const told = responseCode === undefined ? {} : { code: responseCode }
  if (code === 'ETLS') return { outcome: 'insecure', ...told }
  if (responseCode === undefined) return { outcome: code === 'EAUTH' ? 'refused' : 'unreachable' }
  return { outcome: code === 'EAUTH' && responseCode >= 500 ? 'refused' : 'later', ...told }
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
