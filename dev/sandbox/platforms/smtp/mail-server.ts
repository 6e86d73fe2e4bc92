import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** Where a mail server listens on this machine. */
export interface MailPorts {
  /** STARTTLS, as port 587 has it: nobody logs in before. */
  starttls: number
  /** TLS from the first byte, as port 465 has it. */
  tls: number
}

/**
 * Starts a mail server, under a certificate that nobody vouches for, that takes the logins that `isGood` knows (RFC 4954) and no mail: it is for proving logins. It does not keep
 * the process alive.
 */
export async function startMailServer(isGood: (user: string, password: string) => boolean): Promise<MailPorts> {
  const start = async (secure: boolean) => {
    const server = new SMTPServer({
      ...{ secure, authMethods: ['PLAIN', 'LOGIN'], disableReverseLookup: true },
      onAuth({ username, password }, _session, done) {
        if (isGood(username ?? '', password ?? '')) return done(null, { user: String(username) })
        done(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 }))
      },
      onMailFrom: (_address, _session, done) => done(new Error('5.7.1 No mail is taken here')),
    })
    server.on('error', () => undefined)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    server.server.unref()
    return (server.server.address() as AddressInfo).port
  }
  const [starttls, tls] = [await start(false), await start(true)]
  return { starttls, tls }
}
