import { createHash } from 'node:crypto'
import { prepareEvent } from '../../../src/delivery/events/payload.ts'
import { each, slicesAt, type SlicePath } from '../../../src/json/slices.ts'
import { createDeliveringHub, createSubscriber, startTestReceiver, until } from '../../support/delivery.ts'
import { createTestServer, createWorkspace, type TestWorkspace } from '../../support/hub.ts'

const hub = await createDeliveringHub()
const app = await createTestServer(hub)
const receiver = await startTestReceiver()

/** Data that a reader of JSON in JavaScript would change on its way through. */
const literals = [
  '9007199254740993',
  '12345678901234567890',
  '1e400',
  '-1e400',
  '2e-324',
  '-0',
  '123456789012345678901234567890.123456789',
  '0.1000000000000000055511151231257827',
  '1.10',
  '1E5',
  '{"2":1,"1":2,"a":3,"0":4}',
  '{ "a" :\t[ 1 ,2 ] }',
  '"\\/ \\u003c \\u00e9 \\u2028"',
  '{"__proto__":{"a":1},"constructor":{"prototype":null},"toString":1}',
  '{"nul":"\\u0000","half":"\\ud800","\\udfff":1}',
  '{"events":[{"data":1}],"data":{"data":2}}',
  '"é😀"',
  'null',
]

const post = (workspace: TestWorkspace, body: string) => workspace.request('POST', '/v1/events', body)
const text = async ({ apiKey }: TestWorkspace, url: string) =>
  (await app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${apiKey}` } })).body

describe('data that is published', () => {
  it('is delivered, sent again, and shown as it was written', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'as-written')
    for (const literal of literals) {
      const before = hook.arrivals().length
      const published = await post(workspace, ` {"type":"a.b", "data" : ${literal} }`)
      expect(published.status).toBe(202)
      await until(() => hook.arrivals().length > before)
      expect(slicesAt(hook.arrivals().at(-1)!.body, ['data'])).toEqual([literal])
      expect(slicesAt(await text(workspace, `/v1/events/${published.body.id}`), ['payload', 'data'])).toEqual([literal])
      const [delivery] = (await workspace.request('GET', `/v1/deliveries?eventId=${published.body.id}`)).body.data
      await until(async () => {
        const { body } = await workspace.request('GET', `/v1/deliveries/${delivery!.id as string}`)
        return body.status === 'delivered'
      })
      await workspace.request('POST', `/v1/deliveries/${delivery!.id as string}/resend`)
      await until(() => hook.arrivals().length > before + 1)
      expect(hook.arrivals().at(-1)!.body).toBe(hook.arrivals().at(-2)!.body)
    }
  })

  it('is so in a call of several, and in batches', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'several', { batchSize: 10 })
    const events = literals.map(literal => `{"data": ${literal},"type":"a.b"}`)
    expect((await post(workspace, `{"events":[${events.join(' ,\n')}]}`)).status).toBe(202)
    const batched: SlicePath = ['events', each, 'payload', 'data']
    const got = () => hook.arrivals().flatMap(({ body }) => slicesAt(body, batched))
    await until(() => got().length >= literals.length)
    expect(got()).toEqual(literals)
  })

  it('is refused with a member twice: its receivers would read one or the other', async () => {
    const workspace = await createWorkspace(hub)
    for (const [body, path] of [
      ['{"type":"a.b","data":{"a":1,"a":2}}', 'body.data.a'],
      ['{"type":"a.b","data":1,"data":2}', 'body.data'],
      [
        '{"events":[{"type":"a.b","data":1},{"type":"a.b","data":[{"b":{"c":1,"\\u0063":1}}]}]}',
        'body.events.1.data.0.b.c',
      ],
    ] as const) {
      const answer = await post(workspace, body)
      expect([answer.status, answer.body.error?.details]).toEqual([
        400,
        [{ path, message: 'This member is there twice' }],
      ])
    }
  })

  it('is refused where it is not what is passed on', async () => {
    const workspace = await createWorkspace(hub)
    const answer = await post(workspace, '{"type":"a.b","eventId":9007199254740993,"data":9007199254740993}')
    expect((answer.body.error.details as { path: string }[]).map(({ path }) => path)).toEqual(['body.eventId'])
  })
})

describe('an event id', () => {
  const published = async (workspace: TestWorkspace, data: string, eventId: string) => {
    const { status, body } = await post(workspace, `{"type":"a.b","eventId":"${eventId}","data":${data}}`)
    return status === 202 ? (body['repeated'] as boolean) : body.error.code
  }

  it.each([
    ['9007199254740993', '9007199254740992'],
    ['12345678901234567890', '12345678901234567891'],
    ['1e400', 'null'],
    ['1e400', '-1e400'],
    ['1e400', '1e401'],
    ['1e-400', '0'],
    ['{"a":[9007199254740993]}', '{"a":[9007199254740995]}'],
    ['9007199254740993', '"9007199254740993"'],
  ])('is not taken for a repeat with %s and then %s', async (one, other) => {
    const workspace = await createWorkspace(hub)
    expect(await published(workspace, one, 'id')).toBe(false)
    expect(await published(workspace, other, 'id')).toBe('EVENT_ID_CONFLICT')
    expect(await published(workspace, one, 'id')).toBe(true)
  })

  it('holds with the hash that was remembered for it before, where a value keeps the data', () => {
    const data = { '2': 'é', '1': [1.5, null], text: '\u2028' }
    const event = { type: 'a.b', data, json: `{"1": [1.50,null],"2":"\\u00e9" ,"text":"\\u2028"}`, eventId: 'id' }
    const hash = createHash('sha256')
      .update(`a.b\n${JSON.stringify(data)}`)
      .digest()
    expect(prepareEvent('ws', event).hash).toEqual(hash)
  })

  it.each([
    ['1.0', '1'],
    ['-0', '0'],
    ['"\\u00e9"', '"é"'],
    ['{"a":1, "b":[]}', '{ "a": 1,"b":[ ] }'],
    ['9007199254740993.0', '9007199254740993'],
    ['[1e400]', '[10.0E+399]'],
  ])('is a repeat with %s and then %s: they say the same', async (one, other) => {
    const workspace = await createWorkspace(hub)
    expect(await published(workspace, one, 'id')).toBe(false)
    expect(await published(workspace, other, 'id')).toBe(true)
  })
})

describe('what looks at data on its way', () => {
  it('sees every digit: schemas, filters, and those of the dispatcher', async () => {
    const { workspace, hook } = await createSubscriber(hub, receiver, 'larger', {
      filter: { v: { $or: [{ $gt: 9007199254740992 }, { $lt: 0 }] } },
    })
    const version = { type: 'object', properties: { v: { type: 'number', maximum: 9007199254740994 } } }
    await workspace.request('PUT', '/v1/event-types/a.b', { schema: version })
    const publish = async (v: string) => (await post(workspace, `{"type":"a.b","data":{"v":${v}}}`)).status
    expect(await publish('9007199254740992')).toBe(202)
    expect(await publish('9007199254740993')).toBe(202)
    expect(await publish('9007199254740995')).toBe(422)
    expect(await publish('1e400')).toBe(422)
    expect(await publish('-1e400')).toBe(202)
    await until(() => hook.arrivals().length >= 2)
    const got = () => hook.arrivals().map(({ body }) => slicesAt(body, ['data', 'v'])[0])
    expect(got()).toEqual(['9007199254740993', '-1e400'])
  })
})
