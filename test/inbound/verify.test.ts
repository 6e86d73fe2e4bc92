import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { isSigned } from '../../src/inbound/receiving/verify.ts'
import type { LocalScheme } from '../../src/inbound/receiving/verify.ts'

const secret = 'It is a secret to everybody'
const now = 1_763_700_000_000
const seconds = now / 1000
const body = Buffer.from('{"a": 1,\n "ü": "raw bytes, not re-serialised"}')

const mac = (text: string | Buffer, key: string | Buffer = secret) => createHmac('sha256', key).update(text)
const over = (head: string) => Buffer.concat([Buffer.from(head), body])

const schemes: Record<string, { scheme: LocalScheme; headers: Record<string, string>; timed: boolean }> = {
  'hex with a prefix': {
    scheme: { kind: 'hmac', header: 'x-hub-signature-256', encoding: 'hex', prefix: 'sha256=' },
    headers: { 'x-hub-signature-256': `sha256=${mac(body).digest('hex')}` },
    timed: false,
  },
  base64: {
    scheme: { kind: 'hmac', header: 'intuit-signature', encoding: 'base64' },
    headers: { 'intuit-signature': mac(body).digest('base64') },
    timed: false,
  },
  'elements of one header': {
    scheme: {
      kind: 'hmac',
      header: 'stripe-signature',
      element: 'v1',
      encoding: 'hex',
      signed: '{timestamp}.{body}',
      timestamp: { element: 't', unit: 'seconds', tolerance: '5m' },
    },
    headers: {
      'stripe-signature': `t=${seconds},v1=${'0'.repeat(64)},v1=${mac(over(`${seconds}.`)).digest('hex')},v0=ffff`,
    },
    timed: true,
  },
  'a text with the timestamp': {
    scheme: {
      kind: 'hmac',
      header: 'x-slack-signature',
      encoding: 'hex',
      prefix: 'v0=',
      signed: 'v0:{timestamp}:{body}',
      timestamp: { header: 'x-slack-request-timestamp', unit: 'seconds', tolerance: '5m' },
    },
    headers: {
      'x-slack-request-timestamp': String(seconds),
      'x-slack-signature': `v0=${mac(over(`v0:${seconds}:`)).digest('hex')}`,
    },
    timed: true,
  },
}

function verifySignature(...signed: Parameters<typeof isSigned>): void {
  if (!isSigned(...signed)) throw new Error('no signature of this body, or too old')
}

describe('webhook signatures', () => {
  for (const [name, { scheme, headers, timed }] of Object.entries(schemes)) {
    const verify = (given: typeof headers, bytes = body, at = now, key = secret) =>
      verifySignature(scheme, [key], { headers: given, body: bytes }, at)

    describe(name, () => {
      it('accepts what the secret signed', () => expect(() => verify(headers)).not.toThrow())

      it('refuses a changed byte, another secret, and no signature', () => {
        expect(() => verify(headers, Buffer.concat([body, Buffer.from(' ')]))).toThrow('signature')
        expect(() => verify(headers, body, now, 'another')).toThrow('signature')
        expect(() => verify({})).toThrow('signature')
      })

      it('refuses a signature that is cut short or is none at all', () => {
        for (const [header, value] of Object.entries(headers)) {
          expect(() => verify({ ...headers, [header]: value.slice(0, Math.min(20, value.length - 1)) })).toThrow(
            'signature',
          )
          expect(() => verify({ ...headers, [header]: '' })).toThrow('signature')
        }
      })

      if (timed)
        it('refuses what was signed more than five minutes ago, or will be', () => {
          expect(() => verify(headers, body, now + 299_000)).not.toThrow()
          expect(() => verify(headers, body, now + 301_000)).toThrow('too old')
          expect(() => verify(headers, body, now - 301_000)).toThrow('too old')
        })
    })
  }

  it('accepts what the Standard Webhooks library signs, with either name of its headers', () => {
    const whsec = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
    const signature = new Webhook(whsec).sign('msg_1', new Date(now), body.toString())
    for (const prefix of ['webhook', 'svix'] as const) {
      const scheme: LocalScheme = { kind: 'standard-webhooks', headers: prefix, tolerance: '5m' }
      const headers = {
        [`${prefix}-id`]: 'msg_1',
        [`${prefix}-timestamp`]: String(seconds),
        [`${prefix}-signature`]: `v1,${Buffer.alloc(32).toString('base64')} ${signature}`,
      }
      verifySignature(scheme, [whsec], { headers, body }, now)
      expect(() =>
        verifySignature(scheme, [whsec], { headers: { ...headers, [`${prefix}-id`]: 'msg_2' }, body }, now),
      ).toThrow('signature')
    }
  })

  it('finds the right signature behind those of a sender’s other secrets', () => {
    const { scheme } = schemes['elements of one header']!
    const right = mac(over(`${seconds}.`)).digest('hex')
    const behind = (wrong: number) => {
      const signatures = [...Array.from({ length: wrong }, (_, n) => mac(String(n)).digest('hex')), right]
      const header = `t=${seconds},${signatures.map(signature => `v1=${signature}`).join()}`
      return () => verifySignature(scheme, [secret], { headers: { 'stripe-signature': header }, body }, now)
    }
    expect(behind(9)).not.toThrow()
    expect(behind(19)).not.toThrow()
    expect(behind(20)).toThrow('signature')
  })

  it('takes any of the secrets that an app has', () => {
    const { scheme, headers } = schemes.base64!
    for (const secrets of [[secret], ['new', secret], [secret, 'old']])
      expect(() => verifySignature(scheme, secrets, { headers, body }, now)).not.toThrow()
    for (const secrets of [[], ['new', 'old']])
      expect(() => verifySignature(scheme, secrets, { headers, body }, now)).toThrow('signature')
  })

  it('compares a shared token', () => {
    const scheme: LocalScheme = { kind: 'shared-token', in: { header: 'x-gitlab-token' } }
    verifySignature(scheme, [secret], { headers: { 'x-gitlab-token': secret }, body })
    expect(() => verifySignature(scheme, [secret], { headers: { 'x-gitlab-token': `${secret}.` }, body })).toThrow()
    expect(() => verifySignature(scheme, [secret], { headers: {}, body })).toThrow()
  })

  it('takes a signature that comes in two headers for none', () => {
    const { scheme, headers } = schemes.base64!
    const twice = { 'intuit-signature': [headers['intuit-signature']!, headers['intuit-signature']!] }
    expect(() => verifySignature(scheme, [secret], { headers: twice, body }, now)).toThrow('signature')
  })
})
