import { randomBytes } from 'node:crypto'
import { call, createTestHub, createTestServer, createWorkspace, environmentOf } from '../support/hub.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)

describe('a list', () => {
  it('is paged newest first without gaps or repeats', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await workspace.request('POST', '/v1/api-keys', { name })
    const names: string[] = []
    let cursor: string | null = null
    do {
      const url: string = `/v1/api-keys?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`
      const { status, body } = await workspace.request('GET', url)
      expect(status).toBe(200)
      expect(body.data.length).toBeLessThanOrEqual(2)
      for (const key of body.data as { name: string }[]) names.push(key.name)
      cursor = body.nextCursor
    } while (cursor !== null)
    expect(names).toEqual(['e', 'd', 'c', 'b', 'a', 'First key'])
  })
})

describe('a cursor', () => {
  const cursorOf = async (url: string, of = workspace) => {
    const { status, body } = await of.request('GET', url)
    expect([status, typeof body.nextCursor]).toEqual([200, 'string'])
    return body.nextCursor!
  }
  const with_ = async (url: string, cursor: string, of = workspace) => {
    const { status, body } = await of.request('GET', `${url}${url.includes('?') ? '&' : '?'}cursor=${cursor}`)
    return status === 200 ? 200 : body.error.code
  }

  beforeAll(async () => {
    for (const collection of ['one', 'two']) {
      const records = Array.from({ length: 3 }, () => ({ data: { name: collection } }))
      await workspace.request('POST', '/v1/records/bulk', { collection, records })
    }
    for (const type of ['a.one', 'a.two']) {
      await workspace.request('POST', '/v1/events', { events: [1, 2, 3].map(data => ({ type, data })) })
      for (const end of ['x', 'y'])
        await workspace.request('PUT', `/v1/event-types/${type}.${end}`, { description: null })
    }
  })

  it('is of one collection, filter and workspace, and is refused by any other', async () => {
    const records = '/v1/records?collection=one&limit=1'
    const cursor = await cursorOf(records)
    expect(await with_(records, cursor)).toBe(200)
    expect(await with_('/v1/records?limit=2&collection=one', cursor)).toBe(200)
    expect(await with_('/v1/records?collection=two', cursor)).toBe('INVALID_CURSOR')
    expect(await with_('/v1/records?collection=one&deleted=true', cursor)).toBe('INVALID_CURSOR')
    const other = await createWorkspace(hub)
    expect(await with_(records, cursor, other)).toBe('INVALID_CURSOR')
    const events = await cursorOf('/v1/events?type=a.one&limit=1')
    expect(await with_('/v1/events?type=a.one', events)).toBe(200)
    expect(await with_('/v1/events?type=a.two', events)).toBe('INVALID_CURSOR')
    expect(await with_('/v1/events', events)).toBe('INVALID_CURSOR')
  })

  it('of one list is refused by each other list', async () => {
    const keys = await cursorOf('/v1/api-keys?limit=1')
    const types = await cursorOf('/v1/event-types?limit=1')
    for (const list of ['events', 'endpoints', 'event-types', 'audit-log', 'deliveries', 'syncs', 'connections']) {
      expect(await with_(`/v1/${list}`, keys)).toBe('INVALID_CURSOR')
      expect(await with_(`/v1/${list}`, types)).toBe(list === 'event-types' ? 200 : 'INVALID_CURSOR')
    }
  })

  it('is refused when it was changed, made up, or is from before cursors were signed', async () => {
    const list = '/v1/records?collection=one'
    const real = await cursorOf(`${list}&limit=1`)
    const [position, signature] = real.split('.')
    const inside = JSON.parse(Buffer.from(position!, 'base64url').toString()) as { id: string; sort: number }
    for (const sort of [1.5, 1e308, 2 ** 63, 1e20, -1, inside.sort]) {
      const made = Buffer.from(JSON.stringify({ ...inside, sort })).toString('base64url')
      expect(await with_(list, made)).toBe('INVALID_CURSOR')
      if (made !== position) expect(await with_(list, `${made}.${signature}`)).toBe('INVALID_CURSOR')
    }
    for (const wrong of [`${real}.x`, `.${signature}`, `${position}.`, `${position}.AAAA`, '', '.']) {
      expect(await with_(list, wrong)).toBe('INVALID_CURSOR')
    }
  })

  it('is taken by every process with the same keys, and after a new key was put in front', async () => {
    const list = '/v1/api-keys?limit=1'
    const cursor = await cursorOf(list)
    const old = environmentOf(hub).ENCRYPTION_KEYS!
    const rotated = `new:${randomBytes(32).toString('base64')},${old}`
    const [beside, after] = await Promise.all([
      createTestHub({ beside: hub }),
      createTestHub({ beside: hub, environment: { ENCRYPTION_KEYS: rotated } }),
    ])
    for (const other of [beside, after]) {
      const server = await createTestServer(other)
      const { status } = await call(server, workspace.apiKey, 'GET', `${list}&cursor=${cursor}`)
      expect(status).toBe(200)
    }
  })

  it('of the watermark goes on as one of the next page does', async () => {
    const url = '/v1/records?collection=one&limit=2'
    const first = await workspace.request('GET', url)
    expect(first.body.watermark).toBe(first.body.nextCursor)
    const second = await workspace.request('GET', `${url}&cursor=${first.body.nextCursor}`)
    expect([second.body.data.length, second.body.nextCursor]).toEqual([1, null])
    const third = await workspace.request('GET', `${url}&cursor=${second.body.watermark as string}`)
    expect([third.body.data, third.body.watermark]).toEqual([[], second.body.watermark])
  })
})
