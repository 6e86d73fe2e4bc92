import { createDeliveringHub, createEndpoint, publish, settled } from '../../support/delivery.ts'
import { createWorkspace } from '../../support/hub.ts'
import { startTroubled } from '../../support/troubled.ts'

const hub = await createDeliveringHub()
const workspace = await createWorkspace(hub)
const url = 'https://example.com/hooks'

describe('an endpoint’s URL', () => {
  it.each([
    ['https://user:canary-7c1d@example.com/', 'The URL must hold no user name and no password'],
    ['https://example.com/h\r\nX-Evil: 1', 'A URL has no tabs, line breaks or other control characters'],
    [' https://example.com/', 'A URL has no blanks around it'],
    ['https://example.com\\h', 'A URL has / and no \\'],
    ['https://example.com:0/', 'The URL must not name port 0'],
    ['https://example..com/', 'The host of the URL has an empty part: two dots in a row, or one at its beginning'],
    ['ftp://example.com/', 'The URL must be http or https'],
    ['http://10.0.0.1/', 'The URL must not lead to a private address'],
    ['x', 'This is not a URL'],
  ])('%j is refused, made or changed, and the answer says why and where', async (wrong, message) => {
    const { id } = await createEndpoint(workspace, url, { eventTypes: ['never.sent'] })
    for (const [method, path] of [
      ['POST', '/v1/endpoints'],
      ['PATCH', `/v1/endpoints/${id}`],
    ] as const) {
      const { status, body } = await workspace.request(method, path, { url: wrong })
      expect([status, body.error.code, body.error.message]).toEqual([400, 'INVALID_URL', `${message}.`])
      expect(body.error.details).toEqual([{ path: 'body.url', message }])
      expect(JSON.stringify(body)).not.toContain('canary')
    }
    expect((await workspace.request('GET', `/v1/endpoints/${id}`)).body['url']).toBe(url)
  })
})

describe('the values of an endpoint’s headers', () => {
  it('do not go to another server unless they are given with its URL', async () => {
    const headers = { authorization: 'Bearer canary-41aa' }
    const { id } = await createEndpoint(workspace, url, { eventTypes: ['never.sent'], headers })
    const patch = (body: unknown) => workspace.request('PATCH', `/v1/endpoints/${id}`, body)
    for (const other of ['https://example.org/hooks', 'http://example.com/hooks', 'https://example.com:8443/hooks']) {
      const { status, body } = await patch({ url: other })
      expect([status, body.error.details]).toEqual([
        400,
        [{ path: 'body.headers', message: expect.stringContaining('Another server') as string }],
      ])
    }
    expect((await workspace.request('GET', `/v1/endpoints/${id}`)).body['url']).toBe(url)
    expect((await patch({ url: 'https://example.com/elsewhere' })).status).toBe(200)
    expect((await patch({ url: 'https://example.org/hooks', headers })).status).toBe(200)
    expect((await patch({ url, headers: {} })).status).toBe(200)
    expect((await patch({ url: 'https://example.net/hooks' })).status).toBe(200)
  })
})

describe('a redirect', () => {
  it('is told as one, with where it led, and nobody follows it', async () => {
    const [receiver, other] = [await startTroubled(), await startTroubled()]
    receiver.answerBy((_request, response) => response.writeHead(308, { location: other.url }).end())
    await createEndpoint(workspace, receiver.url, { eventTypes: ['a.moved'], retryDelaysMs: [0, 50] })
    const [failed] = await settled(workspace, await publish(workspace, 'a.moved'))
    expect(failed).toMatchObject({ status: 'failed', error: 'redirect 308' })
    const { body } = await workspace.request('GET', `/v1/deliveries/${failed!.id}/attempts`)
    expect(body.data).toHaveLength(2)
    for (const attempt of body.data) {
      expect(attempt).toMatchObject({ errorClass: 'redirect', statusCode: 308, location: other.url })
    }
    expect(other.seen).toEqual([])
  })
})

describe('an endpoint’s own headers', () => {
  it('called as what every object has arrive', async () => {
    const names: string[][] = []
    const receiver = await startTroubled()
    receiver.answerBy(({ headers }, response) => {
      names.push(Object.keys(headers))
      response.writeHead(200).end()
    })
    const headers = { constructor: '1', toString: '2', valueOf: '3' }
    await createEndpoint(workspace, receiver.url, { eventTypes: ['a.named'], headers })
    await settled(workspace, await publish(workspace, 'a.named'))
    expect(names[0]).toEqual(expect.arrayContaining(['constructor', 'tostring', 'valueof']))
  })

  it('beyond what receivers take together are refused', async () => {
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`x-${n}`, 'a'.repeat(4_000)]))
    const { status, body } = await workspace.request('POST', '/v1/endpoints', { url, headers })
    expect(status).toBe(400)
    expect(body.error.details).toEqual([
      { path: 'body.headers', message: 'All headers together, names and values, are up to 12,288 bytes' },
    ])
  })
})
