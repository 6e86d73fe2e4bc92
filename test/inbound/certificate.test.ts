import { webhookScheme, type WebhookScheme } from '../../src/catalogue/schema/webhooks/schemes.ts'
import { certificatesIn, isSignedByCertificate } from '../../src/inbound/receiving/signatures/certificate.ts'

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
