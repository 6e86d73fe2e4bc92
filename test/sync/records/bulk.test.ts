import { createTestHub, createTestServer, createWorkspace, type AnyBody } from '../../support/hub.ts'
import type { ShownRecord } from '../company.ts'

interface Done {
  outcomes: { status: string; record: ShownRecord | null; error: { code: string; details?: unknown } | null }[]
}

const hub = await createTestHub()
await createTestServer(hub)
const workspace = await createWorkspace(hub)
const stranger = await createWorkspace(hub)

const create = async (data: Record<string, unknown>, of = workspace) =>
  (await of.request<ShownRecord>('POST', '/v1/records', { collection: 'things', data })).body
const bulk = (operations: unknown, rest = {}) =>
  workspace.request<Done & AnyBody>('POST', '/v1/records/bulk', { operations, ...rest })
const get = async (id: string) => (await workspace.request<ShownRecord>('GET', `/v1/records/${id}?deleted=true`)).body

describe('many operations', () => {
  it('are carried out together, and each says what became of it', async () => {
    const [one, two, three, theirs] = [
      await create({ n: 1 }),
      await create({ n: 2 }),
      await create({ n: 3 }),
      await create({ n: 4 }, stranger),
    ]
    const { status, body } = await bulk([
      { op: 'update', id: one.id, data: { n: 10 } },
      { op: 'create', collection: 'others', data: { made: true } },
      { op: 'delete', id: two.id, ifVersion: 1 },
      { op: 'update', id: three.id, data: { n: 30 }, ifVersion: 7 },
      { op: 'update', id: theirs.id, data: { n: 40 } },
      { op: 'delete', id: one.id },
      { op: 'update', id: three.id, data: { n: 3 } },
    ])
    expect(status).toBe(201)
    expect(body.outcomes.map(outcome => outcome.error?.code ?? outcome.record!.version)).toEqual([
      ...[2, 1, 2, 'CONFLICT', 'RECORD_NOT_FOUND', 'INVALID_REQUEST', 1],
    ])
    expect(body.outcomes[3]!.error!.details).toEqual({ version: 1 })
    expect(body.outcomes[1]!.record).toMatchObject({ collection: 'others', data: { made: true } })
    expect((await get(one.id)).data.n).toBe(10)
    expect((await get(two.id)).deletedAt).not.toBeNull()
    expect((await stranger.request<ShownRecord>('GET', `/v1/records/${theirs.id}`)).body.data.n).toBe(4)
  })

  it('are none at all where one cannot be, if they are to be atomic', async () => {
    const one = await create({ n: 1 })
    const refused = await bulk(
      [
        { op: 'update', id: one.id, data: { n: 2 } },
        { op: 'create', collection: 'atomic', data: {} },
        { op: 'delete', id: 'rec_00000000000000000000000000' },
      ],
      { atomic: true },
    )
    expect(refused.status).toBe(409)
    expect(refused.body.error.details).toMatchObject([
      { operation: 0 },
      { operation: 1 },
      { operation: 2, code: 'RECORD_NOT_FOUND' },
    ])
    expect(await get(one.id)).toMatchObject({ version: 1, data: { n: 1 } })
    expect((await workspace.request('GET', '/v1/records?collection=atomic')).body.data).toEqual([])
    const done = await bulk([{ op: 'update', id: one.id, data: { n: 2 } }], { atomic: true })
    expect([done.status, (await get(one.id)).data.n]).toEqual([201, 2])
  })

  it('are 1,000 at most, and what they are', async () => {
    const create = { op: 'create', collection: 'many', data: {} }
    expect((await bulk(Array.from({ length: 1_001 }, () => create))).status).toBe(400)
    expect((await bulk(Array.from({ length: 1_000 }, () => create))).body.outcomes).toHaveLength(1_000)
    for (const odd of [{ op: 'drop', id: 'x' }, { op: 'update', data: {} }, { op: 'create', data: {} }, 1]) {
      const { status, body } = await bulk([odd])
      expect([status, JSON.stringify(body.error.details)]).toEqual([400, expect.stringContaining('body.operations')])
    }
    expect((await bulk([{ ...create, data: { a: 'x\0' } }])).status).toBe(400)
  })

  it('of two callers on the same records and collections do not lock each other out', async () => {
    const records = [await create({ n: 1 }), await create({ n: 2 }), await create({ n: 3 })]
    const updates = (n: number) => records.map(({ id }) => ({ op: 'update', id, data: { n } }))
    const makes = ['a', 'b'].map(collection => ({ op: 'create', collection, data: {} }))
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        bulk(n % 2 === 0 ? [...updates(n), ...makes] : [...makes.toReversed(), ...updates(n).toReversed()]),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
  })
})

