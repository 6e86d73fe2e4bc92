import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect as connectSocket, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { heldBodyBytes } from '../../src/connections/proxy/proxy-policy.ts'
import { call, createWorkspace, type AnyBody } from '../support/hub.ts'
import { createMadeHub, madeApp, tokens } from '../grants/made.ts'
import { bodyOf, startRawPlatform } from './raw-platform.ts'
import { eventually } from './accounts.ts'

const environments = {
  production: { api: 'https://api.made.example/base', files: 'https://files.made.example/files' },
}
const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const key = { kind: 'api_key' as const, id: 'key', label: 'Key', help: 'Settings' }
const { hub, app, workspace } = await createMadeHub({
  bearer: {
    environments,
    auth: [{ ...key, placement: { in: 'bearer' } }],
    calls: { headers: { 'made-version': '2' } },
  },
  queried: { environments, auth: [{ ...key, placement: { in: 'query', name: 'key' } }] },
  several: {
    environments,
    auth: [
      {
        ...{ ...key, fields: [field('user'), field('password', { secret: true }), field('token', { secret: true })] },
        placement: [
          { in: 'basic', user: '{user}', password: '{password}' },
          { in: 'header', name: 'x-token', value: 'T {token}' },
        ],
      },
    ],
  },
  renewed: {
    environments,
    auth: [
      {
        ...{ kind: 'client_credentials', id: 'client', ...tokens, clientAuth: 'basic' },
        fields: [field('clientId'), field('clientSecret', { secret: true })],
      },
    ],
  },
  limited: {
    environments,
    auth: [{ ...key, placement: { in: 'bearer' } }],
    limits: [{ kind: 'calls-per-window', per: 'connection', permits: 100, window: '1h' }],
  },
})
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo
const platform = await startRawPlatform()
const stranger = await startRawPlatform()
let given = 0
platform.on('/token', (_, response) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ access_token: `at-${++given}`, token_type: 'Bearer', expires_in: 3600 })),
)
platform.on('/base/me', (_, response) => response.end(JSON.stringify({ id: 7, name: 'Seven' })))

async function connect(provider: string, credentials: Record<string, string>): Promise<string> {
  const providerAppId = await madeApp(hub, workspace, platform as never, provider)
  const { status, body } = await workspace.request<{ connection: { id: string } }>('POST', '/v1/connections', {
    ...{ provider, providerAppId, credentials },
  })
  expect(status).toBe(201)
  return body.connection.id
}
const bearer = await connect('bearer', { apiKey: 'bearer-secret' })
const queried = await connect('queried', { apiKey: 'query secret&1' })
const several = await connect('several', { user: 'me', password: 'pass:word', token: 'the-token' })
const renewed = await connect('renewed', { clientId: 'mine', clientSecret: 'hush' })
const limited = await connect('limited', { apiKey: 'limited-secret' })

interface Proxied {
  status: number
  headers: IncomingMessage['headers']
  body: Buffer
}

/** A call through the proxy, as a caller's own HTTP client makes it. */
async function proxied(
  connectionId: string,
  path: string,
  { body, headers, ...options }: RequestOptions & { body?: string | Buffer } = {},
): Promise<Proxied> {
  const asked = httpRequest({
    ...{ host: '127.0.0.1', port, path: `/v1/connections/${connectionId}/proxy${path}`, ...options },
    headers: { authorization: `Bearer ${workspace.apiKey}`, ...(headers as Record<string, string>) },
  })
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return { status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }
}

const errorOf = ({ status, headers, body }: Proxied) => {
  const { code } = (JSON.parse(body.toString()) as AnyBody).error
  expect(headers['causeway-error']).toBe(code)
  return [status, code]
}
const last = () => platform.requests.at(-1)!

