import { webhooks as sendgrid } from '../../src/catalogue/platforms/sendgrid/webhooks.ts'
import { readItems } from '../../src/inbound/read.ts'
import { withoutParts } from '../../src/inbound/receiving/multipart.ts'
import { isSigned } from '../../src/inbound/receiving/verify.ts'

const definition = { multipart: { charsets: 'charsets' } }
const nothing = () => undefined

/** A form as a browser or a client sends it, with its content type. */
async function sent(form: FormData) {
  const request = new Response(form)
  const headers = { 'content-type': request.headers.get('content-type')! }
  return { headers, body: Buffer.from(await request.arrayBuffer()) }
}
const read = async (request: Awaited<ReturnType<typeof sent>>, hold: (bytes: number) => void = nothing) => {
  const { body, headers } = await withoutParts(request, definition, hold)
  return { type: headers['content-type'], json: JSON.parse(body.toString()) as Record<string, unknown> }
}

/** As the parts were written, byte by byte. */
const written = (...parts: [name: string, value: Buffer | string][]) => ({
  headers: { 'content-type': 'multipart/form-data; boundary=xYzZY' },
  body: Buffer.concat([
    ...parts.flatMap(([name, value]) => [
      Buffer.from(`--xYzZY\r\nContent-Disposition: form-data; name=${name}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    Buffer.from('--xYzZY--\r\n'),
  ]),
})

describe('a form with files', () => {
  it('is JSON: texts by their names, files with all their bytes, lists where a name comes again', async () => {
    const every = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256))
    const form = new FormData()
    form.append('subject', 'Grüße 🚢\r\nof two lines')
    form.append('to', 'a')
    form.append('to', 'b')
    form.append('__proto__', 'x')
    form.append('attachment1', new File([every], 'größe "1".bin', { type: 'application/octet-stream' }))
    form.append('attachment2', new File([], 'empty.txt'))
    const { type, json } = await read(await sent(form))
    expect(type).toBe('application/json')
    expect(Object.keys(json)).toEqual(['subject', 'to', '__proto__', 'attachment1', 'attachment2'])
    expect(json).toMatchObject({ subject: 'Grüße 🚢\r\nof two lines', to: ['a', 'b'] })
    const octets = 'application/octet-stream'
    const [one, two] = [json['attachment1'], json['attachment2']]
    expect(one).toEqual({ filename: 'größe "1".bin', type: octets, size: 512, content: every.toString('base64') })
    expect(two).toMatchObject({ filename: 'empty.txt', size: 0, content: '' })
  })

  it('is read in the character sets that it names, and its files stay as they are', async () => {
    const request = written(
      ['"subject"', 'Grüße'],
      ['"text"', Buffer.from('Gr\xfc\xdfe', 'latin1')],
      ['"html"', Buffer.from([0x82, 0xa0])],
      ['"strange"', Buffer.from([0xff])],
      ['"charsets"', '{"subject":"UTF-8","text":"iso-8859-1","html":"Shift_JIS","strange":"klingon"}'],
      ['"file"; filename="a"', Buffer.from([0xfc, 0xc3, 0xbc])],
    )
    const { json } = await read(request)
    expect(json).toMatchObject({ subject: 'Grüße', text: 'Grüße', html: 'あ', strange: '\ufffd' })
    expect(json['file']).toMatchObject({ filename: 'a', size: 3, content: '/MO8' })
    for (const charsets of ['', '[', 'null', '7', '{"text":5}'])
      expect((await read(written(['"text"', Buffer.from([0xff])], ['"charsets"', charsets]))).json).toMatchObject({
        text: '\ufffd',
      })
  })

  it('is refused when it is none, or of too many parts, and holds room for what it becomes', async () => {
    const form = new FormData()
    for (let at = 0; at < 2_001; at++) form.append('a', '')
    const right = written(['"a"', 'b'])
    const cut = { ...right, body: right.body.subarray(0, 60) }
    const other = { ...right, headers: { 'content-type': 'multipart/form-data; boundary=other' } }
    const without = { ...right, headers: { 'content-type': 'multipart/form-data' } }
    for (const request of [await sent(form), cut, other, without, { ...right, body: Buffer.alloc(0) }])
      await expect(read(request)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    const held: number[] = []
    await read(right, bytes => held.push(bytes))
    expect(held).toEqual([Math.ceil((right.body.length * 4) / 3)])
    const full = () => {
      throw new Error('no room')
    }
    await expect(read(right, full)).rejects.toThrow('no room')
  })

  it('of a platform that sends none, and anything else, stays as it is', async () => {
    const request = written(['"a"', 'b'])
    expect(await withoutParts(request, {}, nothing)).toBe(request)
    const json = { headers: { 'content-type': 'application/json' }, body: Buffer.from('[]') }
    expect(await withoutParts(json, definition, nothing)).toBe(json)
  })

  it('that a mail has become bears its id, by whom it was sent to', async () => {
    const envelope = '{"to":["help@parse.example"],"from":"ada@example.com"}'
    const idOf = async (headers: string, to = envelope) => {
      const request = await withoutParts(written(['"headers"', headers], ['"envelope"', to]), sendgrid, nothing)
      return readItems(sendgrid, request).map(({ type, hasOwnId, deliveryId }) => [type, hasOwnId, deliveryId])
    }
    const long = 'Received: from somewhere\r\n'.repeat(500)
    const [mail] = await idOf(`${long}Message-Id:\r\n <1@example.com>\r\nTo: a`)
    expect(mail).toEqual(['mail.received', true, expect.stringContaining('<1@example.com>/')])
    expect(await idOf(`Message-ID: <1@example.com>`)).toEqual([mail])
    expect(await idOf(`Message-ID: <1@example.com>`, '{"to":[]}')).not.toEqual([mail])
    expect(await idOf('Subject: x')).toEqual([['mail.received', false, expect.any(String)]])
  })
})

it('a public key is nobody’s user and password', () => {
  const key =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=='
  const shows = (secret: string) => {
    const headers = { authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
    return isSigned({ kind: 'basic' }, [secret], { headers, body: Buffer.from('') })
  }
  expect([shows(key), shows('user:password'), shows('user:')]).toEqual([false, true, true])
})