describe('the version of a record', () => {
  it('is its ETag, which If-Match demands', async () => {
    const made = await workspace.request<ShownRecord>('POST', '/v1/records', { collection: 'things', data: { n: 1 } })
    const url = `/v1/records/${made.body.id}`
    expect(made.headers.etag).toBe('"1"')
    expect((await workspace.request('GET', url)).headers.etag).toBe('"1"')
    const patch = (ifMatch: string, body = {}) =>
      workspace.request('PATCH', url, { data: { n: Math.random() }, ...body }, { 'if-match': ifMatch })
    expect((await patch('"1"')).headers.etag).toBe('"2"')
    for (const stale of ['"1"', 'W/"2"', '2', '"x"', '"2", "3"']) {
      const { status, body } = await patch(stale)
      expect([stale, status, body.error.code]).toEqual([stale, 412, 'PRECONDITION_FAILED'])
    }
    expect((await patch('*')).status).toBe(200)
    expect((await patch('"3"', { ifVersion: 3 })).status).toBe(400)
    const remove = (ifMatch: string) => workspace.request('DELETE', url, undefined, { 'if-match': ifMatch })
    expect([(await remove('"1"')).status, (await remove('"3"')).status]).toEqual([412, 204])
  })
})

describe('relations', () => {
  it('bring the records that they lead to, each once, and none of another workspace', async () => {
    const company = await create({ name: 'Analytical Engines' })
    const customer = await create({ name: 'Ada', companyId: company.id })
    const [cog, wheel] = [await create({ name: 'cog' }), await create({ name: 'wheel' })]
    const theirs = await create({ name: 'secret' }, stranger)
    const lines = [
      { productId: cog.id },
      { productId: wheel.id },
      { productId: cog.id },
      { productId: theirs.id },
      { productId: 7 },
    ]
    const invoice = await workspace.request<ShownRecord>('POST', '/v1/records', {
      ...{ collection: 'sales', data: { customerId: customer.id, lines } },
    })
    type Including = { included?: ShownRecord[] } & AnyBody
    const included = async (include: string) => {
      const listed = await workspace.request<Including>('GET', `/v1/records?collection=sales&include=${include}`)
      const got = await workspace.request<Including>('GET', `/v1/records/${invoice.body.id}?include=${include}`)
      expect(got.body.included).toEqual(listed.body.included)
      return listed.body.included?.map(({ data }) => data.name).sort()
    }
    expect(await included('customer')).toEqual(['Ada'])
    expect(await included('lines.product')).toEqual(['cog', 'wheel'])
    expect(await included('customer.company,lines.product')).toEqual(['Ada', 'Analytical Engines', 'cog', 'wheel'])
    expect(await included('nothing.at.all')).toEqual([])
    for (const odd of ['', 'a b', 'a,b,c,d,e,f', '__proto__;']) {
      const { status } = await workspace.request(
        'GET',
        `/v1/records?collection=sales&include=${encodeURIComponent(odd)}`,
      )
      expect([odd, status]).toEqual([odd, 400])
    }
    expect((await workspace.request<Including>('GET', '/v1/records?collection=sales')).body).not.toHaveProperty(
      'included',
    )
  })
})
