import { stripeKey } from '../../dev/sandbox/settings.ts'
import { approve, createApp, eventually, type Connecting, type ShownConnection } from '../connections/accounts.ts'
import { createTestServer, createWorkspace } from '../support/hub.ts'
import { connectedCompany, createSync, patch, records, run, type Company } from './company.ts'

const company = await connectedCompany(5)
const { hub, sandbox } = company

const quiet = { created: 0, updated: 0, pushed: 0, failed: 0 }

/** The account of a Stripe key: one for the whole sandbox. */
async function stripeAccount(): Promise<Company> {
  const workspace = await createWorkspace(hub)
  const providerAppId = await createApp(workspace, sandbox.url, 'stripe')
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    ...{ provider: 'stripe', providerAppId, credentials: { apiKey: stripeKey } },
  })
  expect(body.connection.status).toBe('connected')
  return { ...company, workspace, connectionId: body.connection.id }
}

describe('Stripe', () => {
  it('is pushed to by form and pulled from by cursor', async () => {
    const hubSide = await stripeAccount()
    const pushing = await createSync(hubSide, { direction: 'push' })
    const made = await hubSide.workspace.request<{ data: { id: string }[] }>('POST', '/v1/records/bulk', {
      collection: 'customers',
      records: Array.from({ length: 230 }, (_, n) => ({
        data: {
          displayName: `Customer ${n}`,
          email: `c${n}@example.com`,
          address: { city: 'Ipoh', postalCode: '30000' },
        },
      })),
    })
    expect((await run(hubSide, pushing)).counts).toMatchObject({ pushed: 230, failed: 0 })

    const other = await stripeAccount()
    const both = await createSync(other, { direction: 'both', conflictPolicy: 'hub' })
    expect((await run(other, both)).counts).toMatchObject({ pulled: 230, created: 230, pushed: 0 })
    const pulled = await records(other)
    expect(pulled.map(({ data }) => data.displayName).sort()).toEqual(
      Array.from({ length: 230 }, (_, n) => `Customer ${n}`).sort(),
    )
    expect(pulled[0]!.data).toMatchObject({ address: { city: 'Ipoh', postalCode: '30000' } })
    expect((await run(other, both)).counts).toMatchObject({ pulled: 230, unchanged: 230, pushed: 0 })

    await patch(other, pulled[0]!.id, { email: null, address: { city: 'Klang' } })
    await other.workspace.request('DELETE', `/v1/records/${pulled[1]!.id}`)
    expect((await run(other, both)).counts).toMatchObject({ pushed: 2, failed: 0 })
    expect((await run(other, both)).counts).toMatchObject({ ...quiet, deleted: 0 })
    const everything = await run(other, both, { full: true })
    expect(everything.counts).toMatchObject({ ...quiet, pulled: 229, unchanged: 229, deleted: 0 })

    // The events tell what is gone at the platform.
    const [gone] = made.body.data
    await hubSide.workspace.request('DELETE', `/v1/records/${gone!.id}`)
    await run(hubSide, pushing)
    expect((await run(other, both)).counts).toMatchObject({ deleted: 1 })
  })
})

describe('GitHub', () => {
  it('is pulled from by links, and only that', async () => {
    const app = await createTestServer(hub)
    const workspace = await createWorkspace(hub)
    const providerAppId = await createApp(workspace, sandbox.url, 'github')
    const begun = await workspace.request<Connecting>('POST', '/v1/connections', { provider: 'github', providerAppId })
    const callback = await approve(begun.body.authorizationUrl)
    await app.inject(callback.pathname + callback.search)
    const connectionId = begun.body.connection.id
    await eventually('the connection', async () => {
      const { body } = await workspace.request<ShownConnection>('GET', `/v1/connections/${connectionId}`)
      return body.status === 'connected'
    })
    const github = { ...company, workspace, connectionId }
    const refused = { connectionId, model: 'repositories', direction: 'both' }
    expect((await workspace.request('POST', '/v1/syncs', refused)).body.error.code).toBe('INVALID_REQUEST')
    const syncId = await createSync(github, { model: 'repositories' })
    expect((await run(github, syncId)).counts).toMatchObject({ created: 3, failed: 0 })
    expect((await records(github, '', 'repositories')).map(({ data }) => data.name)).toContain('hello-world')
    expect((await run(github, syncId)).counts).toMatchObject({ unchanged: 3, deleted: 0 })
  })
})