describe('a proxied call', () => {
  it('carries the credential as the platform takes it, and nothing that proves something to the hub', async () => {
    platform.on('/base/echo', (_, response) => response.end('there'))
    const given = {
      ...{
        cookie: 'session=1',
        'causeway-host': 'api',
        'x-forwarded-for': '10.0.0.9',
        'x-own': 'kept',
        te: 'trailers',
      },
      ...{ connection: 'keep-alive, x-hop', 'x-hop': 'gone', 'proxy-authorization': 'Basic abc', 'X-Token': 'forged' },
    }
    const answer = await proxied(bearer, '/echo?a=1&b=%20', { headers: given })
    expect([answer.status, answer.body.toString()]).toEqual([200, 'there'])
    const { headers, url, rawHeaders } = last()
    expect(url).toBe('/base/echo?a=1&b=%20')
    expect(headers).toMatchObject({ authorization: 'Bearer bearer-secret', 'x-own': 'kept', 'made-version': '2' })
    expect(headers['x-request-id']).toBe(answer.headers['x-request-id'])
    for (const name of ['cookie', 'causeway-host', 'x-forwarded-for', 'te', 'x-hop', 'proxy-authorization'])
      expect(headers).not.toHaveProperty(name)
    expect(rawHeaders.join()).not.toContain(workspace.apiKey)
    await proxied(several, '/echo', { headers: given })
    const basic = `Basic ${Buffer.from('me:pass:word').toString('base64')}`
    expect(last().headers).toMatchObject({ authorization: basic, 'x-token': 'T the-token' })
    await proxied(bearer, '/echo', { headers: { 'made-version': '7' } })
    expect(last().headers['made-version']).toBe('7')
  })

  it('carries it in the query, in place of the caller’s, and answers without it', async () => {
    platform.on('/base/echo', (request, response) => {
      const location = `https://elsewhere.example${request.url}`
      response.writeHead(302, { location, link: `<${request.url}>; rel="next"` }).end()
    })
    const answer = await proxied(queried, '/echo?key=mine&a=%2B&%6bey=mine2&b')
    expect(last().url).toBe('/base/echo?a=%2B&b&key=query%20secret%261')
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe('https://elsewhere.example/base/echo?a=%2B&b&key=')
    expect(answer.headers.link).not.toContain('secret')
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is made by %s', async method => {
    const seen: string[] = []
    platform.on('/base/things/', async (request, response) => {
      seen.push(`${request.method} ${await bodyOf(request)}`)
      response.writeHead(method === 'DELETE' ? 204 : 207, 'As it is', { 'x-of': 'the platform', etag: '"1"' })
      response.end(method === 'DELETE' ? undefined : 'done')
    })
    const body = ['POST', 'PUT', 'PATCH'].includes(method) ? '{"a":1}' : undefined
    const answer = await proxied(bearer, '/things/', { method, ...(body === undefined ? {} : { body }) })
    expect(seen).toEqual([`${method} ${body ?? ''}`])
    expect(answer.status).toBe(method === 'DELETE' ? 204 : 207)
    expect(answer.headers).toMatchObject({ 'x-of': 'the platform', etag: '"1"' })
    expect(answer.body.toString()).toBe(['HEAD', 'DELETE'].includes(method) ? '' : 'done')
  })

  it('takes empty bodies, bodies of any type and of unknown length', async () => {
    platform.on('/base/take', async (request, response) => response.end(await bodyOf(request)))
    const post = (body: string | undefined, headers: Record<string, string> = {}) =>
      proxied(bearer, '/take', { method: 'POST', headers, ...(body === undefined ? {} : { body }) })
    expect((await post(undefined, { 'content-length': '0' })).body.toString()).toBe('')
    expect(last().headers['content-length']).toBe('0')
    expect((await post('a,b', { 'content-type': 'text/csv; charset=x' })).body.toString()).toBe('a,b')
    expect(last().headers).toMatchObject({ 'content-type': 'text/csv; charset=x', 'content-length': '3' })
    expect((await post('not { json', { 'content-type': 'application/json' })).body.toString()).toBe('not { json')
    expect(
      (await post('pieces', { 'transfer-encoding': 'chunked', 'content-type': 'not a type' })).body.toString(),
    ).toBe('pieces')
    expect((await post('waited', { expect: '100-continue', 'content-length': '6' })).body.toString()).toBe('waited')
    expect(last().headers).not.toHaveProperty('expect')
    const withGet = await proxied(bearer, '/take', { method: 'GET', body: 'odd', headers: { 'content-length': '3' } })
    expect(withGet.body.toString()).toBe('odd')
  })

  it('goes to another of the platform’s hosts that is named, and to no other', async () => {
    platform.on('/files/1', (_, response) => response.end('file'))
    expect((await proxied(bearer, '/1', { headers: { 'causeway-host': 'files' } })).body.toString()).toBe('file')
    for (const host of ['nobody', 'http://127.0.0.1', '__proto__', 'files, files', ''])
      expect(errorOf(await proxied(bearer, '/1', { headers: { 'causeway-host': host } }))).toEqual([
        400,
        'INVALID_REQUEST',
      ])
  })

  it.each([
    ...[
      '/..',
      '/../me',
      '/a/../../token',
      '/a/%2e%2e/%2e%2e/token',
      '/%2e./token',
      '/a%2f..%2f..%2ftoken',
      '/.',
      '/a/./b',
    ],
    ...['//127.0.0.1:1/x', '/a//b', '/a%5c..%5cb', '/%252e%252e/token', '/%25252e%25252e/x', '/a%00b', '/a%0d%0aX:1'],
  ])('does not lead out of the host by %s', async path => {
    const before = platform.requests.length + stranger.requests.length
    expect(errorOf(await proxied(bearer, path))).toEqual([400, 'INVALID_REQUEST'])
    expect(platform.requests.length + stranger.requests.length).toBe(before)
  })

  it('takes what only looks like it', async () => {
    for (const path of [
      '/users/@me',
      '/projects/a%2Fb',
      '/x/...',
      '/a;b=1/c?u=https://x.example//y/../z',
      '/%E2%82%AC',
      '',
    ]) {
      platform.requests.length = 0
      await proxied(bearer, path)
      expect(last().url).toBe(`/base${path}`)
    }
  })

  it('goes nowhere else for targets that no client library sends', async () => {
    const send = async (target: string) => {
      const socket = connectSocket(port, '127.0.0.1')
      socket.end(
        `GET ${target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${workspace.apiKey}\r\nconnection: close\r\n\r\n`,
      )
      let text = ''
      for await (const chunk of socket) text += String(chunk)
      return text.split('\r\n')[0]
    }
    const place = `/v1/connections/${bearer}/proxy`
    const before = platform.requests.length + stranger.requests.length
    const targets = [
      ...[`${place}@127.0.0.1/x`, `${place}/a\\..\\b`, `${place}/a#/../x`, `${place}/\u00e9`, `${place}/a\tb`],
      ...[`http://127.0.0.1${place}/echo`, `${stranger.url}/x`, `/v1/connections/${bearer}/%70roxy/echo`],
    ]
    for (const target of targets) expect(await send(target)).toMatch(/^HTTP\/1.1 40[045] /)
    expect(platform.requests.length + stranger.requests.length).toBe(before)
  })

  it('passes a compressed body on untouched, and strips what is of one connection or of a browser', async () => {
    const bytes = gzipSync('hello '.repeat(100))
    platform.on('/base/zipped', (_, response) =>
      response
        .writeHead(200, {
          ...{ 'content-encoding': 'gzip', 'content-length': bytes.length, 'x-request-id': 'theirs', 'x-hop': '1' },
          ...{
            'set-cookie': 'a=1',
            'keep-alive': 'timeout=9',
            'causeway-error': 'FORGED',
            connection: 'x-hop, keep-alive',
          },
          ...{ 'strict-transport-security': 'max-age=1', 'alt-svc': 'h3=":1"', vary: 'accept' },
        })
        .end(bytes),
    )
    const answer = await proxied(bearer, '/zipped', { headers: { 'accept-encoding': 'gzip' } })
    expect(answer.body.equals(bytes)).toBe(true)
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept' })
    expect(answer.headers['content-length']).toBe(String(bytes.length))
    expect(answer.headers['causeway-provider-request-id']).toBe('theirs')
    expect(answer.headers['x-request-id']).toMatch(/^req_/)
    for (const name of ['set-cookie', 'x-hop', 'causeway-error', 'strict-transport-security', 'alt-svc'])
      expect(answer.headers).not.toHaveProperty(name)
  })

  it('passes errors of the platform on as they are', async () => {
    platform.on('/base/bad', (_, response) => response.writeHead(503, { 'retry-after': '0' }).end('busy'))
    const answer = await proxied(bearer, '/bad')
    expect([answer.status, answer.body.toString(), answer.headers['retry-after']]).toEqual([503, 'busy', '0'])
    expect(answer.headers).not.toHaveProperty('causeway-error')
  })

  it('is refused without the permission, for another workspace, for what is not connected, and as an upgrade', async () => {
    const { body } = await workspace.request<AnyBody>('POST', '/v1/api-keys', {
      ...{ name: 'few', permissions: ['connections:read', 'connections:credentials'] },
    })
    const by = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } })
    expect(errorOf(await proxied(bearer, '/echo', by(body.secret as string)))).toEqual([403, 'FORBIDDEN'])
    expect(errorOf(await proxied(bearer, '/echo', by('sk_wrong')))).toEqual([401, 'UNAUTHORIZED'])
    const { apiKey } = await createWorkspace(hub)
    expect(errorOf(await proxied(bearer, '/echo', by(apiKey)))).toEqual([404, 'CONNECTION_NOT_FOUND'])
    const upgrade = { headers: { connection: 'upgrade', upgrade: 'websocket' } }
    expect(errorOf(await proxied(bearer, '/echo', upgrade))).toEqual([400, 'INVALID_REQUEST'])
    expect((await call(app, workspace.apiKey, 'TRACE' as never, `/v1/connections/${bearer}/proxy/x`)).status).toBe(405)
  })
})

