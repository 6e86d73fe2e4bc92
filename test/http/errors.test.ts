import { METHODS } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { call, createTestHub, createTestServer, createWorkspace, type AnyBody } from '../support/hub.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
const { request, apiKey } = await createWorkspace(hub)

describe('every answer', () => {
  it('carries a request id, the same in header and error', async () => {
    const { headers, body } = await request('GET', '/v1/api-keys/key_nothing')
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-z]{26}$/)
    expect(body.error.requestId).toBe(headers['x-request-id'])
    expect((await request('GET', '/health')).headers['x-request-id']).toMatch(/^req_/)
  })

  it("takes the caller's request id when it is a plain token, and no other", async () => {
    const id = async (given: string) =>
      (await request('GET', '/health', undefined, { 'x-request-id': given })).headers['x-request-id']
    expect(await id('trace-0af7651916cd43dd')).toBe('trace-0af7651916cd43dd')
    for (const bad of ['short', 'x'.repeat(129), 'with space in it', '<script>alert</script>', '{"a":"long enough"}']) {
      expect(await id(bad)).toMatch(/^req_/)
    }
  })
})

describe('bad input', () => {
  it('is answered with each part that is wrong, without its value', async () => {
    const body = { name: '', permissions: ['canary:write'], expiresAt: 'canary', surplus: 'canary' }
    const answer = await request('POST', '/v1/api-keys', body)
    expect(answer.status).toBe(400)
    expect(answer.body.error.code).toBe('INVALID_REQUEST')
    const paths = (answer.body.error.details as { path: string }[]).map(({ path }) => path)
    expect([...new Set(paths)].sort()).toEqual(['body.expiresAt', 'body.name', 'body.permissions.0', 'body.surplus'])
    expect(JSON.stringify(answer.body)).not.toContain('canary')
    expect(JSON.stringify(answer.body)).toContain('surplus')
  })

  it.each([
    ['POST', '/v1/records', { collection: 'x', data: {}, foo: 1, bar: 2 }, 'body.foo', 'There is no such field'],
    ['POST', '/v1/records', { collection: 'x', data: {}, foo: 1, bar: 2 }, 'body.bar', 'There is no such field'],
    ['GET', '/v1/records?collection=x&page=2', undefined, 'query.page', 'There is no such parameter'],
    ['POST', '/v1/records', { collection: 'x' }, 'body.data', 'Is missing'],
    ['POST', '/v1/records', { collection: 'x', data: 1 }, 'body.data', 'Must be an object'],
    ['POST', '/v1/events', { type: 'a.b' }, 'body.data', 'Is missing'],
    ['POST', '/v1/events', { events: [{ type: 'a.b' }] }, 'body.events.0.data', 'Is missing'],
    ['POST', '/v1/events', { type: 1, data: 1 }, 'body.type', 'Must be a text'],
    ['POST', '/v1/events', [], 'body', 'Must be an object'],
    [
      'POST',
      '/v1/syncs',
      { connectionId: 'c', model: 'm', schedule: { every: 5 } },
      'body.schedule.every',
      'Must be a text',
    ],
    ['POST', '/v1/syncs', { connectionId: 'c', model: 'm', schedule: 5 }, 'body.schedule', 'Must be an object'],
  ] as const)('%s %s with %j names %s: %s', async (method, url, body, path, message) => {
    const answer = await request(method, url, body)
    expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(answer.body.error.details).toContainEqual({ path, message })
  })

  it.each([
    ['not JSON', '{"name":', 'INVALID_REQUEST', 400],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'INVALID_REQUEST', 400],
    ['no object', '[]', 'INVALID_REQUEST', 400],
    ['empty', '', 'INVALID_REQUEST', 400],
    ['a prototype', '{"name":"x","__proto__":{"a":1}}', 'INVALID_REQUEST', 400],
    ['a hidden prototype', '{"name":"x","\\u005f_proto__":{"a":1}}', 'INVALID_REQUEST', 400],
    ['too large', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 'BODY_TOO_LARGE', 413],
  ])('%s is refused', async (_what, body, code, status) => {
    const answer = await request('POST', '/v1/api-keys', body)
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
  })

  it('a body that is not JSON by its type is refused', async () => {
    const answer = await request('POST', '/v1/api-keys', 'name=x', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect([answer.status, answer.body.error.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE'])
  })

  it('a text with NUL, which Postgres does not store, is refused', async () => {
    const answer = await request('GET', '/v1/audit-log?subjectId=a%00b')
    expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })

  it('unknown query parameters are refused, with and without a schema', async () => {
    for (const url of ['/v1/api-keys?page=2', '/v1/providers?x=1']) {
      expect((await request('GET', url)).body.error.code).toBe('INVALID_REQUEST')
    }
  })

  it('an unreadable URL is refused', async () => {
    const answer = await request('GET', '/v1/api-keys/%E0%A4%A')
    expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(answer.headers['x-request-id']).toBe(answer.body.error.requestId)
  })

  it.each(['x', 'bm90IGpzb24', 'e30', Buffer.from('{"id":"ws_1"}').toString('base64url'), '%00', 'x'.repeat(2000)])(
    'the cursor %# is refused',
    async cursor => {
      const { status, body } = await request('GET', `/v1/api-keys?cursor=${cursor}`)
      expect(status).toBe(400)
      expect(['INVALID_CURSOR', 'INVALID_REQUEST']).toContain(body.error.code)
    },
  )

  it.each(['0', '-1', '101', 'ten', '1.5', ''])('the limit %p is refused', async limit => {
    expect((await request('GET', `/v1/api-keys?limit=${limit}`)).body.error.code).toBe('INVALID_REQUEST')
  })
})

describe('a wrong address', () => {
  it('is not found', async () => {
    const answer = await request('GET', '/v1/nothing')
    expect([answer.status, answer.body.error.code]).toEqual([404, 'NOT_FOUND'])
  })

  it.each(METHODS.filter(method => !['CONNECT', 'GET', 'HEAD', 'POST'].includes(method)))(
    'with the method %s is 405, with or without a content type, and 404 where nothing is',
    async method => {
      for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': 'x' }]) {
        const there = await app.inject({ method: method as 'GET', url: '/v1/api-keys', headers })
        expect([there.statusCode, there.headers.allow]).toEqual([405, 'POST, GET, HEAD'])
        expect(there.json()).toMatchObject({ error: { code: 'METHOD_NOT_ALLOWED' } })
        const nowhere = await app.inject({ method: method as 'GET', url: '/v1/nothing', headers })
        expect([nowhere.statusCode, nowhere.json<AnyBody>().error.code]).toEqual([404, 'NOT_FOUND'])
      }
    },
  )

  it('with the wrong method names those it takes', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH'] as const) {
      const answer = await request(method, '/v1/api-keys', 'not json')
      expect([answer.status, answer.body.error.code]).toEqual([405, 'METHOD_NOT_ALLOWED'])
      expect(answer.headers.allow!.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST'])
    }
  })
})

