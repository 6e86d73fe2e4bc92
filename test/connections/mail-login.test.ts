import { platforms } from '../../dev/sandbox/platforms/index.ts'
import { sandboxControl } from '../../dev/sandbox/control-client.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { eventually, ownSandbox, type Connecting, type ShownConnection } from './accounts.ts'

const sandbox = await ownSandbox()
const control = sandboxControl(sandbox.url)

const hub = await createTestHub({ connectionSettings: { ...connectionSettings, refusalsApartMs: 100 } })
await createTestServer(hub)
const workspace = await createWorkspace(hub)
await startTestWorkers(hub, ['workflows', 'connections'])
const person = platforms.find(({ id }) => id === 'smtp')!.people['login']!
const answer = await fetch(`${sandbox.url}/_control/smtp`, { method: 'POST' })
const ports = (await answer.json()) as { starttls: number; tls: number }

const connect = (change: Record<string, string> = {}, credentials = person.credentials) =>
  workspace.request<Connecting & ShownConnection>('POST', '/v1/connections', {
    ...{ provider: 'smtp', credentials },
    config: { ...person.config, port: String(ports.starttls), security: 'starttls', ...change },
  })
const shown = async (id: string) => (await workspace.request<ShownConnection>('GET', `/v1/connections/${id}`)).body

describe('a mail server', () => {
  it('is connected by a password, over STARTTLS and TLS, and its password is nowhere in the clear', async () => {
    for (const change of [{}, { port: String(ports.tls), security: 'tls' }]) {
      const { status, body } = await connect(change)
      expect([status, JSON.stringify(body)]).toEqual([201, expect.stringContaining('"status":"connected"')])
      expect(JSON.stringify(body)).toContain(person.externalAccountId!)
      expect(JSON.stringify(body)).not.toContain(person.credentials!['password'])
    }
  })

  it('refuses a wrong password, and fields that are none', async () => {
    const wrong = await connect({}, person.wrongCredentials)
    expect([wrong.status, wrong.body]).toMatchObject([400, { error: { code: 'INVALID_CREDENTIALS' } }])
    for (const change of [{ host: 'mail.example/x' }, { port: '0' }, { security: 'none' }]) {
      const odd = await connect(change)
      expect([odd.status, odd.body]).toMatchObject([400, { error: { code: 'INVALID_REQUEST' } }])
    }
  })

  it('is not connected where it does not speak TLS as it should, and nothing is left of that', async () => {
    const { status, body } = await connect({ port: String(ports.tls) })
    expect([status, body]).toMatchObject([502, { error: { code: 'PROVIDER_UNREACHABLE' } }])
  })

  it('is verified again, needs its person when the password is withdrawn, and is disconnected', async () => {
    const { body } = await connect()
    const { id } = body.connection ?? body
    const check = () => workspace.request<ShownConnection>('POST', `/v1/connections/${id}/check`)
    expect((await check()).body.status).toBe('connected')
    await control.revokeGrants({ platform: 'smtp' })
    await eventually('it needs its person', async () => (await check()).body.status === 'needs_reauth')
    expect((await workspace.request('DELETE', `/v1/connections/${id}`)).status).toBeLessThan(300)
    await eventually('it is disconnected', async () => (await shown(id)).status === 'disconnected')
  })
})
