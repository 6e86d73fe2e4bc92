import { createTestHub, createWorkspace } from '../support/hub.ts'
import { fc } from '../support/properties.ts'

const hub = await createTestHub()
const { request } = await createWorkspace(hub)
const url = 'http://127.0.0.1:9/hook'

interface Refusal {
  path: string
  message: string
}

const refused = async (method: 'POST' | 'PUT' | 'PATCH', address: string, body: string | Buffer) => {
  const answer = await request(method, address, body)
  expect([answer.status, answer.body.error?.code]).toEqual([400, 'INVALID_REQUEST'])
  return answer.body.error
}
const refusedAt = async (method: 'POST' | 'PUT' | 'PATCH', address: string, body: string) =>
  ((await refused(method, address, body)).details as Refusal[]).map(({ path, message }) => `${path}: ${message}`)

describe('a body that cannot be read', () => {
  it.each([
    ['{"name":', 'The body is not JSON: it ends too early.'],
    ['{"name" "x"}', 'The body is not JSON: character 9 does not belong there.'],
    ['{"name":NaN}', 'The body is not JSON: character 9 does not belong there.'],
    ['{} {}', 'The body is not JSON: character 4 does not belong there.'],
    [' ', 'The body is not JSON: it ends too early.'],
    [Buffer.from([0x22, 0xff, 0x22]), 'The body is not UTF-8.'],
    [Buffer.from('{"name":"x"}', 'utf16le'), 'The body is not JSON: character 2 does not belong there.'],
    ['['.repeat(100_000) + ']'.repeat(100_000), 'The body is nested too deeply.'],
  ])('%# names its cause', async (body, message) => {
    expect((await refused('POST', '/v1/records', body)).message).toBe(message)
  })

  it('may begin with a byte order mark', async () => {
    const answer = await request('POST', '/v1/records', '\ufeff{"collection":"notes","data":{"a":1}}')
    expect(answer.status).toBe(201)
  })
})

const digits = 'This number would lose digits or its size: give it as a text'
const half = 'Must not contain half of a surrogate pair'
const nul = 'Must not contain the character U+0000'

