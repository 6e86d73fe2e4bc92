import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

const head = /^HTTP\/1\.1 1\d\d/
const headBytes = 'HTTP/1.1 100'.length

/**
 * Makes connections on which an unasked `100 Continue` is an informational answer like any other, as RFC 9110 (15.2) wants
 * it: undici cuts the connection, since it never asks for one. Where an answer begins with it, it reads as `102`, which undici
 * passes over. One whose first twelve bytes come in two pieces is not seen.
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
