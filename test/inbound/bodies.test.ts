import { createHmac, randomUUID } from 'node:crypto'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const server = await createTestServer(hub)
const github = await createSender(hub, workspace, 'github')

const zen = { zen: 'Ünïcode 👍 a+b c%2Bd', sender: { id: 1 } }
const json = Buffer.from(JSON.stringify(zen))
const mark = Buffer.from([0xef, 0xbb, 0xbf])

/** Sends bytes with the signature of others. */
async function send(body: Buffer, headers: Record<string, string> = {}, signed = body) {
  const signature = createHmac('sha256', github.secret).update(signed).digest('hex')
  const deliveryId = randomUUID()
  const answer = await server.inject({
    method: 'POST',
    url: github.url,
    payload: body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'ping',
      'x-github-delivery': deliveryId,
      'x-hub-signature-256': `sha256=${signature}`,
      ...headers,
    },
  })
  const { error } = answer.json<{ error?: { code: string; message: string } }>()
  const outcome = { status: answer.statusCode, code: error?.code, message: error?.message }
  if (answer.statusCode !== 202) return outcome
  const { rows } = await hub.pool.query<{ id: string }>('select id from inbound_events where delivery_id = $1', [
    deliveryId,
  ])
  const kept = await workspace.request('GET', `/v1/inbound-events/${rows[0]!.id}`)
  return { ...outcome, payload: kept.body['payload'] }
}

describe('a signed body', () => {
  it('is read behind a byte order mark', async () => {
    expect(await send(Buffer.concat([mark, json]))).toMatchObject({ status: 202, payload: zen })
    expect(await send(Buffer.concat([mark, mark, json]))).toMatchObject({ status: 202, payload: zen })
  })

  it('is read out of a form, however the form’s type is written', async () => {
    const form = Buffer.from(new URLSearchParams({ payload: json.toString() }).toString())
    for (const type of [
      'application/x-www-form-urlencoded',
      'APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8',
      'Application/X-Www-Form-Urlencoded,,',
    ]) {
      expect(await send(form, { 'content-type': type })).toMatchObject({ status: 202, payload: zen })
      expect(await send(json, { 'content-type': type })).toMatchObject({ status: 202, payload: zen })
    }
  })

  it('is the fields of a form that has no JSON', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const fields = 'command=%2Fweather&text=94070&data[list_id]=a6b&data[merges][FNAME]=Ünï+c&tag=1&tag=2&ids[]=3&a]b['
    const payload = {
      ...{ command: '/weather', text: '94070', data: { list_id: 'a6b', merges: { FNAME: 'Ünï c' } } },
      ...{ tag: ['1', '2'], ids: ['3'], 'a]b[': '' },
    }
    expect(await send(Buffer.from(fields), form)).toMatchObject({ status: 202, payload })
    for (const odd of [
      'a=1&a[b]=2&a=3',
      'a[b]=1&a=2',
      '__proto__[x]=1&constructor=2',
      '=1',
      'a[]=1&a[b]=2',
      'a[][]=%00',
    ])
      expect(await send(Buffer.from(odd), form)).toMatchObject({ status: 202 })
    const many = Array.from({ length: 2_001 }, (_, n) => `f${n}=1`).join('&')
    expect(await send(Buffer.from(many), form)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' })
    const deep = `a${'[b]'.repeat(5_000)}=1`
    expect(await send(Buffer.from(deep), form)).toMatchObject({ status: 202 })
  })

  it('is read whatever its type is called', async () => {
    for (const type of [
      'application/json,,',
      'application;json,,',
      ';',
      'text/plain',
      'x',
      '',
      'application/vnd.x+json',
    ])
      expect(await send(json, { 'content-type': type })).toMatchObject({ status: 202, payload: zen })
  })

  it('is read when it is packed, be what is sent signed or what it was before', async () => {
    const packed = gzipSync(json)
    for (const encoding of ['gzip', 'GZIP', 'x-gzip']) {
      const headers = { 'content-encoding': encoding }
      expect(await send(packed, headers)).toMatchObject({ status: 202, payload: zen })
      expect(await send(packed, headers, json)).toMatchObject({ status: 202, payload: zen })
    }
    // Behind a proxy that unpacked it and left the header.
    expect(await send(json, { 'content-encoding': 'gzip' })).toMatchObject({ status: 202, payload: zen })
    const form = gzipSync(new URLSearchParams({ payload: json.toString() }).toString())
    expect(
      await send(form, { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' }),
    ).toMatchObject({ status: 202, payload: zen })
    expect(await send(gzipSync(Buffer.concat([mark, json])))).toMatchObject({ status: 202, payload: zen })
  })

  it('says why it is not read when it is packed in another way, or broken', async () => {
    for (const [encoding, body] of Object.entries({ br: brotliCompressSync(json), deflate: deflateSync(json) })) {
      const message = expect.stringContaining(`Content-Encoding ${encoding} is not read`) as string
      const headers = { 'content-encoding': encoding }
      expect(await send(body, headers)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', message })
      expect(await send(body, headers, json)).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID', message })
    }
    const packed = gzipSync(json)
    const broken = packed.subarray(0, packed.length - 9)
    expect(await send(broken)).toMatchObject({ status: 400, message: expect.stringContaining('gzip') as string })
    expect(await send(broken, {}, json)).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' })
    expect(await send(packed, {}, Buffer.from('other'))).toMatchObject({ status: 401, code: 'SIGNATURE_INVALID' })
    const odd = await send(Buffer.from('odd'), { 'content-encoding': '<script>, gzip' })
    expect(odd).toMatchObject({ status: 400, message: expect.not.stringContaining('script') as string })
  })

  it('is unpacked no further than the platform sends, and than its size makes likely when nobody vouches for it', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, ' '))
    const began = process.memoryUsage.rss()
    expect(await send(bomb)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' })
    for (let n = 0; n < 20; n++) expect(await send(bomb, {}, json)).toMatchObject({ status: 401 })
    expect(process.memoryUsage.rss() - began).toBeLessThan(300 * 1024 * 1024)
    // A batch of things that are much alike shrinks more than a text does.
    const alike = Buffer.from(JSON.stringify(Array.from({ length: 3_000 }, (_, n) => ({ ...zen, n }))))
    expect(await send(gzipSync(alike), {}, alike)).toMatchObject({ status: 202 })
  }, 180_000)

  it('may be empty: what it tells stands in the headers', async () => {
    for (const body of [Buffer.alloc(0), Buffer.from(' \n'), gzipSync(''), mark])
      expect(await send(body)).toMatchObject({ status: 202, payload: null })
    expect(await send(Buffer.alloc(0), { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 202,
    })
    expect(await send(Buffer.alloc(0), {}, Buffer.from('{}'))).toMatchObject({ status: 401 })
  })
})
