import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

const head = /^HTTP\/1\.1 1\d\d/
const headBytes = 'HTTP/1.1 100'.length

/**
 * Creates connections that accept an unasked `100 Continue` as an informational answer (RFC 9110, 15.2). Undici cuts such a
 * connection, since it never asks for one. The connection rewrites a leading `100` to `102`, which undici passes over. A status
 * line that arrives in two pieces is missed.
 */
export function acceptingContinue(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...result) => {
      if (result[1]) passOver(result[1])
      callback(...result)
    })
}

function passOver(socket: Socket): void {
  const read = socket.read.bind(socket)
  socket.read = size => {
    const chunk: unknown = read(size)
    if (Buffer.isBuffer(chunk)) rename(chunk)
    return chunk
  }
}

/** Changes the status of each `100 Continue` that a piece of an answer begins with. */
function rename(chunk: Buffer): void {
  for (let at = 0; head.test(chunk.toString('latin1', at, at + headBytes));) {
    if (chunk[at + headBytes - 2] === zero && chunk[at + headBytes - 1] === zero) chunk[at + headBytes - 1] = two
    const end = chunk.indexOf('\r\n\r\n', at)
    if (end < 0) return
    at = end + 4
  }
}

const zero = '0'.charCodeAt(0)
const two = '2'.charCodeAt(0)
