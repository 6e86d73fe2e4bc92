import { request as plainRequest, type IncomingMessage } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'

/** The proxy would not lead there; what it answered is nobody's business but its operator's. */
export class TunnelRefusedError extends Error {
  override readonly name = 'TunnelRefusedError'
}

/**
 * A connection to a host through an HTTP proxy (CONNECT, RFC 9110, 9.3.6). Its bytes are the host's own from the first on.
 * @param proxy its address; a user and password in it are told it as Basic credentials
 * @throws TunnelRefusedError; the signal's reason; what Node says of a proxy that is not there
 */
export function openTunnel(proxy: string, host: string, port: number, signal: AbortSignal): Promise<Socket> {
  const { protocol, hostname, port: proxyPort, username, password } = new URL(proxy)
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  const asked = (protocol === 'https:' ? secureRequest : plainRequest)({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: proxyPort || (protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${basic}` }) },
    agent: false,
    signal,
  })
  return new Promise((resolve, reject) => {
    asked.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy()
        return reject(new TunnelRefusedError('The proxy refuses the tunnel'))
      }
      // A host that speaks first may have spoken already.
      if (head.length > 0) socket.unshift(head)
      resolve(socket)
    })
    asked.once('response', answer => {
      answer.destroy()
      reject(new TunnelRefusedError('The proxy opens no tunnels'))
    })
    asked.once('error', reject)
    asked.end()
  })
}
