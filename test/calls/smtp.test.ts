import { createServer, type AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { accountOf } from '../../src/connections/health/identity.ts'
import type { Smtp } from '../../src/catalogue/schema/auth-key.ts'
import { logIntoSmtp } from '../../src/calls/smtp/log-in.ts'
import { createOutgoing } from '../../src/outgoing/agent.ts'
import { atClose, createTestHub } from '../support/hub.ts'
import { createAuthority } from '../support/certificates.ts'
import { startTestProxy } from '../support/proxy.ts'
import { clientOf, definitionOf } from './made.ts'

const hub = await createTestHub()
const password = 'p:+/% äß'
const authority = createAuthority('Made')
const issued = authority.issue('mail.example')
const commands: string[] = []

/** A mail server of a person's; gives its port. */
async function mailServer(options: SMTPServerOptions = {}): Promise<string> {
  const server = new SMTPServer({
    ...{ cert: issued.certificate, key: issued.privateKey },
    onAuth({ username = '', password: given, method }, _session, done) {
      commands.push(method)
      if (username === 'later') return done(Object.assign(new Error('busy'), { responseCode: 454 }))
      if (username === 'amy@example.com' && given === password) return done(null, { user: username })
      done(Object.assign(new Error('no such login canary-answer'), { responseCode: 535 }))
    },
    onMailFrom: (_address, _session, done) => {
      commands.push('MAIL')
      done()
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  atClose(() => new Promise<void>(resolve => server.close(() => resolve())))
  return String((server.server.address() as AddressInfo).port)
}

const field = (name: string, more: object = {}) => ({ name, label: name, ...more })
const method: Smtp = {
  ...{ kind: 'smtp', id: 'login', ask: ['host', 'port', 'security', 'user'].map(name => field(name)) },
  fields: [field('password', { secret: true })],
  ...{ server: '{host}', port: '{port}', security: '{security}', user: '{user}', password: '{password}' },
}
const definition = definitionOf({
  ...{ environments: { production: {} }, auth: [method] },
  identity: { captured: 'user', login: true },
})

/** Whose account the server says that it is. */
function whose(port: string, change: Record<string, string> = {}, secret = password) {
  const config = { host: '127.0.0.1', port, security: 'starttls', user: 'amy@example.com', ...change }
  const client = clientOf(hub, definition, {}, { method, config, secret: { accessToken: secret, password: secret } })
  return accountOf(definition.identity, client, config, 5_000)
}

const withStartTls = await mailServer()
const withTls = await mailServer({ secure: true })

describe('a login at a mail server', () => {
  beforeEach(() => commands.splice(0))

  it.each([
    ['STARTTLS', withStartTls, 'starttls'],
    ['TLS', withTls, 'tls'],
  ])('is proved over %s, and nothing is sent', async (_how, port, security) => {
    expect(await whose(port, { security })).toEqual({ id: 'amy@example.com', name: null })
    expect(commands).toEqual(['PLAIN'])
  })

  it.each([
    ['LOGIN', ['LOGIN']],
    ['CRAM-MD5', ['CRAM-MD5']],
  ])('is made by %s where the server wants that', async (_how, authMethods) => {
    const port = await mailServer({
      authMethods,
      onAuth: (auth, _session, done) =>
        auth.method === 'CRAM-MD5' && !auth.validatePassword?.(password)
          ? done(new Error('no'))
          : done(null, { user: String(auth.username) }),
    })
    expect(await whose(port)).toMatchObject({ id: 'amy@example.com' })
  })

  it('is dead when the server refuses it, and says nothing of what the server said', async () => {
    const error = await whose(withStartTls, {}, 'wrong').catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'PROVIDER_REJECTED',
      details: { providerCode: '535', meaning: 'dead-grant' },
    })
    expect(JSON.stringify(error) + String(error)).not.toMatch(/canary-answer|wrong/)
  })

  it('is tried again when the server asks for that', async () => {
    await expect(whose(withStartTls, { user: 'later' })).rejects.toMatchObject({ code: 'PROVIDER_ERROR' })
  })

  it('is not made without TLS', async () => {
    const bare = await mailServer({ disabledCommands: ['STARTTLS'] })
    await expect(whose(bare)).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' })
    await expect(whose(withTls, { security: 'starttls' })).rejects.toMatchObject({ code: 'PROVIDER_UNREACHABLE' })
    expect(commands).toEqual([])
  })

  it.each([
    ['host', { host: 'mail.example/x' }],
    ['port', { port: '0' }],
    ['port', { port: '99999' }],
    ['security', { security: 'maybe' }],
    ['user', { user: 'amy\u0000bob' }],
  ])('needs a %s that is one', async (_what, change) => {
    await expect(whose(withStartTls, change)).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  })

  it('leads to no private address that the operator has not opened', async () => {
    const outgoing = createOutgoing({ allowedPrivateNetworks: [], proxy: undefined })
    const login = { port: Number(withStartTls), security: 'starttls' as const, user: 'amy@example.com', password }
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await logIntoSmtp(outgoing, { ...login, host }, { timeoutMs: 5_000 })).toEqual({ outcome: 'blocked' })
    }
    expect(commands).toEqual([])
    await outgoing.close()
  })

  describe('where the hub goes out through a proxy', () => {
    const login = { user: 'amy@example.com', password }
    const through = async (port: string, change: { host?: string; security: 'tls' | 'starttls' | 'none' }) => {
      const proxy = await startTestProxy(Number(port))
      const outgoing = createOutgoing({ allowedPrivateNetworks: [], proxy: proxy.url.replace('//', '//hub:secret@') })
      try {
        const server = { host: 'mail.example', port: 587, ...login, ...change }
        return { verdict: await logIntoSmtp(outgoing, server, { timeoutMs: 5_000 }), asked: proxy.asked }
      } finally {
        proxy.stop()
        await outgoing.close()
      }
    }
    const usual = getCACertificates('default')
    beforeAll(() => setDefaultCACertificates([...usual, authority.certificate]))
    afterAll(() => setDefaultCACertificates(usual))

    it.each([
      ['STARTTLS', withStartTls, 'starttls'],
      ['TLS', withTls, 'tls'],
    ] as const)('is made through it, over %s that it cannot read', async (_how, port, security) => {
      expect(await through(port, { security })).toEqual({ verdict: { outcome: 'taken' }, asked: ['mail.example:587'] })
      expect(commands).toEqual(['PLAIN'])
    })

    it('asks for a certificate and for TLS although the proxy is on this machine', async () => {
      expect((await through(withTls, { host: 'other.example', security: 'tls' })).verdict.outcome).not.toBe('taken')
      expect((await through(withStartTls, { security: 'none' })).verdict).toEqual({ outcome: 'insecure' })
      expect(commands).toEqual([])
    })

    it('leads to no private address by its number, and nowhere where the proxy is not there', async () => {
      expect(await through(withTls, { host: '10.0.0.1', security: 'tls' })).toEqual({
        verdict: { outcome: 'blocked' },
        asked: [],
      })
      const gone = createOutgoing({ allowedPrivateNetworks: [], proxy: 'http://127.0.0.1:1' })
      const server = { host: 'mail.example', port: 587, security: 'tls' as const, ...login }
      expect(await logIntoSmtp(gone, server, { timeoutMs: 5_000 })).toEqual({ outcome: 'unreachable' })
      await gone.close()
    })
  })

  it('ends in time where a server says nothing', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const login = { host: '127.0.0.1', port, security: 'tls' as const, user: 'amy', password }
    expect(await logIntoSmtp(hub.outgoing, login, { timeoutMs: 200 })).toEqual({ outcome: 'unreachable' })
    silent.close()
  })
})
