import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { request } from 'undici'
import { createOutgoing } from '../../../src/outgoing/agent.ts'
import { createAuthority } from '../../support/certificates.ts'
import {
  createDeliveringHub,
  createEndpoint,
  publish,
  settled,
  startAnsweringServer,
  type MadeEndpoint,
} from '../../support/delivery.ts'
import { createWorkspace, type TestWorkspace } from '../../support/hub.ts'
import { startTestProxy } from '../../support/proxy.ts'

const authority = createAuthority('Receivers')
const clients = createAuthority('Senders')
const ours = clients.issue('causeway.test')
const theirs = authority.issue('127.0.0.1')

/** Asks every client for a certificate of the senders' authority; keeps the names of those who came. */
const seen: string[] = []
const server = createServer(
  { cert: theirs.certificate, key: theirs.privateKey, ca: clients.certificate, requestCert: true },
  (request, response) => {
    seen.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN as string)
    request.resume().on('end', () => response.end())
  },
)
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const url = `https://127.0.0.1:${port}/`
const plainUrl = await startAnsweringServer((_, response) => response.end())
const hub = await createDeliveringHub()
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

let workspace: TestWorkspace
let endpoint: MadeEndpoint
beforeEach(async () => {
  seen.length = 0
  workspace = await createWorkspace(hub)
  endpoint = await createEndpoint(workspace, url, { retryDelaysMs: [0] })
})

const path = () => `/v1/endpoints/${endpoint.id}/client-certificate`
const put = (body: object) => workspace.request<Shown>('PUT', path(), body)
const whole = { ...ours, caCertificate: authority.certificate }

interface Shown {
  certificateExpiresAt: string | null
  error: { code: string; details: { path: string; message: string }[] }
}

const deliver = async () => {
  const [delivery] = await settled(workspace, await publish(workspace))
  return { status: delivery!.status, error: delivery!.error }
}

describe('a client certificate', () => {
  it('is shown to the receiver that asks for one', async () => {
    expect(await deliver()).toEqual({ status: 'failed', error: 'tls' })
    const answer = await put(whole)
    expect(answer.status).toBe(200)
    expect(Date.parse(answer.body.certificateExpiresAt!)).toBeGreaterThan(Date.now())
    expect(await deliver()).toEqual({ status: 'delivered', error: null })
    expect(seen).toEqual(['causeway.test'])
  })

  it('serves from the next delivery on when it is replaced, and no more when it is removed', async () => {
    await put(whole)
    await deliver()
    await put({ ...clients.issue('other.test'), caCertificate: authority.certificate })
    await deliver()
    expect(seen).toEqual(['causeway.test', 'other.test'])
    expect((await workspace.request('DELETE', path())).status).toBe(204)
    const shown = await workspace.request<Shown>('GET', `/v1/endpoints/${endpoint.id}`)
    expect(shown.body.certificateExpiresAt).toBeNull()
    expect(await deliver()).toEqual({ status: 'failed', error: 'tls' })
    expect((await workspace.request('DELETE', path())).status).toBe(204)
  })

  it('is one endpoint’s own: another to the same address does not show it', async () => {
    await put(whole)
    await createEndpoint(workspace, url, { retryDelaysMs: [0] })
    const found = await settled(workspace, await publish(workspace))
    expect(found.map(one => one.status).sort()).toEqual(['delivered', 'failed'])
  })

  it('is never answered, and is sealed where it is kept', async () => {
    const answers = [
      await put(whole),
      await workspace.request('GET', `/v1/endpoints/${endpoint.id}`),
      await workspace.request('GET', '/v1/audit-log'),
    ]
    const { rows } = await hub.pool.query('select * from credentials')
    const secret = ours.privateKey.split('\n')[1]!
    const text = JSON.stringify([answers, rows.map((row: { sealed: Buffer }) => row.sealed.toString('latin1'))])
    expect(text).not.toContain(secret)
    expect(text).not.toContain('BEGIN')
  })

  const day = 86_400_000
  const days = (from: number, until: number) => ({
    from: new Date(Date.now() + from * day),
    until: new Date(Date.now() + until * day),
  })
  const encrypted = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' },
  })
  it.each([
    ['with the key of another', { ...ours, privateKey: clients.issue('x').privateKey }, 'privateKey'],
    ['that has ended', clients.issue('x', days(-3, -1)), 'certificate'],
    ['that has not begun', clients.issue('x', days(1, 3)), 'certificate'],
    ['that is none', { ...ours, certificate: 'certificate' }, 'certificate'],
    [
      'that is not X.509',
      { ...ours, certificate: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' },
      'certificate',
    ],
    ['with a chain too long', { ...ours, certificate: ours.certificate.repeat(11) }, 'certificate'],
    ['with no key', { ...ours, privateKey: 'key' }, 'privateKey'],
    ['with an encrypted key', { ...ours, privateKey: encrypted.privateKey }, 'privateKey'],
    ['with an authority that is none', { ...ours, caCertificate: 'authority' }, 'caCertificate'],
  ])('%s is refused', async (_, body, field) => {
    const { certificate, privateKey, ...rest } = body
    const answer = await put({ certificate, privateKey, ...('caCertificate' in rest ? rest : {}) })
    expect([answer.status, answer.body.error.code]).toEqual([400, 'INVALID_CERTIFICATE'])
    expect(answer.body.error.details).toEqual([{ path: `body.${field}`, message: expect.any(String) as string }])
    expect(JSON.stringify(answer.body)).not.toContain('BEGIN')
  })

  it('needs an https URL, and keeps it so', async () => {
    const plain = await createEndpoint(workspace, plainUrl)
    const refused = await workspace.request('PUT', `/v1/endpoints/${plain.id}/client-certificate`, whole)
    expect([refused.status, refused.body.error.code]).toEqual([409, 'CONFLICT'])
    await put(whole)
    const changed = await workspace.request('PATCH', `/v1/endpoints/${endpoint.id}`, { url: plainUrl })
    expect(changed.status).toBe(409)
  })

  it('is its workspace’s own', async () => {
    const stranger = await createWorkspace(hub)
    expect((await stranger.request('PUT', path(), whole)).status).toBe(404)
    expect((await stranger.request('DELETE', path())).status).toBe(404)
  })

  it('goes through the tunnel of a proxy, which does not see it', async () => {
    const proxy = await startTestProxy(port)
    const way = createOutgoing({ allowedPrivateNetworks: ['127.0.0.0/8'], proxy: proxy.url })
    try {
      const dispatcher = way.withCertificate({ id: 'one', ...whole })
      const answer = await request(url, { method: 'POST', body: 'x', dispatcher })
      expect(answer.statusCode).toBe(200)
      await answer.body.dump()
      expect(proxy.asked).toEqual([`127.0.0.1:${port}`])
      expect(seen).toEqual(['causeway.test'])
      await expect(request(url, { method: 'POST', body: 'x', dispatcher: way.dispatcher })).rejects.toThrow()
    } finally {
      await way.close()
      proxy.stop()
    }
  })
})
