import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { request } from 'undici'
import { createOutgoing, type Outgoing } from '../../src/outgoing/agent.ts'
import type { Resolve } from '../../src/outgoing/lookup.ts'
import { failureOf } from '../../src/delivery/sending/failure.ts'
import { startTestProxy } from '../support/proxy.ts'

let server: Server
let port: number
const opened: Outgoing[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
    else response.writeHead(200, { connection: 'close' }).end(request.socket.localAddress)
  })
  await new Promise<void>(resolve => server.listen(0, '0.0.0.0', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  for (const outgoing of opened) await outgoing.close()
  server.closeAllConnections()
  server.close()
})

function outgoing(allowedPrivateNetworks: string[], resolve?: Resolve, proxy?: string): Outgoing {
  const made = createOutgoing({ allowedPrivateNetworks, proxy }, resolve)
  opened.push(made)
  return made
}

const get = async (way: Outgoing, url: string) => {
  const answer = await request(url, { dispatcher: way.dispatcher })
  return `${answer.statusCode} ${await answer.body.text()}`
}
const blocked: unknown = expect.objectContaining({ code: 'BLOCKED_ADDRESS' })
const answering =
  (...answers: string[][]): Resolve =>
  (_name, _options, callback) =>
    callback(
      null,
      (answers.length > 1 ? answers.shift()! : answers[0]!).map(address => ({ address, family: 4 })),
    )

describe('the way out', () => {
  it('does not lead to private addresses, by number or by name', async () => {
    const way = outgoing([], answering(['127.0.0.1']))
    await expect(get(way, `http://127.0.0.1:${port}/`)).rejects.toEqual(blocked)
    await expect(get(way, `http://innocent.example:${port}/`)).rejects.toEqual(blocked)
    const error: unknown = await get(way, `http://innocent.example:${port}/`).catch((error: unknown) => error)
    expect(failureOf(error, { secure: false, started: false, certified: false }).error).toBe('blocked')
  })

  it('asks again for each connection: a name that changes its mind gains nothing', async () => {
    const way = outgoing(['127.0.0.2/32'], answering(['127.0.0.2'], ['127.0.0.1']))
    expect(await get(way, `http://rebinding.example:${port}/`)).toBe('200 127.0.0.2')
    await expect(get(way, `http://rebinding.example:${port}/`)).rejects.toEqual(blocked)
  })

  it('takes of several addresses only those that are allowed', async () => {
    const way = outgoing(['127.0.0.2/32'], answering(['127.0.0.1', '127.0.0.2']))
    expect(await get(way, `http://both.example:${port}/`)).toBe('200 127.0.0.2')
  })

  it('does not follow redirects by itself', async () => {
    const way = outgoing(['127.0.0.2/32'], answering(['127.0.0.2']))
    expect(await get(way, `http://redirecting.example:${port}/redirect`)).toMatch(/^302/)
  })

  it('goes through a proxy where one is set, which still does not make a private address in a URL open', async () => {
    const proxy = await startTestProxy(port)
    const way = outgoing([], undefined, proxy.url)
    expect(await get(way, `http://somewhere.example:${port}/`)).toMatch(/^200/)
    expect(proxy.asked[0]).toContain('somewhere.example')
    await expect(get(way, `http://10.0.0.1:${port}/`)).rejects.toEqual(blocked)
    proxy.stop()
  })
})
