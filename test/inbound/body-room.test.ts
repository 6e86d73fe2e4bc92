import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '../../src/ids.ts'
import { BodyRoom } from '../../src/inbound/receiving/body-room.ts'
import { bodyShareBytes } from '../../src/inbound/policy.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'

const MiB = 1024 * 1024
const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const server = await createTestServer(hub)
await server.listen({ port: 0, host: '127.0.0.1' })
const { port } = server.server.address() as AddressInfo

const createApp = async (webhookSecret: string) =>
  (await workspace.request('POST', '/v1/provider-apps', { provider: 'github', name: 'Own', webhookSecret })).body.id

/** A request of which no more is sent than the test says. */
function begin(path: string, length: number | undefined, { from = '127.0.0.1', headers = '' } = {}) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  let answer = ''
  socket.on('data', (data: Buffer) => (answer += data.toString()))
  socket.on('error', () => undefined)
  const closed = new Promise(resolve => socket.once('close', resolve))
  const framing = length === undefined ? 'transfer-encoding: chunked' : `content-length: ${length}`
  socket.write(`POST ${path} HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n${headers}${framing}\r\n\r\n`)
  return {
    async send(bytes: Buffer) {
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain').catch(() => undefined), closed])
    },
    async answered() {
      for (const end = Date.now() + 10_000; !/\r\n\r\n.*}/s.test(answer); await sleep(5))
        if (Date.now() > end) throw new Error(`no answer but ${JSON.stringify(answer)}`)
      return answer
    },
    end: () => socket.destroy(),
    closed,
  }
}

/** What is answered once the flood has arrived: until then there is room, and a body is waited for. */
async function refusal(path: string, length: number): Promise<string> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const request = begin(path, length, { from: '127.0.0.2' })
    const answer = await Promise.race([request.answered().catch(() => ''), sleep(5_000, '')])
    request.end()
    if (answer !== '') return answer
  }
  throw new Error('there is room for everything')
}

const signed = (secret: string, body: Buffer) =>
  `x-github-event: push\r\nx-github-delivery: ${randomBytes(8).toString('hex')}\r\n` +
  `x-hub-signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}\r\n`

describe('the bodies of webhooks under way', () => {
  it('are not waited for at an address that leads nowhere', async () => {
    const without = (await workspace.request('POST', '/v1/provider-apps', { provider: 'github', name: 'No secret' }))
      .body.id
    for (const path of [
      `/webhooks/github/${newId('providerApp')}`,
      '/webhooks/github/nothing',
      `/webhooks/github/${without}`,
      '/webhooks/nobody/x',
      '/webhooks/github',
    ]) {
      for (const length of [25 * MiB, undefined]) {
        const request = begin(path, length)
        const answer = await request.answered()
        expect([path, answer.slice(0, 12)]).toEqual([path, 'HTTP/1.1 404'])
        expect(answer.toLowerCase()).toContain('connection: close')
        await request.closed
      }
    }
  })

  it('leave room for others: an app and a sender have a share', async () => {
    const [flooded, other] = [await createApp('a'), await createApp('b')]
    // Announced as no more than all three find room for, in whatever order they come; the last byte never does.
    const flood = Array.from({ length: 3 }, () => begin(`/webhooks/github/${flooded}`, 15 * MiB + 1))
    for (const request of flood) await request.send(Buffer.alloc(15 * MiB, ' '))
    const body = Buffer.from('{"sender":{"id":1}}')
    const large = Buffer.concat([Buffer.alloc(10 * MiB, ' '), body])
    const to = (app: string, secret: string, bytes: Buffer, from: string) => {
      const request = begin(`/webhooks/github/${app}`, bytes.length, { from, headers: signed(secret, bytes) })
      return { ...request, whole: async () => (await request.send(bytes), (await request.answered()).slice(9, 12)) }
    }
    // Refused before its body is sent, with when to come again; small ones find their place.
    const refused = await refusal(`/webhooks/github/${flooded}`, large.length)
    expect(refused).toMatch(/^HTTP\/1.1 429.*retry-after: 1\r\n.*RATE_LIMITED/s)
    expect(await to(flooded, 'a', body, '127.0.0.2').whole()).toBe('202')
    // The flooding network has no room for other apps either; another's has.
    expect((await begin(`/webhooks/github/${other}`, large.length).answered()).slice(9, 12)).toBe('429')
    expect(await to(other, 'b', large, '127.0.0.2').whole()).toBe('202')

    for (const request of flood) request.end()
    const end = Date.now() + 30_000
    const again = () => to(flooded, 'a', large, '127.0.0.1').whole()
    let answer = await again()
    while (answer !== '202' && Date.now() < end) answer = await again()
    expect(answer).toBe('202')
  })

  it('are refused as they come when they did not say how large they are', async () => {
    const app = await createApp('c')
    const flood = Array.from({ length: 3 }, () => begin(`/webhooks/github/${app}`, undefined))
    const chunk = Buffer.concat([Buffer.from(`${MiB.toString(16)}\r\n`), Buffer.alloc(MiB, ' '), Buffer.from('\r\n')])
    const answers = Promise.race(flood.map(request => request.answered()))
    for (let n = 0; n < 20; n++)
      await Promise.all(flood.map(request => Promise.race([request.send(chunk), sleep(500)])))
    expect(await answers).toMatch(/^HTTP\/1.1 429/)
    for (const request of flood) request.end()
  })

  it('are counted no longer than they are held', () => {
    const room = new BodyRoom(100, 60)
    const one = room.enter(['app', 'network'], 10)
    one.take(50)
    expect(() => one.take(20)).toThrow('wait')
    expect(() => room.enter(['app', 'elsewhere'], 11)).toThrow('wait')
    const two = room.enter(['other', 'elsewhere'], 0)
    two.take(50)
    expect(() => room.enter(['third', 'third'], 1)).toThrow('wait')
    one.leave()
    one.leave()
    expect(room.held).toBe(50)
    room.enter(['app', 'network'], 50).take(50)
    two.leave()
    expect(room.held).toBe(50)
    expect(bodyShareBytes).toBeGreaterThan(25 * MiB)
  })
})
