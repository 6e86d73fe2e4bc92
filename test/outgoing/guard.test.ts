import { HubError } from '../../src/errors.ts'
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
    'https://user:password@example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'example.com',
    '',
  ])('refuses the URL %s', url => {
    expect(() => guard.checkUrl(url)).toThrow(new HubError('INVALID_URL'))
  })

  it('takes the URLs of names without looking them up', () => {
    expect(guard.checkUrl('https://hooks.example.com/a?b').host).toBe('hooks.example.com')
  })
})
