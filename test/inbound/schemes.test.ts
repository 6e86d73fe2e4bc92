import { createHmac, createSign, generateKeyPairSync, sign } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { webhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import type { SignedRequest } from '../../src/inbound/receiving/signed-request.ts'
import { isSigned, type LocalScheme } from '../../src/inbound/receiving/verify.ts'

// Vectors that platforms have published, and what must be refused of each way to sign.

interface Case {
  scheme: LocalScheme
  secret: string
  request: SignedRequest
  now?: number
}

const hubspot = {
  secret: 'yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy',
  body: Buffer.from("{'example_field':'example_value'}"),
  url: 'https://www.example.com/webhook_uri',
}
const slackBody =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar' +
  '&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com' +
  '%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'

const spki =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEDr2LjtURuePQzplybdC+u4CwrqDqBaWjcMMsTbhdbcwHBcepxo7yAQGhHPTnlvFYPAZFceEu/1FwCM/QmGUhA=='

const published: Record<string, Case> = {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries#testing-the-webhook-payload-validation
  GitHub: {
    scheme: { kind: 'hmac', header: 'x-hub-signature-256', prefix: 'sha256=', encoding: 'hex' },
    secret: "It's a Secret to Everybody",
    request: {
      headers: { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' },
      body: Buffer.from('Hello, World!'),
    },
  },
  // https://developer.atlassian.com/cloud/jira/platform/webhooks/
  Jira: {
    scheme: { kind: 'hmac', header: 'x-hub-signature', prefix: 'sha256=', encoding: 'hex' },
    secret: "It's a Secret to Everybody",
    request: {
      headers: { 'x-hub-signature': 'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9' },
      body: Buffer.from('Hello World!'),
    },
  },
  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  Slack: {
    scheme: {
      ...({ kind: 'hmac', header: 'x-slack-signature', prefix: 'v0=', encoding: 'hex' } as const),
      signed: 'v0:{timestamp}:{body}',
      timestamp: { header: 'x-slack-request-timestamp', unit: 'seconds', tolerance: '5m' },
    },
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    request: {
      headers: {
        'x-slack-request-timestamp': '1531420618',
        'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      },
      body: Buffer.from(slackBody),
    },
    now: 1_531_420_618_000,
  },
  // https://github.com/HubSpot/hubspot-api-python, tests/spec/utils/test_signature.py
  'HubSpot’s third version': {
    scheme: {
      ...({ kind: 'hmac', header: 'x-hubspot-signature-v3', encoding: 'base64' } as const),
      signed: '{method}{url}{body}{timestamp}',
      timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds', tolerance: '5m' },
    },
    secret: hubspot.secret,
    request: {
      ...hubspot,
      headers: {
        'x-hubspot-request-timestamp': '1693657560000',
        'x-hubspot-signature-v3': 'K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=',
      },
    },
    now: 1_693_657_560_000,
  },
  'HubSpot’s first version': {
    scheme: { kind: 'digest', header: 'x-hubspot-signature', encoding: 'hex', signed: '{secret}{body}' },
    secret: hubspot.secret,
    request: {
      ...hubspot,
      headers: { 'x-hubspot-signature': '69fc6631a867edd4f9e9e627fc5c1148e3fbdd8b21837b6d2b8901c1fa57f750' },
    },
  },
  'HubSpot’s second version': {
    scheme: { kind: 'digest', header: 'x-hubspot-signature', encoding: 'hex', signed: '{secret}{method}{url}{body}' },
    secret: hubspot.secret,
    request: {
      ...hubspot,
      headers: { 'x-hubspot-signature': '4fe4e3a7d3cf09db53be39d0a58130e2aaba074ec123a9e355b876a689a1c383' },
    },
  },
  // https://github.com/sendgrid/sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js
  SendGrid: {
    scheme: {
      ...({ kind: 'ecdsa-p256', header: 'x-twilio-email-event-webhook-signature' } as const),
      signed: '{timestamp}{body}',
      timestamp: { header: 'x-twilio-email-event-webhook-timestamp', unit: 'seconds' },
    },
    secret: spki,
    request: {
      headers: {
        'x-twilio-email-event-webhook-timestamp': '1588788367',
        'x-twilio-email-event-webhook-signature':
          'MEUCIQCtIHJeH93Y+qpYeWrySphQgpNGNr/U+UyUlBkU6n7RAwIgJTz2C+8a8xonZGi6BpSzoQsbVRamr2nlxFDWYNH2j/0=',
      },
      body: Buffer.from('{"category":"example_payload","event":"test_event","message_id":"message_id"}'),
    },
  },
}

const body = Buffer.from('{"ü": 1}\r\n')
const secret = 'a secret of a sender'
const ed25519 = generateKeyPairSync('ed25519')
const ed25519Hex = Buffer.from(ed25519.publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('hex')
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const at = 1_790_000_000_000

const made: Record<string, Case> = {
  'an HMAC by SHA-1': {
    scheme: { kind: 'hmac', hash: 'sha1', header: 'x-hub-signature', prefix: 'sha1=', encoding: 'hex' },
    secret,
    request: { headers: { 'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` }, body },
  },
  'a key that the secret encodes': {
    scheme: { kind: 'hmac', header: 'x-signature', encoding: 'base64', key: 'hex' },
    secret: '00ff10',
    request: {
      headers: { 'x-signature': createHmac('sha256', Buffer.from('00ff10', 'hex')).update(body).digest('base64') },
      body,
    },
  },
  'a text before the body that is signed and not sent': {
    scheme: { kind: 'hmac', header: 'x-signature', encoding: 'hex', signed: 'hmacsha256={body}' },
    secret,
    request: {
      headers: { 'x-signature': createHmac('sha256', secret).update('hmacsha256=').update(body).digest('hex') },
      body,
    },
  },
  'the sorted fields of a form behind its address': {
    scheme: { kind: 'hmac', hash: 'sha1', header: 'x-signature', encoding: 'base64', signed: '{url}{form}' },
    secret,
    request: {
      headers: {
        'x-signature': createHmac('sha1', secret).update('https://hub.example/in?a=1a&bb[] c').digest('base64'),
      },
      url: 'https://hub.example/in?a=1',
      body: Buffer.from('b=%5B%5D+c&a=%26b'),
    },
  },
  'a header and the body’s checksum': {
    scheme: { kind: 'hmac', header: 'x-signature', encoding: 'hex', signed: '{header:x-id}|{crc32}' },
    secret,
    request: {
      headers: {
        'x-id': 'one',
        'x-signature': createHmac('sha256', secret)
          .update(`one|${crc32(body)}`)
          .digest('hex'),
      },
      body,
    },
  },
  'a date that is signed': {
    scheme: {
      ...({ kind: 'hmac', header: 'x-signature', encoding: 'hex', signed: '{timestamp}{body}' } as const),
      timestamp: { header: 'x-date', unit: 'iso', tolerance: '5m', ahead: '1m' },
    },
    secret,
    request: {
      headers: {
        'x-date': new Date(at).toISOString(),
        'x-signature': createHmac('sha256', secret).update(new Date(at).toISOString()).update(body).digest('hex'),
      },
      body,
    },
    now: at,
  },
  Ed25519: {
    scheme: {
      ...({ kind: 'ed25519', header: 'x-signature-ed25519', encoding: 'hex', signed: '{timestamp}{body}' } as const),
      timestamp: { header: 'x-signature-timestamp', unit: 'seconds', tolerance: '5m' },
    },
    secret: ed25519Hex,
    request: {
      headers: {
        'x-signature-timestamp': String(at / 1000),
        'x-signature-ed25519': sign(
          null,
          Buffer.concat([Buffer.from(String(at / 1000)), body]),
          ed25519.privateKey,
        ).toString('hex'),
      },
      body,
    },
    now: at,
  },
  'ECDSA by a key in PEM': {
    scheme: { kind: 'ecdsa-p256', header: 'x-signature' },
    secret: p256.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    request: { headers: { 'x-signature': createSign('sha256').update(body).sign(p256.privateKey, 'base64') }, body },
  },
}

const shown: Record<string, Case> = {
  'a token in a header': {
    scheme: { kind: 'shared-token', in: { header: 'authorization', prefix: 'Bearer ' } },
    secret,
    request: { headers: { authorization: `Bearer ${secret}` }, body },
  },
  'a token in the query': {
    scheme: { kind: 'shared-token', in: { query: 'token' } },
    secret,
    request: { headers: {}, query: { token: secret }, body },
  },
  'a token in one of the items': {
    scheme: { kind: 'shared-token', in: { path: 'value[].clientState' } },
    secret,
    request: {
      headers: {},
      body: Buffer.from(JSON.stringify({ value: [{ clientState: 'x' }, { clientState: secret }] })),
    },
  },
  'a user and a password': {
    scheme: { kind: 'basic' },
    secret: 'Üser:pass:word',
    request: { headers: { authorization: `Basic ${Buffer.from('Üser:pass:word').toString('base64')}` }, body },
  },
}

const proves = ({ scheme, secret, request, now = at }: Case, change: Partial<SignedRequest> = {}, secrets = [secret]) =>
  isSigned(scheme, secrets, { ...request, ...change }, now)

describe('what a sender proves itself by', () => {
  for (const [name, one] of Object.entries({ ...published, ...made, ...shown }))
    it(`may be that of ${name}, by any of the app's secrets, and by no other`, () => {
      expect(webhookScheme.parse(one.scheme)).toEqual(one.scheme)
      expect(proves(one)).toBe(true)
      for (const secrets of [
        ['another', one.secret],
        [one.secret, ''],
      ])
        expect(proves(one, {}, secrets)).toBe(true)
      for (const secrets of [[], ['another'], [''], [`.${one.secret}`], ['x'.repeat(64)]])
        expect(proves(one, {}, secrets)).toBe(false)
      for (const header of Object.keys(one.request.headers)) {
        const value = one.request.headers[header] as string
        // The last digit of an encoding may tell nothing, the first always does.
        const others = [undefined, '', value.slice(1), `0${value.slice(1)}`, `${value}0`, [value, value], '\0', 'é']
        for (const other of others)
          if (other !== value)
            expect([header, other, proves(one, { headers: { ...one.request.headers, [header]: other } })]).toEqual([
              header,
              other,
              false,
            ])
      }
    })

  for (const [name, one] of Object.entries({ ...published, ...made }))
    it(`is the body's own of ${name}`, () => {
      const { body, url } = one.request
      for (const other of [Buffer.concat([body, Buffer.from(' ')]), body.subarray(1), Buffer.alloc(0)])
        expect(proves(one, { body: other })).toBe(false)
      const signed = 'signed' in one.scheme ? (one.scheme.signed ?? '{body}') : '{body}'
      if (signed.includes('{url}')) expect(proves(one, { url: `${url}?` })).toBe(false)
      if (signed.includes('{method}')) expect(proves(one, { method: 'GET' })).toBe(false)
    })

  it('is too old, or too far ahead, as the scheme has it', () => {
    const dated = made['a date that is signed']!
    const judged = [-61_000, -60_000, 0, 300_000, 300_001].map(later => proves({ ...dated, now: at + later }))
    expect(judged).toEqual([false, true, true, true, false])
    // Signed, but not judged.
    expect(proves({ ...published['SendGrid']!, now: at + 86_400_000 })).toBe(true)
  })

  it('is not what a secret that encodes no key would sign: everybody could', () => {
    const signature = createHmac('sha256', '').update(body).digest('base64')
    const scheme = { kind: 'hmac', header: 'x-signature', encoding: 'base64', key: 'base64' } as const
    const standard = { kind: 'standard-webhooks', headers: 'webhook', tolerance: '5m' } as const
    const time = String(at / 1000)
    const v1 = createHmac('sha256', '').update(`id.${time}.`).update(body).digest('base64')
    const headers = {
      'x-signature': signature,
      ...{ 'webhook-id': 'id', 'webhook-timestamp': time, 'webhook-signature': `v1,${v1}` },
    }
    for (const secret of ['', '***', 'whsec_'])
      for (const one of [scheme, standard])
        expect([secret, isSigned(one, [secret], { headers, body }, at)]).toEqual([secret, false])
  })

  it('is an address that nobody can guess, where nothing is signed', () => {
    const scheme = { kind: 'address' } as const
    expect(isSigned(scheme, [], { headers: {}, body, addressed: true })).toBe(true)
    for (const addressed of [false, undefined])
      expect(isSigned(scheme, ['any'], { headers: {}, body, ...(addressed === undefined ? {} : { addressed }) })).toBe(
        false,
      )
  })

  it('is no text of which the body, or a time that is judged, is no part', () => {
    const hmac = { kind: 'hmac', header: 'x-signature', encoding: 'hex' }
    const timestamp = { header: 'x-time', unit: 'seconds' }
    const wrong = [
      { ...hmac, signed: '{url}' },
      { ...hmac, signed: '{body}{unknown}' },
      { ...hmac, signed: '{body}{' },
      { ...hmac, signed: '{timestamp}{body}' },
      { ...hmac, timestamp },
      { ...hmac, signed: '{body}', timestamp: { ...timestamp, element: 't' } },
      { kind: 'digest', header: 'x-signature', encoding: 'hex', signed: '{body}' },
    ]
    for (const scheme of wrong) expect([scheme, webhookScheme.safeParse(scheme).success]).toEqual([scheme, false])
  })
})
