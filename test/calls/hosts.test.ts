import { addressAt, hostsOf } from '../../src/calls/hosts.ts'
import { startPlatform } from '../connections/platform.ts'
import { createTestHub } from '../support/hub.ts'
import { clientOf, definitionOf } from './made.ts'

const hub = await createTestHub()
const shops = await startPlatform()
const files = await startPlatform()
const elsewhere = await startPlatform()

const definition = definitionOf({
  environments: {
    production: {
      api: 'https://{shop}.shops.example/admin/{version}',
      files: 'https://files.shops.example',
      instance: 'https://{instance}',
    },
  },
  hostPatterns: { shop: '^[a-z0-9-]+$', instance: '^[a-z0-9.-]+\\.instances\\.example$' },
})
const config = { shop: 'acme', version: '2026-01', instance: 'https://eu1.instances.example/' }

const hosts = (change: Record<string, string>) =>
  hostsOf({ definition, environment: 'production', baseUrls: {}, config: { ...config, ...change } }, 'api').hosts

function codeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('the hosts of a connection', () => {
  it('are filled from its configuration', () => {
    expect(hosts({}).map(({ name, base }) => [name, base])).toEqual([
      ['api', 'https://acme.shops.example/admin/2026-01'],
      ['files', 'https://files.shops.example'],
      ['instance', 'https://eu1.instances.example'],
    ])
  })

  it('may have a port where the pattern lets them, and a path of several segments', () => {
    const own = {
      name: 'Made',
      environments: { production: { api: 'https://{server}/{+root}' } },
      hostPatterns: { server: '^[a-z0-9.-]+(:[0-9]+)?$' },
    }
    const base = (server: string, root: string) =>
      hostsOf({ definition: own, environment: 'production', baseUrls: {}, config: { server, root } }, 'api').host.base
    expect(base('books.example:8443', '/api/v 1')).toBe('https://books.example:8443/api/v%201')
    for (const [server, root] of [
      ['books.example:0', 'api'],
      ['books.example:99999', 'api'],
      ['books.example:', 'api'],
      ['books.example', 'api/../admin'],
      ['books.example', 'api//x'],
      ['books.example', ''],
    ] as const) {
      expect(codeOf(() => base(server, root))).toBe('INVALID_REQUEST')
    }
    expect(base('books.example', 'a?b#c/%2e%2e')).toBe('https://books.example/a%3Fb%23c/%252e%252e')
  })

  it.each([
    ...[
      '',
      '.',
      'a.b',
      'evil.example/',
      'evil.example#',
      'evil.example?',
      'user@evil',
      'acme:8443',
      '-acme',
      'acme-',
      'a b',
    ],
    ...['a\nb', 'а', '%2e', 'acme.evil.example/x', '{version}', 'x'.repeat(64)],
  ])('are never another: shop %j', shop => {
    expect(codeOf(() => hosts({ shop }))).toBe('INVALID_REQUEST')
  })

  it.each([
    ...['evil.example', 'https://evil.example', 'http://eu1.instances.example', 'eu1.instances.example:8443'],
    ...['eu1.instances.example.evil.example', 'evil.example/eu1.instances.example', 'a@eu1.instances.example'],
    ...['evil.example?.instances.example', '..instances.example', '127.0.0.1', '0x7f.1'],
  ])('are never another: instance %j', instance => {
    expect(codeOf(() => hosts({ instance }))).toBe('INVALID_REQUEST')
  })

  it('are none when a value is missing, is no segment of a path, or has no pattern', () => {
    for (const change of [{ shop: undefined }, { version: '..' }, { version: undefined }]) {
      expect(() => hosts(change as unknown as Record<string, string>)).toThrow()
    }
    const open = { ...definition, hostPatterns: {} }
    expect(() => hostsOf({ definition: open, environment: 'production', baseUrls: {}, config }, 'files')).toThrow()
    expect(() => hostsOf({ definition, environment: 'constructor', baseUrls: {}, config }, 'api')).toThrow()
  })

  it('are led elsewhere with their names, each to a place of its own', () => {
    const to = 'https://stand-in.example/shops/{host}'
    const baseUrls = { 'https://{shop}.shops.example': to, 'https://files.shops.example': to, 'https://{instance}': to }
    const led = hostsOf({ definition, environment: 'production', baseUrls, config }, 'api').hosts
    expect(led.map(({ base }) => base)).toEqual([
      'https://stand-in.example/shops/acme.shops.example/admin/2026-01',
      'https://stand-in.example/shops/files.shops.example',
      'https://stand-in.example/shops/eu1.instances.example',
    ])
  })

  it('are those that can be known before the configuration is whole', () => {
    const some = { definition, environment: 'production', baseUrls: {}, config: {} }
    expect(hostsOf(some, 'files').hosts.map(({ name }) => name)).toEqual(['files'])
    expect(codeOf(() => hostsOf(some, 'api'))).toBe('INVALID_REQUEST')
  })

  it('are no address in the form of a number', () => {
    const any = { ...definition, hostPatterns: { ...definition.hostPatterns, instance: '.*' } }
    for (const instance of ['2130706433', '0x7f.1', '0177.0.0.1']) {
      const change = { ...config, instance }
      expect(() =>
        hostsOf({ definition: any, environment: 'production', baseUrls: {}, config: change }, 'api'),
      ).toThrow()
    }
  })
})

describe('a call', () => {
  const baseUrls = {
    'https://{shop}.shops.example': shops.url,
    'https://files.shops.example': files.url,
    'https://{instance}': `${elsewhere.url}/i`,
  }

  it('goes to the host that it names, or to the first', async () => {
    for (const platform of [shops, files, elsewhere]) platform.answerBy(({ path }) => ({ status: 200, body: { path } }))
    const client = clientOf(hub, definition, baseUrls, { config })
    const bodies = await Promise.all(
      [undefined, 'files', 'instance'].map(async host => {
        const { body } = await client.call({ method: 'GET', path: '/items', ...(host === undefined ? {} : { host }) })
        return (body as { path: string }).path
      }),
    )
    expect(bodies).toEqual(['/admin/2026-01/items', '/items', '/i/items'])
    await expect(client.call({ method: 'GET', path: '/items', host: 'other' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
  })

  it('is not made when the configuration names no host, whatever the app replaces', async () => {
    const before = shops.calls.length
    const client = clientOf(hub, definition, baseUrls, { config: { ...config, shop: 'evil.example/' } })
    await expect(client.call({ method: 'GET', path: '/items' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    expect(shops.calls.length).toBe(before)
  })
})

describe('what an app replaces', () => {
  it('is the origin: the path stays', () => {
    const baseUrls = { 'https://api.github.com': 'https://ghe.example/api/v3/' }
    const at = (url: string) => addressAt({ definition, baseUrls, config: {} }, url)
    expect(at('https://api.github.com/user?x=1')).toBe('https://ghe.example/api/v3/user?x=1')
    expect(at('https://api.github.com')).toBe('https://ghe.example/api/v3')
    expect(at('https://github.com/login')).toBe('https://github.com/login')
  })
})
