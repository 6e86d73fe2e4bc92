import { createServer as createHttpsServer } from 'node:https'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { send } from '../../../src/delivery/sending/send.ts'
import type { Outcome } from '../../../src/delivery/sending/outcome.ts'
import { createOutgoing } from '../../../src/outgoing/agent.ts'
import type { ClientCertificate } from '../../../src/outgoing/pools.ts'
import { createAuthority } from '../../support/certificates.ts'

const authority = createAuthority('authority')
const stranger = createAuthority('stranger')
const own = authority.issue('127.0.0.1')
const served = { key: own.privateKey, cert: own.certificate, ca: authority.certificate }
const way = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: undefined })
const servers: Server[] = []
afterAll(async () => {
  await way.close()
  for (const server of servers) server.close()
})

async function portOf(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Answers what it is sent first, and the connection's end. */
const answering = (end: (socket: Socket) => void) =>
  portOf(createServer(socket => void socket.on('error', () => undefined).once('data', () => end(socket))))

function exchange(origin: string, over: { certificate?: ClientCertificate; mayGo?: () => boolean } = {}) {
  const { certificate, ...rest } = over
  const post = {
    origin,
    path: '/',
    headers: [],
    body: Buffer.from('{}'),
    sentAt: Date.now(),
    endpointVersion: 1,
    timeoutMs: 2_000,
    testEventId: null,
    way: certificate && way.withCertificate(certificate),
    ...rest,
  }
  return new Promise<Outcome>(resolve => send(way.dispatcher, post, resolve))
}

const shown = (from: typeof authority): ClientCertificate => ({
  id: 'one',
  ...from.issue('client'),
  caCertificate: authority.certificate,
})

describe('a failure to get an answer', () => {
  it.each<[string, string, () => Promise<Outcome>]>([
    [
      'a handshake that is closed',
      'tls',
      async () => exchange(`https://127.0.0.1:${await answering(one => one.end())}`),
    ],
    [
      'a handshake that is cut',
      'tls',
      async () => exchange(`https://127.0.0.1:${await answering(one => one.resetAndDestroy())}`),
    ],
    [
      'http where https is spoken, answered by an alert',
      'tls',
      async () => exchange(`http://127.0.0.1:${await answering(one => one.end(Buffer.from('15030300020246', 'hex')))}`),
    ],
    ['an unknown authority', 'tls', async () => exchange(`https://127.0.0.1:${await portOf(createTlsServer(served))}`)],
    [
      'a name that is not served there',
      'tls',
      async () => {
        const server = createTlsServer({ ...served, SNICallback: (_name, found) => found(new Error('unknown')) })
        return exchange(`https://localhost:${await portOf(server)}`)
      },
    ],
    [
      'a connection that is cut',
      'reset',
      async () => exchange(`http://127.0.0.1:${await answering(one => one.destroy())}`),
    ],
    [
      'what is no HTTP',
      'reset',
      async () => exchange(`http://127.0.0.1:${await answering(one => one.end('SSH-2.0\r\n'))}`),
    ],
    ['a refusal', 'connect', () => exchange('http://127.0.0.1:9')],
  ])('is told of %s as %s, and shows that the network is there', async (_, error, fail) => {
    expect(await fail()).toMatchObject({ error, network: 'answered' })
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'tells of a client certificate that is refused in %s as tls',
    async version => {
      const server = createHttpsServer(
        { ...served, requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version },
        (_request, response) => response.end(),
      )
      const origin = `https://127.0.0.1:${await portOf(server)}`
      expect(await exchange(origin, { certificate: shown(stranger) })).toMatchObject({ error: 'tls' })
      expect(await exchange(origin, { certificate: { ...shown(authority), id: 'two' } })).toMatchObject({ status: 200 })
    },
  )

  it.each([
    ['a name that nobody has', 'http://nobody.invalid'],
    ['a name that is too long to be looked up', `http://${Array(5).fill('a'.repeat(60)).join('.')}`],
  ])('tells of %s as dns, and shows no network', async (_, origin) => {
    expect(await exchange(origin)).toMatchObject({ error: 'dns', network: 'silent' })
  })

  it('says nothing of the network when it was kept back here', async () => {
    const port = await answering(one => one.end('HTTP/1.1 204 X\r\n\r\n'))
    expect((await exchange(`http://127.0.0.1:${port}`, { mayGo: () => false })).network).toBeUndefined()
    expect(await exchange('http://10.0.0.1')).not.toHaveProperty('network')
  })
})
