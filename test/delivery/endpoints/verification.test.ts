import type { ServerResponse } from 'node:http'
import { createDeliveringHub, createEndpoint, settled, startAnsweringServer, until } from '../../support/delivery.ts'
import { createWorkspace } from '../../support/hub.ts'

type Answer = (response: ServerResponse, count: number) => void

const hub = await createDeliveringHub()
const answers = new Map<string, Answer>()
const counts = new Map<string, number>()
const receiver = await startAnsweringServer(({ path }, response) => {
  const count = (counts.get(path) ?? 0) + 1
  counts.set(path, count)
  answers.get(path)!(response, count)
})
const status =
  (code: number): Answer =>
  response =>
    response.writeHead(code).end()

/** A URL that answers as told. */
function hook(name: string, answer: Answer): string {
  answers.set(`/${name}`, answer)
  return receiver + name
}

interface Tested {
  id: string
  attempt: { delivered: boolean; statusCode: number | null; error: string | null; durationMs: number } | null
}

async function createTested(url: string, settings: Record<string, unknown> = {}) {
  const workspace = await createWorkspace(hub)
  const endpoint = await createEndpoint(workspace, url, { eventTypes: ['never'], ...settings })
  const path = `/v1/endpoints/${endpoint.id}`
  return {
    workspace,
    path,
    test: async (query = '') => (await workspace.request<Tested>('POST', `${path}/test${query}`)).body,
    verifiedAt: async () => (await workspace.request<{ verifiedAt: string | null }>('GET', path)).body.verifiedAt,
    change: (change: object) => workspace.request('PATCH', path, change),
  }
}

describe('verifying an endpoint by a test event', () => {
  it('tells at once what the receiver answered, when asked to wait', async () => {
    const { test, verifiedAt } = await createTested(hook('good', status(204)))
    expect(await verifiedAt()).toBeNull()
    const before = Date.now()
    const { attempt } = await test('?wait=true')
    expect(attempt).toEqual({ delivered: true, statusCode: 204, error: null, durationMs: expect.any(Number) as number })
    expect(Date.parse((await verifiedAt())!)).toBeGreaterThanOrEqual(before)
  })

  it('tells what went wrong, and verifies nothing', async () => {
    const refused = await createTested(hook('bad', status(404)))
    expect((await refused.test('?wait=true')).attempt).toMatchObject({
      delivered: false,
      error: 'status 404',
      statusCode: 404,
    })
    const nobody = await createTested('http://127.0.0.1:1/')
    expect((await nobody.test('?wait=true')).attempt).toMatchObject({
      delivered: false,
      error: 'connect',
      statusCode: null,
    })
    expect([await refused.verifiedAt(), await nobody.verifiedAt()]).toEqual([null, null])
  })

  it.each([
    ['in batches of many endpoints', {}],
    ['through its gate', { maxInFlight: 1 }],
    ['in batches of many events', { batchSize: 10, ordered: true }],
  ])('verifies without anybody waiting, sent %s, even by a later attempt', async (_, settings) => {
    const name = `late-${Object.keys(settings).length}`
    const url = hook(name, (response, count) => response.writeHead(count === 1 ? 503 : 200).end())
    const { workspace, test, verifiedAt } = await createTested(url, settings)
    const { id, attempt } = await test()
    expect(attempt).toBeNull()
    expect(await settled(workspace, id)).toMatchObject([{ status: 'delivered', attempts: 2 }])
    await until(async () => (await verifiedAt()) !== null)
  })

  it('is of the URL: another one is not verified until it was tested itself', async () => {
    const { test, verifiedAt, change } = await createTested(hook('first', status(200)))
    await test('?wait=true')
    const verified = await verifiedAt()
    expect(verified).not.toBeNull()
    await change({ url: hook('first', status(200)), description: 'the same URL' })
    expect(await verifiedAt()).toBe(verified)
    await change({ url: hook('second', status(200)) })
    expect(await verifiedAt()).toBeNull()
    await test('?wait=true')
    expect(await verifiedAt()).not.toBeNull()
  })

  it('does not count when the URL changes while the test is under way', async () => {
    let answer = () => undefined as unknown
    const url = hook('slow', response => (answer = () => response.end()))
    const { workspace, test, verifiedAt, change } = await createTested(url)
    const { id } = await test()
    await until(() => counts.get('/slow') === 1)
    await change({ url: hook('changed', status(200)) })
    answer()
    await settled(workspace, id)
    expect(await verifiedAt()).toBeNull()
  })

  it('is not done by other events', async () => {
    const { workspace, verifiedAt } = await createTested(hook('other', status(200)), { eventTypes: ['*'] })
    const { body } = await workspace.request('POST', '/v1/events', { type: 'endpoint.test.not', data: {} })
    await settled(workspace, body.id)
    expect(await verifiedAt()).toBeNull()
  })

  it('does not wait for an endpoint that takes nothing now', async () => {
    const { workspace, path, test, verifiedAt } = await createTested(hook('paused', status(200)))
    await workspace.request('POST', `${path}/pause`)
    const { id, attempt } = await test('?wait=true')
    expect(attempt).toBeNull()
    await workspace.request('POST', `${path}/resume`)
    await settled(workspace, id)
    await until(async () => (await verifiedAt()) !== null)
  })
})
