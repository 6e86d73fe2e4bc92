import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { checkHeaders } from '../../../src/delivery/endpoints/endpoint-headers.ts'
import { describeError, type Outcome } from '../../../src/delivery/sending/outcome.ts'
import { send, type Post } from '../../../src/delivery/sending/send.ts'
import { HubError } from '../../../src/errors.ts'
import { createOutgoing } from '../../../src/outgoing/agent.ts'
import { parseRetryAfter } from '../../../src/outgoing/retry-after.ts'
import { until } from '../../support/delivery.ts'

type Answer = (socket: Socket) => void

let answer: Answer
let requests = 0
const sockets = new Set<Socket>()
/** Speaks as a test tells it to, which is not always HTTP. */
const server = createServer(socket => {
  sockets.add(socket)
  socket.on('error', () => undefined)
  socket.on('close', () => sockets.delete(socket))
  socket.on('data', chunk => {
    if (!chunk.includes('{"whole":true}')) return
    requests++
    answer(socket)
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const way = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
beforeEach(() => (requests = 0))
afterAll(async () => {
  await way.close()
  for (const socket of sockets) socket.destroy()
  server.close()
})

const timeoutMs = 600

function exchange(over: Partial<Post> = {}, by = way): Promise<Outcome> {
  const post: Post = {
    origin: `http://127.0.0.1:${port}`,
    path: '/',
    headers: ['content-type', 'application/json'],
    body: Buffer.from('{"whole":true}'),
    sentAt: Date.now(),
    endpointVersion: 1,
    timeoutMs,
    testEventId: null,
    way: undefined,
    ...over,
  }
  return new Promise(resolve => send(by.dispatcher, post, resolve))
}

/** Writes a piece now and then until the connection is gone. */
const trickle =
  (head: string, piece: () => string): Answer =>
  socket => {
    socket.write(head)
    const timer = setInterval(() => socket.write(piece()), 10)
    socket.on('close', () => clearInterval(timer))
  }

describe('one exchange', () => {
  it.each<[string, Answer]>([
    ['never answers', () => undefined],
    ['sends its header byte by byte', trickle('HTTP/1.1 200 OK\r\nx: ', () => 'a')],
    ['sends header after header', trickle('HTTP/1.1 200 OK\r\n', () => 'a: b\r\n')],
    [
      'sends one informational answer after the other',
      trickle('', () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
    ],
    ['sends its body byte by byte', trickle('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n', () => 'x')],
    ['never ends its body', socket => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx')],
    ['never ends its chunks', trickle('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n', () => '1\r\nx\r\n')],
  ])('with a receiver that %s ends in its time', async (_, how) => {
    answer = how
    const outcome = await exchange()
    expect(outcome.error).toBe('timeout')
    expect(outcome.durationMs).toBeGreaterThanOrEqual(timeoutMs - 60)
    expect(outcome.durationMs).toBeLessThan(timeoutMs + 500)
    await until(() => sockets.size === 0)
  })

  it('is timed from before the look-up of the name and the connection', async () => {
    const never = createOutgoing({ allowedPrivateNetworks: [], proxy: undefined }, () => undefined)
    const outcome = await exchange({ origin: 'http://never.example' }, never)
    expect(outcome).toMatchObject({ error: 'timeout' })
    expect(outcome.durationMs).toBeLessThan(timeoutMs + 500)
    await never.close()
  })

  it('looks a name up once for all who wait for it', async () => {
    let lookUps = 0
    const slow = createOutgoing(
      { allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined },
      (_name, _options, found) => {
        lookUps++
        setTimeout(() => found(null, [{ address: '127.0.0.1', family: 4 }]), 100)
      },
    )
    answer = socket => socket.end('HTTP/1.1 204 No Content\r\n\r\n')
    const origin = `http://slow.example:${port}`
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => exchange({ origin }, slow)))
    expect(outcomes.map(outcome => outcome.status)).toEqual(Array(10).fill(204))
    expect(lookUps).toBe(1)
    await slow.close()
  })

  it('with a receiver that sends 1 GB hears 64 KiB of it, keeps 16, and counts the status', async () => {
    const chunk = Buffer.alloc(65_536, 'x')
    let written = 0
    answer = socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && written < 1024 ** 3 && socket.write(chunk)) written += chunk.length
      }
      socket.on('drain', more)
      more()
    }
    const before = process.memoryUsage().rss
    const outcome = await exchange({ timeoutMs: 5_000 })
    expect(outcome.error).toBeUndefined()
    expect(outcome.answer).toHaveLength(16 * 1024)
    await until(() => sockets.size === 0)
    // What the kernels' buffers took, no more.
    expect(written).toBeLessThan(32 * 1024 ** 2)
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2)
  })

  it('does not unpack what is compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 ** 2))
    answer = socket => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`)
      socket.write(bomb)
    }
    const { error, answer: kept } = await exchange()
    expect(error).toBeUndefined()
    expect(kept).toEqual(bomb.subarray(0, 16 * 1024))
  })

  it.each<[string, string, number]>([
    ['a header of more than 32 KiB', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`, 0],
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 0],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      0,
    ],
    ['two lengths that differ', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx', 0],
    ['a body that is cut', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', 200],
    ['nothing', '', 0],
  ])('answered by %s has failed', async (_, text, status) => {
    answer = socket => socket.end(text)
    const outcome = await exchange()
    expect([outcome.error, outcome.status ?? 0]).toEqual(['reset', status])
  })

  it.each<[string, string, string]>([
    ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nold', 'old'],
    ['Connection: close, without a length', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nto the end', 'to the end'],
    ['Connection: close', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok', 'ok'],
    [
      'an informational answer first',
      'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      'ok',
    ],
    [
      'an unasked 100 Continue first',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      'ok',
    ],
    [
      'several informational answers first',
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok',
      'ok',
    ],
    [
      'a body that looks like another answer',
      'HTTP/1.1 200 OK\r\ncontent-length: 25\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\n',
    ],
  ])('answered with %s has succeeded', async (_, text, body) => {
    answer = socket => socket.end(text)
    const outcome = await exchange()
    expect([outcome.error, outcome.status, outcome.answer?.toString()]).toEqual([undefined, 200, body])
  })

  it.each([
    ['in two headers', 'retry-after: 3\r\nretry-after: 4\r\n'],
    ['in one', 'retry-after: 3, 4\r\n'],
    ['before a number', 'retry-after: 4\r\n'],
  ])('hears how long to wait, said %s', async (_, header) => {
    answer = socket => socket.end(`HTTP/1.1 503 Busy\r\n${header}content-length: 0\r\n\r\n`)
    expect(parseRetryAfter((await exchange()).retryAfter, Date.now())).toBe(4_000)
  })

  it('takes 100 Continue and what follows in a piece of its own, and keeps the connection', async () => {
    const connections = new Set<Socket>()
    answer = socket => {
      connections.add(socket)
      socket.write('HTTP/1.1 100 Continue\r\n\r\n')
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 50)
    }
    const fresh = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
    for (let n = 0; n < 10; n++) {
      expect(await exchange({}, fresh)).toMatchObject({ status: 200, answer: Buffer.from('ok') })
    }
    expect(connections.size).toBeLessThan(3)
    await fresh.close()
  })

  it.each([300, 301, 302, 303, 307, 308])('tells of a %i as a redirect, with where it led', async status => {
    answer = socket => socket.end(`HTTP/1.1 ${status} X\r\nlocation: /elsewhere?a\r\ncontent-length: 0\r\n\r\n`)
    const outcome = await exchange()
    expect(outcome).toMatchObject({ error: 'redirect', status, location: '/elsewhere?a', network: 'answered' })
    expect(describeError(outcome)).toBe(`redirect ${status}`)
    expect(requests).toBe(1)
  })

  it.each([
    ['without a Location', 'HTTP/1.1 302 X\r\n\r\n', 'redirect', undefined],
    ['with a long one', `HTTP/1.1 302 X\r\nlocation: ${'a'.repeat(3_000)}\r\n\r\n`, 'redirect', 1_000],
    ['with two', 'HTTP/1.1 302 X\r\nlocation: a\r\nlocation: bb\r\n\r\n', 'redirect', 1],
    ['that is none, 304', 'HTTP/1.1 304 X\r\nlocation: a\r\n\r\n', 'status', undefined],
    ['that is a success', 'HTTP/1.1 201 X\r\nlocation: a\r\ncontent-length: 0\r\n\r\n', undefined, undefined],
  ])('takes a redirect %s for what it is', async (_, text, error, length) => {
    answer = socket => socket.end(text)
    const outcome = await exchange()
    expect([outcome.error, outcome.location?.length]).toEqual([error, length])
  })

  it('is tried once: what was cut is the schedule’s to send again', async () => {
    answer = socket => socket.destroy()
    expect((await exchange()).error).toBe('reset')
    await sleep(50)
    expect(requests).toBe(1)
  })
})

