import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Hub } from '../../src/hub.ts'
import { createEndpoint } from './delivery.ts'
import { atClose, createWorkspace, type TestWorkspace } from './hub.ts'

/** A healthy endpoint with steady traffic, beside which others may be in trouble. */
export interface Steady {
  workspace: TestWorkspace
  endpointId: string
  /** The 99th percentile, in milliseconds from publish to arrival, of what is published in the next while. */
  p99(forMs?: number): Promise<number>
  /**
   * Throws unless the p99 is what it was at the start, within what a noisy machine does to it by itself: in one window of
   * five it must be. What held the healthy back would do so in all of them.
   */
  keepsItsP99(): Promise<void>
}

const perSecond = 60
const windowMs = 1_500
const windows = 5
/** What has not arrived by then counts as never. */
const arriveMs = 2_000
/** A stall of the machine is no fault of the neighbours: so much is good always… */
const alwaysGoodMs = 250
/** …and so many times what a round trip to Postgres and one to the receiver take meanwhile. */
const roundTrips = 6

/** Starts the traffic, and measures it undisturbed. It ends with the test file. */
export async function startSteady(hub: Hub, host = '127.0.0.1'): Promise<Steady> {
  const latencies = new Map<number, number>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'GET') return void response.writeHead(200).end()
      const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: { n: number; at: number } }
      latencies.set(data.n, performance.now() - data.at)
      response.writeHead(200).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const workspace = await createWorkspace(hub)
  const url = `http://${host}:${(server.address() as AddressInfo).port}/`
  const { id } = await createEndpoint(workspace, url, { eventTypes: ['steady'] })
  let published = 0
  const underWay = new Set<Promise<unknown>>()
  // Whatever the answers take, the rate stays: waiting for them would hide what delays them.
  const timer = setInterval(() => {
    const data = { n: published++, at: performance.now() }
    const one = workspace.request('POST', '/v1/events', { type: 'steady', data }).finally(() => underWay.delete(one))
    underWay.add(one)
  }, 1_000 / perSecond)
  atClose(async () => {
    clearInterval(timer)
    await Promise.allSettled(underWay)
    server.close()
    server.closeAllConnections()
  })
  const quantile = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Infinity
  const p99 = async (forMs = windowMs) => {
    const from = published
    await sleep(forMs)
    const to = published
    const numbers = Array.from({ length: to - from }, (_, index) => from + index)
    for (let waited = 0; waited < arriveMs && numbers.some(n => !latencies.has(n)); waited += 20) await sleep(20)
    return quantile(numbers.map(n => latencies.get(n) ?? Infinity))
  }
  const client = new pg.Client({ connectionString: hub.config.database.url })
  await client.connect()
  atClose(() => client.end())
  /** The p99 of bare round trips in a window: what the machine alone does to a time. */
  const machineP99 = async (forMs: number) => {
    const times: number[] = []
    for (const endsAt = performance.now() + forMs; performance.now() < endsAt; await sleep(1_000 / perSecond)) {
      const at = performance.now()
      await client.query('select 1')
      await (await fetch(url, { method: 'GET' })).arrayBuffer()
      times.push(performance.now() - at)
    }
    return quantile(times)
  }
  await p99(1_000)
  const before = await p99()
  return {
    ...{ workspace, endpointId: id, p99 },
    async keepsItsP99() {
      const seen: number[] = []
      while (seen.length < windows) {
        const [taken, machine] = await Promise.all([p99(), machineP99(windowMs)])
        seen.push(taken)
        if (taken <= Math.max(3 * before, alwaysGoodMs, roundTrips * machine)) return
      }
      const told = seen.map(ms => `${Math.round(ms)} ms`).join(', ')
      throw new Error(
        `the healthy endpoint waits: a p99 of ${told} beside the trouble, ${Math.round(before)} ms before`,
      )
    },
  }
}
