import type { HubError } from '../../src/errors.ts'
import { createGuard } from '../../src/outgoing/guard.ts'

const guard = createGuard([])

describe('the guard of addresses', () => {
  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', 'fec0::1']],
    ['link-local, with the metadata services', ['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
    ['multicast and broadcast', ['ff0e::1', '224.0.0.1', '239.1.1.1', '255.255.255.255', 'ff02::1']],
    ['reserved', ['192.0.0.170', '192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.9', '240.0.0.1', '2001:db8::1']],
    ['tunnels and what is not assigned', ['2001::1', '100::1', '3fff::1', '4000::1', '5f00::1']],
    [
      'IPv4 in IPv6',
      [
        '::ffff:169.254.169.254',
        '::ffff:127.0.0.1',
        '::ffff:a00:1',
        '::127.0.0.1',
        '::ffff:0:10.0.0.1',
        '2002:7f00:1::',
      ],
    ],
    ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::8.8.8.8']],
    ['what is no address', ['', 'localhost', 'x']],
  ])('refuses %s', (_, addresses) => {
    expect(addresses.filter(address => guard.allows(address))).toEqual([])
  })

  it('allows public addresses, those that IPv6 carries included', () => {
    const open = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8']
    expect(open.filter(address => !guard.allows(address))).toEqual([])
  })

  it('allows what the list of networks names, and no more', () => {
    const own = createGuard(['10.1.0.0/16', 'fd00::/8', '64:ff9b:1::/48'])
    const open = ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', '64:ff9b:1::1']
    expect(open.filter(address => !own.allows(address))).toEqual([])
    expect(['10.2.0.1', 'fc00::1', '127.0.0.1'].filter(address => own.allows(address))).toEqual([])
  })

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://db.internal/',
  ])('refuses the URL %s, which leads to a private address', url => {
    expect(() => guard.checkUrl(url, 'body.url')).toThrow('The URL must not lead to a private address.')
  })

  const label = 'a'.repeat(63)
  it.each([
    ['a user name', 'https://user@example.com/', 'hold no user name'],
    ['a password', 'https://:canary@example.com/', 'hold no user name'],
    ['another scheme', 'ftp://example.com/', 'must be http or https'],
    ['a file', 'file:///etc/passwd', 'must be http or https'],
    ['no scheme', 'example.com', 'This is not a URL'],
    ['nothing', '', 'This is not a URL'],
    ['no host', 'http:///h', 'comes its host'],
    ['no slashes', 'http:example.com', 'comes its host'],
    ['a host that cannot be', 'http://a b/', 'This is not a URL'],
    ['port 0', 'http://example.com:0/', 'port 0'],
    ['port 65536', 'http://example.com:65536/', 'This is not a URL'],
    ['a blank before it', ' https://example.com/', 'no blanks around'],
    ['a line break after it', 'https://example.com/\n', 'no blanks around'],
    ['a no-break space after it', 'https://example.com/\u00a0', 'no blanks around'],
    ['a tab in it', 'https://example.com/a\tb', 'control characters'],
    ['a header in it', 'https://example.com/h\r\nX-Evil: 1', 'control characters'],
    ['a line break in its host', 'http://exa\nmple.com/h', 'control characters'],
    ['DEL', 'https://example.com/\u007f', 'control characters'],
    ['a backslash', 'https://example.com\\@evil.example/', 'no \\'],
    ['half a character', 'https://example.com/\ud800', 'half characters'],
    ['two dots in a row', 'https://example..com/', 'empty part'],
    ['a dot before it', 'https://.example.com/', 'empty part'],
    ['two dots behind it', 'https://localhost../', 'empty part'],
    ['a long part', `https://${label}a.example/`, 'more than 63'],
    ['a long host', `https://${Array(4).fill(label).join('.')}/`, 'longer than 253'],
  ])('refuses a URL with %s, and says why', (_, url, why) => {
    let refused: unknown
    try {
      guard.checkUrl(url, 'body.url')
    } catch (error) {
      refused = error
    }
    const { code, message, details } = refused as HubError
    expect(code).toBe('INVALID_URL')
    expect(message).toContain(why)
    expect(message).not.toContain('canary')
    expect(details).toEqual([{ path: 'body.url', message: message.slice(0, -1) }])
  })

  it.each([
    `https://${label}.example/`,
    `https://${Array(3).fill(label).join('.')}.${'a'.repeat(61)}./`,
    'https://münchen.example/a b?c=%zz#d',
    'https://example.com./',
    'https://@example.com/',
    'HTTPS://EXAMPLE.COM',
    'https://[2606:4700::1111]:8443/',
  ])('takes %s', url => {
    expect(guard.checkUrl(url, 'body.url').protocol).toBe('https:')
  })

  it('takes the URLs of names without looking them up', () => {
    expect(guard.checkUrl('https://hooks.example.com/a?b', 'body.url').host).toBe('hooks.example.com')
  })
})
