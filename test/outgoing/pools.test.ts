import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from 'undici'
import { createOutgoing, type Outgoing } from '../../src/outgoing/agent.ts'
import { until } from '../support/delivery.ts'

/** Connections that may be open in all. */
const most = 1_024

const open = new Set<Socket>()
let connections = 0
let waiting: (() => void)[] = []
const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
  if (incoming.url === '/wait') waiting.push(() => response.end('late'))
  else response.end('ok')
})
server.on('connection', socket => {
  connections++
  open.add(socket)
  socket.on('close', () => open.delete(socket))
})
await new Promise<void>(resolve => server.listen({ port: 0, host: '0.0.0.0', backlog: 4_096 }, resolve))
const { port } = server.address() as AddressInfo

let way: Outgoing
beforeEach(() => {
  connections = 0
  waiting = []
  way = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
})
afterEach(async () => {
  await way.close()
  await until(() => open.size === 0)
})
afterAll(() => server.close())

/** One of many origins on this machine. */
const originOf = (number: number) => `http://127.1.${number >> 8}.${number & 255}:${port}`

async function get(origin: string, path = '/'): Promise<string> {
  const answer = await request(origin + path, { dispatcher: way.dispatcher })
  return answer.body.text()
}

async function getMany(from: number, to: number): Promise<void> {
  for (let first = from; first < to; first += 100) {
    const numbers = Array.from({ length: Math.min(100, to - first) }, (_, index) => first + index)
    await Promise.all(numbers.map(number => get(originOf(number))))
  }
}

describe('the connections to receivers', () => {
  it('are kept for the next request', async () => {
    for (let count = 0; count < 20; count++) {
      await get(originOf(0))
      // A connection is free a moment after its answer.
      await sleep(1)
    }
    expect(connections).toBe(1)
    expect(way.load).toEqual({ connections: 1, origins: 1 })
  })

  it('are bounded in all: 2,000 origins do not leave 2,000 of them open', async () => {
    await getMany(0, 2_000)
    await until(() => open.size === way.load.connections)
    expect(connections).toBe(2_000)
    expect(open.size).toBeLessThanOrEqual(most)
    expect(open.size).toBeGreaterThan(0.85 * most)
    expect(way.load.origins).toBe(open.size)
  })

  it('that were used last are the ones that stay', async () => {
    await getMany(0, most)
    await get(originOf(0))
    await getMany(most, most + 10)
    expect(way.load.connections).toBeGreaterThan(0.85 * most)
    connections = 0
    await get(originOf(0))
    expect(connections).toBe(0)
    await get(originOf(1))
    expect(connections).toBe(1)
  })

  it('under way are not cut for others, and are the last of what is closed', async () => {
    const late = get(originOf(5_000), '/wait')
    await until(() => waiting.length === 1)
    await getMany(0, 1_500)
    waiting[0]!()
    expect(await late).toBe('late')
  })

  it('of a busy origin that are idle make room too', async () => {
    const busy = originOf(5_000)
    const burst = Array.from({ length: 200 }, () => get(busy, '/wait'))
    await until(() => waiting.length === 200)
    for (const answer of waiting.slice(1)) answer()
    await Promise.all(burst.slice(1))
    const others = Array.from({ length: most - 150 }, (_, number) => get(originOf(number), '/wait'))
    await until(() => waiting.length === 200 + others.length)
    await until(() => open.size <= most)
    for (const answer of waiting) answer()
    expect(new Set(await Promise.all([...burst, ...others]))).toEqual(new Set(['late']))
  })

  it('that the receiver closes are forgotten, with their origin', async () => {
    await getMany(0, 50)
    expect(way.load).toEqual({ connections: 50, origins: 50 })
    for (const socket of open) socket.destroy()
    await until(() => way.load.connections === 0)
    expect(way.load.origins).toBe(0)
    await Promise.all([1, 2, 3].map(number => get(`http://127.0.0.1:${number}`).catch(() => undefined)))
    await sleep(20)
    expect(way.load).toEqual({ connections: 0, origins: 0 })
  })
})