describe('a token that the platform refuses', () => {
  /** Refuses every token but the latest. */
  const strict = async (path: string) => {
    const bodies: string[] = []
    platform.on(path, async (request, response) => {
      const body = await bodyOf(request)
      if (request.headers.authorization !== `Bearer at-${given + isStale}`)
        return void response.writeHead(401).end('no')
      bodies.push(body)
      response.end('yes')
    })
    return bodies
  }
  let isStale = 0

  it('is replaced once, and the call made again where its body can be sent again', async () => {
    const bodies = await strict('/base/strict')
    // The platform has withdrawn the token that the hub has.
    given++
    const before = given
    const answer = await proxied(renewed, '/strict', { method: 'POST', body: 'small' })
    expect([answer.status, answer.body.toString(), bodies]).toEqual([200, 'yes', ['small']])
    expect(given).toBe(before + 1)
    // A refusal right after that is about something else than the token.
    isStale = 1
    expect((await proxied(renewed, '/strict')).status).toBe(401)
    expect((await proxied(renewed, '/strict')).body.toString()).toBe('no')
    expect(given).toBe(before + 1)
    isStale = 0
  })

  it('is replaced for the next call where the body has passed through', async () => {
    const again = await connect('renewed', { clientId: 'mine', clientSecret: 'hush' })
    await strict('/base/strict')
    given++
    const before = given
    const body = 'x'.repeat(heldBodyBytes + 1)
    expect((await proxied(again, '/strict', { method: 'POST', body })).status).toBe(401)
    await eventually('the new token', async () => given > before)
    await eventually('a call with it', async () => (await proxied(again, '/strict')).status === 200)
  })

  it('is passed on where there is no other to be had', async () => {
    platform.on('/base/locked', (_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('locked'),
    )
    const answer = await proxied(bearer, '/locked')
    expect([answer.status, answer.body.toString()]).toEqual([401, 'locked'])
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  it('is not used by calls after the connection was reconnected or taken apart elsewhere', async () => {
    platform.on('/base/echo', (request, response) => response.end(request.headers.authorization))
    const id = await connect('bearer', { apiKey: 'first-key' })
    expect((await proxied(id, '/echo')).body.toString()).toBe('Bearer first-key')
    const reconnected = { credentials: { apiKey: 'second-key' } }
    expect((await workspace.request('POST', `/v1/connections/${id}/reconnect`, reconnected)).status).toBe(201)
    await eventually('the second key', async () => (await proxied(id, '/echo')).body.toString() === 'Bearer second-key')
    await hub.pool.query(`update connections set status = 'disconnecting' where id = $1`, [id])
    await eventually('a refusal', async () => (await proxied(id, '/echo')).status === 409)
  })
})

describe('redirects', () => {
  it('are followed within the platform’s hosts, with the credential, and to no other', async () => {
    platform.on('/base/old', (_, response) => response.writeHead(301, { location: '/base/new?x=1' }).end())
    platform.on('/base/new', (request, response) => response.end(`${request.method} ${request.headers.authorization}`))
    expect((await proxied(bearer, '/old')).body.toString()).toBe('GET Bearer bearer-secret')
    platform.on('/base/old', (_, response) =>
      response.writeHead(307, { location: 'https://files.made.example/files/1' }).end(),
    )
    platform.on('/files/1', async (request, response) => response.end(`${request.method} ${await bodyOf(request)}`))
    const posted = await proxied(bearer, '/old', { method: 'POST', body: 'again' })
    expect(posted.body.toString()).toBe('POST again')
    for (const location of [
      `${stranger.url}/x`,
      `${platform.url}/token`,
      `//${new URL(stranger.url).host}/x`,
      'nonsense:',
    ]) {
      platform.on('/base/old', (_, response) => response.writeHead(302, { location }).end('moved'))
      const answer = await proxied(bearer, '/old')
      expect([answer.status, answer.headers.location, answer.body.toString()]).toEqual([302, location, 'moved'])
    }
    expect(stranger.requests).toEqual([])
  })

  it('of what cannot be sent again, and of what would become another call, are the caller’s', async () => {
    const seen: string[] = []
    platform.on('/base/new', (request, response) => {
      seen.push(request.method!)
      response.end()
    })
    platform.on('/base/old', async (request, response) => {
      await bodyOf(request)
      response.writeHead(request.url!.endsWith('?303') ? 303 : 307, { location: '/base/new' }).end()
    })
    const large = { method: 'POST', body: 'x'.repeat(heldBodyBytes + 1) }
    expect((await proxied(bearer, '/old', large)).status).toBe(307)
    expect((await proxied(bearer, '/old?303', { method: 'POST', body: 'x' })).status).toBe(303)
    expect(seen).toEqual([])
  })

  it('that lead in a circle end', async () => {
    platform.on('/base/round', (_, response) => response.writeHead(302, { location: '/base/round' }).end())
    platform.requests.length = 0
    expect((await proxied(bearer, '/round')).status).toBe(302)
    expect(platform.requests).toHaveLength(6)
  })
})

describe('bodies', () => {
  it('pass through both ways as they come, however large, and are held back by the slower side', async () => {
    const sizeMb = 48
    let received = 0
    let reading = false
    platform.on('/base/pipe', async (request, response) => {
      response.writeHead(200).flushHeaders()
      while (!reading) await sleep(5)
      for await (const chunk of request) received += (chunk as Buffer).length
      response.end(String(received))
    })
    const asked = httpRequest({
      ...{ host: '127.0.0.1', port, method: 'POST', path: `/v1/connections/${bearer}/proxy/pipe` },
      headers: { authorization: `Bearer ${workspace.apiKey}`, 'content-type': 'application/octet-stream' },
    })
    const chunk = Buffer.alloc(1024 * 1024)
    let sent = 0
    let isHeld = false
    // The answer's head comes while the request's body is still on its way.
    asked.write(chunk)
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    for (sent = 1; sent < sizeMb; sent++) {
      if (asked.write(chunk)) continue
      const drained = once(asked, 'drain')
      if (!reading && (await Promise.race([drained.then(() => true), sleep(500).then(() => false)])) === false) {
        isHeld = true
        reading = true
      }
      await drained
    }
    asked.end()
    let text = ''
    for await (const part of answer) text += String(part)
    expect(text).toBe(String(sizeMb * chunk.length))
    expect(isHeld).toBe(true)
  })

  it('are not read from the platform faster than the caller takes them', async () => {
    let written = 0
    platform.on('/base/flood', async (_, response) => {
      const chunk = Buffer.alloc(256 * 1024)
      for (; written < 256; written++) if (!response.write(chunk)) await once(response, 'drain')
      response.end()
    })
    const asked = httpRequest({
      ...{ host: '127.0.0.1', port, path: `/v1/connections/${bearer}/proxy/flood` },
      headers: { authorization: `Bearer ${workspace.apiKey}` },
    })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    let before = -1
    await eventually('a standstill', async () => {
      const isStill = written === before
      before = written
      await sleep(300)
      return isStill && written > 0
    })
    expect(written).toBeLessThan(200)
    let size = 0
    for await (const chunk of answer) size += (chunk as Buffer).length
    expect(size).toBe(64 * 1024 * 1024)
  })

  it('end for the platform when the caller goes, and for the caller when the platform does', async () => {
    const closed: Promise<unknown>[] = []
    platform.on('/base/endless', (_, response) => {
      closed.push(once(response, 'close'))
      response.writeHead(200).write('begun')
    })
    const asked = httpRequest({
      ...{ host: '127.0.0.1', port, path: `/v1/connections/${bearer}/proxy/endless` },
      headers: { authorization: `Bearer ${workspace.apiKey}` },
    })
    asked.end()
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    await once(answer, 'data')
    answer.once('error', () => undefined)
    asked.destroy()
    await closed[0]
    const waiting = httpRequest({
      ...{ host: '127.0.0.1', port, path: `/v1/connections/${bearer}/proxy/silent` },
      headers: { authorization: `Bearer ${workspace.apiKey}` },
    })
    const silent = new Promise<unknown>(resolve =>
      platform.on('/base/silent', (_, response) => resolve(once(response, 'close'))),
    )
    waiting.on('error', () => undefined).end()
    const isClosed = silent
    await eventually('the call', async () => last().url === '/base/silent')
    waiting.destroy()
    await isClosed
    platform.on('/base/cut', (_, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('part')
      setTimeout(() => response.destroy(), 20)
    })
    await expect(proxied(bearer, '/cut')).rejects.toMatchObject({ code: 'ECONNRESET' })
    const { body } = await call<string>(app, undefined, 'GET', '/metrics')
    expect(body).toMatch(/causeway_proxied_calls_open 0\n/)
  })

  it('that the platform does not want to the end leave the caller its answer', async () => {
    platform.on('/base/early', (_, response) => response.writeHead(413).end('too large'))
    const asked = httpRequest({
      ...{ host: '127.0.0.1', port, method: 'POST', path: `/v1/connections/${bearer}/proxy/early` },
      headers: { authorization: `Bearer ${workspace.apiKey}`, 'transfer-encoding': 'chunked' },
    })
    asked.on('error', () => undefined)
    asked.write(Buffer.alloc(1024))
    const [answer] = (await once(asked, 'response')) as [IncomingMessage]
    expect([answer.statusCode, answer.headers.connection]).toEqual([413, 'close'])
    asked.destroy()
  })
})

describe('limits', () => {
  it('are kept: a wait that is long is told', async () => {
    platform.on('/base/echo', (_, response) => response.end('ok'))
    const answers = []
    for (let n = 0; n < 14; n++) answers.push(await proxied(limited, '/echo'))
    const refused = answers.find(({ status }) => status === 429)!
    expect(answers[0]!.status).toBe(200)
    expect(errorOf(refused)).toEqual([429, 'RATE_LIMITED'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(5)
  })

  it('that the platform tells are honoured by the next call', async () => {
    const id = await connect('bearer', { apiKey: 'told' })
    platform.on('/base/busy', (_, response) => response.writeHead(429, { 'retry-after': '90' }).end('slow down'))
    const first = await proxied(id, '/busy')
    expect([first.status, first.body.toString(), first.headers['retry-after']]).toEqual([429, 'slow down', '90'])
    expect(first.headers).not.toHaveProperty('causeway-error')
    const before = platform.requests.length
    const second = await proxied(id, '/busy')
    expect(errorOf(second)).toEqual([429, 'RATE_LIMITED'])
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(80)
    expect(platform.requests.length).toBe(before)
  })
})

describe('the audit log', () => {
  it('has how many calls were made by whom, and not each of them', async () => {
    const id = await connect('bearer', { apiKey: 'counted' })
    platform.on('/base/echo', (_, response) => response.end('ok'))
    for (let n = 0; n < 5; n++) await proxied(id, '/echo')
    await proxied(id, '/nowhere')
    await app.close()
    const { rows } = await hub.pool.query<{ actor: string; details: object }>(
      `select actor, details from audit_log where subject_id = $1 and action = 'connection.proxied'`,
      [id],
    )
    expect(rows).toMatchObject([{ actor: expect.stringMatching(/^key_/) as string, details: { calls: 6, failed: 1 } }])
  })
})
