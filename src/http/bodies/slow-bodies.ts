import type { Socket } from 'node:net'
import type { IncomingMessage } from 'node:http'

const slow = new WeakSet<Socket>()

/** Says that a request's body passes through, for as long as whoever reads it allows: the server's bound is not for it. */
export function mayTakeLong(request: IncomingMessage): void {
  slow.add(request.socket)
  request.once('close', () => slow.delete(request.socket))
}

/** Whether the body that is arriving here may take long. */
export function takesLong(socket: Socket): boolean {
  return slow.has(socket)
}
