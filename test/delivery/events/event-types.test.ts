import { createEndpoint, deliveriesOf, publish } from '../../support/delivery.ts'
import { call, createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { publishEvents } from '../../../src/delivery/events/publish.ts'

const hub = await createTestHub()
const otherProcess = await createTestHub({ beside: hub })
const otherApp = await createTestServer(otherProcess)
await createTestServer(hub)
const url = 'http://127.0.0.1:9/hook'

const invoice = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['number', 'lines'],
  properties: {
    number: { type: 'integer', minimum: 1 },
    lines: { type: 'array', items: { $ref: '#/$defs/line' } },
  },
  $defs: { line: { type: 'object', required: ['sku'], properties: { sku: { type: 'string', pattern: '^[A-Z]+$' } } } },
}
const right = { number: 1, lines: [{ sku: 'ABC' }] }

const register = (workspace: TestWorkspace, type: string, body: Record<string, unknown>) =>
  workspace.request('PUT', `/v1/event-types/${type}`, body)

describe('event types', () => {
  it('are registered, replaced, listed by name and deleted', async () => {
    const workspace = await createWorkspace(hub)
    for (const type of ['order.made', 'invoice.paid', 'invoice.line.added']) {
      expect((await register(workspace, type, { description: type })).status).toBe(200)
    }
    const replaced = await register(workspace, 'order.made', { schema: invoice, deprecated: true })
    expect(replaced.body).toMatchObject({ type: 'order.made', description: null, schema: invoice, deprecated: true })
    const first = await workspace.request('GET', '/v1/event-types?limit=2')
    expect(first.body.data.map(one => one['type'])).toEqual(['invoice.line.added', 'invoice.paid'])
    const second = await workspace.request('GET', `/v1/event-types?limit=2&cursor=${first.body.nextCursor!}`)
    expect([second.body.data, second.body.nextCursor]).toMatchObject([[{ type: 'order.made' }], null])
    const wrong = await workspace.request('GET', '/v1/event-types?cursor=eyJpZCI6ImEgYiJ9')
    expect(wrong.body.error.code).toBe('INVALID_CURSOR')
    expect((await workspace.request('GET', '/v1/event-types/order.made')).body['schema']).toEqual(invoice)
    expect((await workspace.request('DELETE', '/v1/event-types/order.made')).status).toBe(204)
    expect((await workspace.request('GET', '/v1/event-types/order.made')).body.error.code).toBe('EVENT_TYPE_NOT_FOUND')
    expect((await workspace.request('DELETE', '/v1/event-types/order.made')).status).toBe(404)
    const audit = await workspace.request('GET', '/v1/audit-log?limit=1')
    expect(audit.body.data).toMatchObject([{ action: 'event_type.deleted', subjectId: 'order.made' }])
  })

  it("are a workspace's own", async () => {
    const [mine, other] = [await createWorkspace(hub), await createWorkspace(hub)]
    await register(mine, 'a.b', { schema: invoice })
    expect((await other.request('GET', '/v1/event-types')).body.data).toEqual([])
    expect((await other.request('GET', '/v1/event-types/a.b')).status).toBe(404)
    expect((await other.request('DELETE', '/v1/event-types/a.b')).status).toBe(404)
    await register(other, 'a.b', { description: 'theirs' })
    await publish(other, 'a.b', { free: true })
    expect((await mine.request('POST', '/v1/events', { type: 'a.b', data: {} })).status).toBe(422)
  })

  it('refuse names that are none or the hub’s own, and what only the hub publishes', async () => {
    const workspace = await createWorkspace(hub)
    for (const type of [
      'a..b',
      'a%20b',
      `${'a'.repeat(129)}`,
      'endpoint.failing',
      'integration.connected',
      'webhook.failed',
    ]) {
      const refused = await register(workspace, type, {})
      expect([type, refused.status, refused.body.error.code]).toEqual([type, 400, 'INVALID_REQUEST'])
    }
    const forged = await workspace.request('POST', '/v1/events', { type: 'webhook.delivered', data: {} })
    expect([forged.status, forged.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
  })
})

describe('a schema', () => {
  it('refuses data that does not fit, saying where and by which rule, and never what stood there', async () => {
    const workspace = await createWorkspace(hub)
    await createEndpoint(workspace, url)
    await register(workspace, 'invoice.paid', { schema: invoice })
    await publish(workspace, 'invoice.paid', right)
    const data = { number: 0, lines: [{ sku: 'ABC' }, { sku: 'canary-value' }] }
    const refused = await workspace.request('POST', '/v1/events', { type: 'invoice.paid', data })
    expect([refused.status, refused.body.error.code]).toEqual([422, 'EVENT_SCHEMA_MISMATCH'])
    expect(refused.body.error.details).toEqual([
      { pointer: '/number', rule: 'minimum', message: 'must be >= 1' },
      { pointer: '/lines/1/sku', rule: 'pattern', message: 'must match pattern "^[A-Z]+$"' },
    ])
    expect(JSON.stringify(refused.body)).not.toContain('canary')
    expect(await deliveriesOf(workspace)).toHaveLength(1)
    await register(workspace, 'invoice.paid', { schema: null })
    await publish(workspace, 'invoice.paid', data)
  })

  it('refuses all of a call when one event of it does not fit', async () => {
    const workspace = await createWorkspace(hub)
    await register(workspace, 'a.b', { schema: invoice })
    const events = [
      { type: 'a.b', data: right },
      { type: 'free', data: 1 },
      { type: 'a.b', data: {} },
    ]
    const refused = await workspace.request('POST', '/v1/events', { events })
    expect(refused.status).toBe(422)
    expect(refused.body.error.details).toMatchObject([
      { event: 2, rule: 'required' },
      { event: 2, rule: 'required' },
    ])
    expect((await workspace.request('GET', '/v1/events')).body.data).toEqual([])
  })

  it('holds from its answer on in every process, and no longer than until it is replaced', async () => {
    const workspace = await createWorkspace(hub)
    const elsewhere = (data: unknown) => call(otherApp, workspace.apiKey, 'POST', '/v1/events', { type: 'a.b', data })
    for (let round = 0; round < 5; round++) {
      expect((await elsewhere({})).status).toBe(202)
      await register(workspace, 'a.b', { schema: invoice })
      const answers = await Promise.all([elsewhere({}), elsewhere(right), elsewhere({})])
      expect(answers.map(answer => answer.status)).toEqual([422, 202, 422])
      // Fits the schema that the other process knows, and not the one that has come since.
      await register(workspace, 'a.b', { schema: { required: ['number', 'date'] } })
      expect((await elsewhere(right)).status).toBe(422)
      await register(workspace, 'a.b', {})
    }
  })

  it('refuses only the publish at fault among those that share a commit', async () => {
    const [strict, free] = [await createWorkspace(hub), await createWorkspace(hub)]
    const elsewhere = (workspace: TestWorkspace, data: unknown) =>
      call(otherApp, workspace.apiKey, 'POST', '/v1/events', { type: 'a.b', data })
    await Promise.all([elsewhere(strict, {}), elsewhere(free, {})])
    await register(strict, 'a.b', { schema: invoice })
    // The other process does not know yet: these are checked again where they are written.
    const answering = Promise.all(
      Array.from({ length: 60 }, (_, n) => elsewhere(n % 3 === 0 ? free : strict, n % 3 === 1 ? {} : right)),
    )
    const own = await Promise.all(
      Array.from({ length: 5 }, () =>
        publishEvents(otherProcess, otherProcess.db, strict.workspaceId, [{ type: 'a.b', data: {} }]),
      ),
    )
    const answers = await answering
    expect(answers.map(answer => answer.status)).toEqual(answers.map((_, n) => (n % 3 === 1 ? 422 : 202)))
    expect(own.flat()).toHaveLength(5)
    const count = async (workspace: TestWorkspace) =>
      (await workspace.request('GET', '/v1/events?limit=100')).body.data.length
    expect([await count(strict), await count(free)]).toEqual([26, 21])
  })

  it('does not stand between a repeat and its first result', async () => {
    const workspace = await createWorkspace(hub)
    const body = { type: 'a.b', data: {}, eventId: 'first' }
    const first = await workspace.request('POST', '/v1/events', body)
    await register(workspace, 'a.b', { schema: invoice })
    const events = [body, { type: 'a.b', data: right }]
    const second = await workspace.request('POST', '/v1/events', { events })
    expect([second.status, second.body.data[0]]).toEqual([202, { id: first.body.id, repeated: true }])
    const other = await workspace.request('POST', '/v1/events', { ...body, data: { more: 1 } })
    expect(other.status).toBe(422)
  })

  it('does not hold for the hub’s own events', async () => {
    const workspace = await createWorkspace(hub)
    await register(workspace, 'github.push', { schema: invoice })
    const [own] = await publishEvents(hub, hub.db, workspace.workspaceId, [{ type: 'github.push', data: {} }])
    expect((await workspace.request('GET', `/v1/events/${own!.id}`)).status).toBe(200)
  })

  it('is refused when it is none, reaches outside, or may take without end', async () => {
    const workspace = await createWorkspace(hub)
    const nested = (depth: number): object => (depth === 0 ? {} : { items: nested(depth - 1) })
    const refused: [string, unknown][] = [
      ['body.schema/type', { type: 'objekt' }],
      ['body.schema/$ref', { $ref: 'https://example.com/schema.json' }],
      ['body.schema/$ref', { $ref: '#/$defs/missing' }],
      ['body.schema/$ref', { enum: [{ $async: true }], $ref: '#/enum/0' }],
      ['body.schema/$async', { $async: true }],
      ['body.schema/properties/a/$id', { properties: { a: { $id: 'https://example.com/' } } }],
      ['body.schema/$schema', { $schema: 'http://json-schema.org/draft-07/schema#' }],
      ['body.schema', { pattern: '(?=x)' }],
      ['body.schema', { pattern: '((a{0,100}){0,100}){0,100}' }],
      ['body.schema', { const: 'x'.repeat(70_000) }],
      [`body.schema${'/items'.repeat(41)}`, nested(50)],
      [
        'body.schema/properties/p500',
        { properties: Object.fromEntries(Array.from({ length: 1_200 }, (_, n) => [`p${n}`, {}])) },
      ],
    ]
    for (const [path, schema] of refused) {
      const answer = await register(workspace, 'a.b', { schema })
      const details = answer.body.error.details as { path: string }[]
      expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_REQUEST'])
      if (!path.includes('p500')) expect(details[0]!.path).toBe(path.slice(0, 211))
    }
    const deep = `{"schema":{"const":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`
    expect((await workspace.request('PUT', '/v1/event-types/a.b', deep)).status).toBe(400)
  })

  it('costs no more than so much, whatever it asks', async () => {
    const workspace = await createWorkspace(hub)
    const doubling: Record<string, unknown> = { d0: { type: 'string' } }
    for (let n = 1; n < 30; n++)
      doubling[`d${n}`] = { anyOf: [{ $ref: `#/$defs/d${n - 1}` }, { $ref: `#/$defs/d${n - 1}` }] }
    const schemas = [
      { $defs: doubling, $ref: '#/$defs/d29' },
      { $ref: '#' },
      { pattern: '^(a+)+$' },
      { uniqueItems: true },
    ]
    const data = [1, 1, 'a'.repeat(200_000) + 'b', Array.from({ length: 60_000 }, (_, n) => ({ n: n % 59_999 }))]
    for (const [n, schema] of schemas.entries()) {
      expect((await register(workspace, 'a.b', { schema })).status).toBe(200)
      const since = performance.now()
      const answer = await workspace.request('POST', '/v1/events', { type: 'a.b', data: data[n] })
      expect([n, answer.status]).toEqual([n, 422])
      expect(performance.now() - since).toBeLessThan(10_000)
    }
  })

  it('follows the standard where schemas refer to themselves and to what others have evaluated', async () => {
    const workspace = await createWorkspace(hub)
    const tree = {
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { value: { type: 'integer' }, children: { items: { $dynamicRef: '#node' } } },
      unevaluatedProperties: false,
    }
    await register(workspace, 'tree', { schema: tree })
    await publish(workspace, 'tree', { value: 1, children: [{ value: 2, children: [] }] })
    const wrong = await workspace.request('POST', '/v1/events', { type: 'tree', data: { children: [{ other: 1 }] } })
    expect(wrong.body.error.details).toMatchObject([{ pointer: '/children/0', rule: 'unevaluatedProperties' }])
    const linked = {
      $ref: '#/properties/a/properties/b',
      properties: { a: { properties: { b: { type: 'object', required: ['c'] } } } },
    }
    await register(workspace, 'linked', { schema: linked })
    await publish(workspace, 'linked', { c: 1 })
    expect((await workspace.request('POST', '/v1/events', { type: 'linked', data: {} })).status).toBe(422)
  })
})