describe('what would not be kept is refused by its path', () => {
  it.each([
    ['{"id":9007199254740993}', `body.data.id: ${digits}`],
    ['{"a":[{"n":12345678901234567890}]}', `body.data.a.0.n: ${digits}`],
    ['{"n":1e400}', `body.data.n: ${digits}`],
    ['{"n":1e-400}', `body.data.n: ${digits}`],
    ['{"n":0.1000000000000000055511151231257827}', `body.data.n: ${digits}`],
    ['{"a":1,"a":2}', 'body.data.a: This member is there twice'],
    ['{"__proto__":{"a":1}}', 'body.data.__proto__: A member of this name is not taken'],
    ['{"a":{"\\u005f_proto__":1}}', 'body.data.a.__proto__: A member of this name is not taken'],
    ['{"a":"\\ud800"}', `body.data.a: ${half}`],
    ['{"\\udfff":1}', `body.data.\udfff: ${half}`],
    ['{"a":"x\\u0000"}', `body.data.a: ${nul}`],
  ])('in a record: %s', async (data, expected) => {
    expect(await refusedAt('POST', '/v1/records', `{"collection":"notes","data":${data}}`)).toEqual([expected])
    const bulk = `{"collection":"notes","records":[{"data":{}},{"data":${data}}]}`
    expect(await refusedAt('POST', '/v1/records/bulk', bulk)).toEqual([expected.replace('data', 'records.1.data')])
  })

  it.each([
    '{"path":"C:\\\\udefault","six":"\\\\u0000","both":"\\\\\\\\ud800"}',
    '{"smile":"\\ud83d\\ude00","constructor":{"prototype":null},"toString":"x","hasOwnProperty":1}',
    '{"n":9007199254740992,"m":-0.1,"max":1.7976931348623157e308,"least":5e-324,"long":"12345678901234567890"}',
  ])('and what only looks so is kept: %s', async data => {
    const made = await request('POST', '/v1/records', `{"collection":"notes","data":${data}}`)
    expect([made.status, made.body.data]).toEqual([201, JSON.parse(data)])
    const read = await request('GET', `/v1/records/${made.body.id}`)
    expect(read.body.data).toEqual(JSON.parse(data))
  })

  it('takes -0 in a record for the 0 that it is', async () => {
    const made = await request('POST', '/v1/records', '{"collection":"notes","data":{"n":-0}}')
    expect((await request('GET', `/v1/records/${made.body.id}`)).body.data).toEqual({ n: 0 })
  })

  it('and what is taken is what Postgres takes it for', async () => {
    const number = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt(0n, 10n ** 20n),
        fc.constantFrom('', '.0', '.5', '.10', '.1000000000000000055511151231257827', 'e5', 'E-7', 'e-330', 'e300'),
      )
      .map(parts => parts.join(''))
    let taken = 0
    for (const literal of fc.sample(number, 100)) {
      const made = await request('POST', '/v1/records', `{"collection":"numbers","data":{"n":${literal}}}`)
      if (made.status === 400) continue
      taken++
      const read = await hub.pool.query<{ same: boolean }>(
        `select (data->'n')::numeric = $2::numeric as same from records where id = $1`,
        [made.body.id, literal],
      )
      expect([literal, read.rows[0]?.same]).toEqual([literal, true])
    }
    expect(taken).toBeGreaterThan(10)
  })

  it('in an endpoint: its metadata, description, URL and filter', async () => {
    const endpoint = (fields: string) => refusedAt('POST', '/v1/endpoints', `{"url":"${url}",${fields}}`)
    expect(await endpoint('"metadata":{"a":"\\ud800"}')).toEqual([`body.metadata.a: ${half}`])
    expect(await endpoint('"metadata":{"\\ud800":"a"}')).toEqual([`body.metadata.\ud800: ${half}`])
    expect(await endpoint('"description":"\\udc00"')).toEqual([`body.description: ${half}`])
    expect(await endpoint('"filter":{"v":9007199254740993}')).toEqual([`body.filter.v: ${digits}`])
    expect(await endpoint('"filter":{"$or":[{"v":{"$gt":1e400}}]}')).toEqual([`body.filter.$or.0.v.$gt: ${digits}`])
    expect(await endpoint('"filter":{"v":"\\ud800"}')).toEqual([`body.filter.v: ${half}`])
    expect(await refusedAt('POST', '/v1/endpoints', '{"url":"http://127.0.0.1/\\ud800"}')).toEqual([
      `body.url: ${half}`,
    ])
    const made = await request('POST', '/v1/endpoints', { url, metadata: { path: 'C:\\udefault \\u0000' } })
    expect([made.status, made.body.metadata]).toEqual([201, { path: 'C:\\udefault \\u0000' }])
    expect(await refusedAt('PATCH', `/v1/endpoints/${made.body.id}`, '{"metadata":{"a":"\\ud800"}}')).toEqual([
      `body.metadata.a: ${half}`,
    ])
  })

  it('in an event type: its description and its schema', async () => {
    const type = (fields: string) => refusedAt('PUT', '/v1/event-types/a.b', `{${fields}}`)
    expect(await type('"description":"\\ud800"')).toEqual([`body.description: ${half}`])
    expect(await type('"schema":{"maximum":9007199254740993}')).toEqual([`body.schema.maximum: ${digits}`])
    expect(await type('"schema":{"properties":{"\\ud800":true}}')).toEqual([`body.schema.properties.\ud800: ${half}`])
    expect(await type('"schema":{"properties":{"__proto__":true}}')).toEqual([
      'body.schema.properties.__proto__: A member of this name is not taken',
    ])
  })

  it('in a connection: its metadata', async () => {
    const connection = (metadata: string) =>
      refusedAt('POST', '/v1/connections', `{"provider":"stripe","metadata":${metadata}}`)
    expect(await connection('{"a":"\\ud800"}')).toEqual([`body.metadata.a: ${half}`])
    expect(await connection('{"\\ud800":1}')).toEqual([`body.metadata.\ud800: ${half}`])
    expect(await connection('{"a":[9007199254740993]}')).toEqual([`body.metadata.a.0: ${digits}`])
    expect(await connection('{"a":"\\u0000"}')).toEqual([`body.metadata.a: ${nul}`])
    const backslashes = await request('POST', '/v1/connections', {
      provider: 'none',
      metadata: { a: '\\u0000 C:\\ud8' },
    })
    expect(backslashes.body.error.code).toBe('INVALID_PROVIDER')
  })

  it('in a provider app: its name', async () => {
    const app = '{"provider":"stripe","name":"\\ud800"}'
    expect(await refusedAt('POST', '/v1/provider-apps', app)).toEqual([`body.name: ${half}`])
  })

  it('says of an event without data that it is missing', async () => {
    expect(await refusedAt('POST', '/v1/events', '{"type":"a.b"}')).toEqual(['body.data: Is missing'])
  })
})