describe('on a real socket', () => {
  const send = async (text: string, { end = false } = {}) => {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(text.replaceAll('\n', '\r\n'))
    if (end) return void setTimeout(() => socket.destroy(), 50)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }

  it('another expectation than 100-continue is refused in the form of all errors', async () => {
    const answer = await send(
      `POST /v1/api-keys HTTP/1.1\nhost: x\nauthorization: Bearer ${apiKey}\nexpect: tea\ncontent-type: application/json\ncontent-length: 5\n\n`,
    )
    const [head, body] = answer!.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1.1 417 /)
    expect(head).toMatch(/^x-request-id: req_/m)
    expect(JSON.parse(body!)).toMatchObject({ error: { code: 'EXPECTATION_FAILED' } })
  })

  it('an empty body is none, however it is framed and whatever it is called', async () => {
    const { body: made } = await request('POST', '/v1/api-keys', { name: 'to revoke' })
    const framings = [
      'transfer-encoding: chunked\n\n0\n\n',
      'content-type: text/plain\ncontent-length: 0\n\n',
      'content-type: text/plain\ntransfer-encoding: chunked\n\n0\n\n',
    ]
    for (const framing of framings) {
      const head = `DELETE /v1/api-keys/${made.id} HTTP/1.1\nhost: x\nconnection: close\nauthorization: Bearer ${apiKey}\n`
      expect(await send(head + framing)).toMatch(/^HTTP\/1.1 204 /)
    }
    const full = `DELETE /v1/api-keys/${made.id} HTTP/1.1\nhost: x\nauthorization: Bearer ${apiKey}\ncontent-type: text/plain\ntransfer-encoding: chunked\n\n1\nx\n0\n\n`
    expect(await send(full)).toMatch(/^HTTP\/1.1 415 /)
  })

  it('a caller that goes away in the middle of its body is no failure of the hub, nor of its database', async () => {
    const lines: string[] = []
    const log = pino({ level: 'debug' }, { write: line => void lines.push(line) })
    const server = await createTestServer(await createTestHub({ beside: hub, log }))
    await server.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(
      `POST /v1/records HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${apiKey}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"co`,
    )
    await sleep(300)
    socket.destroy()
    await sleep(300)
    expect(lines.filter(line => /DATABASE|"level":[56]0/.test(line))).toEqual([])
  })
})

describe('what is not HTTP at all', () => {
  it.each([
    ['garbage', 'GARBAGE\r\n\r\n', 'INVALID_REQUEST'],
    ['large headers', `GET /health HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'HEADERS_TOO_LARGE'],
  ])('%s gets the same form of error', async (_what, bytes, code) => {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(bytes)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk as Buffer)
    const [, body] = Buffer.concat(chunks).toString().split('\r\n\r\n')
    expect(JSON.parse(body!)).toMatchObject({ error: { code, requestId: expect.stringMatching(/^req_/) as string } })
  })
})

describe('an unexpected failure', () => {
  it('tells nothing but the request id', async () => {
    const broken = await createTestHub({ beside: hub })
    broken.credentials.fieldsOf = () => Promise.reject(new Error('canary in a library'))
    const server = await createTestServer(broken)
    const created = await request('POST', '/v1/provider-apps', { provider: 'github', name: 'x' })
    const answer = await call(server, apiKey, 'GET', `/v1/provider-apps/${created.body.id}`)
    expect(answer.status).toBe(500)
    expect(answer.body.error).toEqual({
      code: 'INTERNAL',
      message: 'Something went wrong here; the request id leads to the log.',
      requestId: answer.headers['x-request-id'],
    })
  })
})
