import { randomInt } from 'node:crypto'
import { connect, createServer } from 'node:net'

function listen(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}

/**
 * Below the ports that systems give to outgoing connections (32768 on Linux, 49152 elsewhere): one of those may be some client's
 * own end when a server that was stopped for a moment wants its port back.
 */
const ownRange = { from: 20_000, to: 32_000 }

/** A port of 127.0.0.1 that nobody listens on now: the preferred one where it is free, else any. */
export async function freePort(preferred?: number): Promise<number> {
  for (let tries = 0, wanted = preferred; tries < 20; tries++, wanted = undefined) {
    const port = await listen(wanted ?? randomInt(ownRange.from, ownRange.to))
    if (port !== undefined) return port
  }
  throw new Error('no free port on 127.0.0.1')
}

/** Whether somebody accepts connections on a port of 127.0.0.1. */
export function isListening(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
