import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { webhookScheme, type WebhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import { authority, certificates } from '../../dev/sandbox/platforms/paypal/certificates.ts'
import { certificatesIn, isSignedByCertificate, isTrusted } from '../../src/inbound/receiving/signatures/certificate.ts'

const scheme: Extract<WebhookScheme, { kind: 'certificate' }> = {
  kind: 'certificate',
  header: 'x-transmission-sig',
  certificate: {
    header: 'x-cert-url',
    origins: ['https://api.platform.example'],
    names: ['webhooks.platform.example'],
  },
  signed: '{header:x-transmission-id}|{header:x-transmission-time}|{secret}|{crc32}',
}

describe('the address of a certificate', () => {
  it('is looked up only where it is one of the platform’s own', async () => {
    expect(webhookScheme.parse(scheme)).toEqual(scheme)
    const asked: string[] = []
    const request = (url: string) => ({
      headers: {
        ...{ 'x-transmission-id': '1', 'x-transmission-time': '2026-01-01T00:00:00Z' },
        ...{ 'x-transmission-sig': 'AAAA', 'x-cert-url': url },
      },
      body: Buffer.from('{}'),
    })
    const look = async (url: string) => {
      const chainAt = (address: string) => {
        asked.push(address)
        return Promise.resolve(undefined)
      }
      expect(await isSignedByCertificate(scheme, ['webhook id'], request(url), chainAt, Date.now())).toBe(false)
    }
    const strange = [
      ...[
        'http://api.platform.example/cert',
        'https://api.platform.example.org/cert',
        'https://user@api.platform.example/cert',
      ],
      ...[
        'https://api.platform.example:8443/cert',
        'https://api.platform.example/cert?{x}',
        '//api.platform.example/cert',
        '',
      ],
      ...[`https://api.platform.example/${'x'.repeat(500)}`, 'file:///etc/passwd', 'https://127.0.0.1/cert'],
    ]
    for (const url of strange) await look(url)
    expect(asked).toEqual([])
    await look('https://api.platform.example/v1/certs/CERT-1')
    expect(asked).toEqual(['https://api.platform.example/v1/certs/CERT-1'])
  })

  it('leads to certificates, or to nothing', () => {
    for (const body of ['', '{}', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])
      expect(() => certificatesIn(Buffer.from(body))).toThrow()
  })
})

describe('a chain of certificates', () => {
  const [own, intermediate] = certificatesIn(Buffer.from(certificates))
  const [root] = certificatesIn(Buffer.from(authority))
  const names = ['messageverificationcerts.paypal.com']
  const now = new Date('2030-01-01')

  it('is trusted where it leads from the name to an authority of this process, while all of them are valid', () => {
    // Read at the first look, so this comes before it.
    setDefaultCACertificates([...getCACertificates('default'), authority])
    expect(isTrusted([own!, intermediate!], names, now)).toBe(true)
    expect(isTrusted([own!, intermediate!, root!], ['other.example', ...names], now)).toBe(true)
    expect(isTrusted([own!, root!, intermediate!], names, now)).toBe(true)
  })

  it('is not trusted with another name, a gap, the wrong order, or at another time', () => {
    expect(isTrusted([own!, intermediate!], ['paypal.com', 'messageverificationcerts.paypal.com.example'], now)).toBe(
      false,
    )
    expect(isTrusted([own!], names, now)).toBe(false)
    expect(isTrusted([own!, root!], names, now)).toBe(false)
    expect(isTrusted([own!, own!], names, now)).toBe(false)
    expect(isTrusted([intermediate!, own!], names, now)).toBe(false)
    expect(isTrusted([], names, now)).toBe(false)
    for (const at of ['2020-01-01', '2130-01-01'])
      expect(isTrusted([own!, intermediate!], names, new Date(at))).toBe(false)
  })
})