describe('headers of an endpoint’s own', () => {
  it('are sent as they are, but for the case of their names', () => {
    const own = { Authorization: 'Bearer x', traceparent: '00-1-2-01', 'X-Api-Key': 'k', Cookie: 'a=b' }
    expect(checkHeaders(own)).toEqual({
      authorization: 'Bearer x',
      traceparent: '00-1-2-01',
      'x-api-key': 'k',
      cookie: 'a=b',
    })
  })

  it.each([
    ...['Host', 'content-length', 'Transfer-Encoding', 'connection', 'webhook-id', 'Webhook-Anything', 'svix-id'],
    ...['SVIX-signature', 'proxy-authorization', 'sec-fetch-mode', 'te', 'upgrade', 'expect', 'content-encoding'],
    ...['http2-settings', ':path', 'a b', '', 'ä'],
  ])('may not be called %s', name => {
    expect(() => checkHeaders({ [name]: 'x' })).toThrow()
  })

  it('hold no line breaks, nor the same name twice', () => {
    for (const value of ['a\r\nb: c', 'a\nb', '\0', 'ü']) expect(() => checkHeaders({ x: value })).toThrow()
    expect(() => checkHeaders({ 'X-One': '1', 'x-one': '2' })).toThrow()
  })

  it('may be called as what every object has', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      const checked = checkHeaders(JSON.parse(`{"${name}": "x"}`) as Record<string, string>)
      expect(Object.entries(checked)).toEqual([[name.toLowerCase(), 'x']])
    }
  })

  it('are not called by characters that become letters', () => {
    expect(() => checkHeaders({ '\u212aey': 'x' })).toThrow()
  })

  it('are bounded together', () => {
    const headers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'a'.repeat(3_000)]))
    expect(Object.keys(checkHeaders(headers(4)))).toHaveLength(4)
    expect(() => checkHeaders(headers(5))).toThrow(new HubError('INVALID_REQUEST'))
  })
})
