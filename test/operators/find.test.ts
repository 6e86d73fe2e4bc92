import { call, createTestHub, createTestServer, createWorkspace, type TestWorkspace } from '../support/hub.ts'

// An operator has an id from a log line or a customer's mail, and not the workspace.

interface Found {
  kind: string
  id: string
  workspaceId: string | null
  state: string
  workflowId: string | null
  of: Record<string, string>
}

const hub = await createTestHub()
const app = await createTestServer(hub)
let theirs: TestWorkspace

const find = async (id: string, key: string = hub.config.adminKey) =>
  call<{ data: Found[] }>(app, key, 'GET', `/v1/admin/find/${encodeURIComponent(id)}`)

beforeAll(async () => {
  theirs = await createWorkspace(hub)
})

it('tells whose a delivery is, its state, and the workflow to look at', async () => {
  const endpoint = (await theirs.request('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/h' })).body
  const event = (await theirs.request('POST', '/v1/events', { type: 'a.b', data: {} })).body
  const delivery = (await theirs.request('GET', `/v1/deliveries?eventId=${event.id}`)).body.data[0] as { id: string }
  const { status, body } = await find(delivery.id)
  expect(status).toBe(200)
  expect(body.data).toEqual([
    {
      ...{ kind: 'delivery', id: delivery.id, workspaceId: theirs.workspaceId, state: 'waiting', reason: null },
      ...{ workflowId: `endpoint/${endpoint.id}`, workflowUrl: null },
      of: { endpointId: endpoint.id, eventId: event.id },
    },
  ])
  for (const [kind, { id }] of Object.entries({ endpoint, event })) {
    expect((await find(id)).body.data).toMatchObject([{ kind, id, workspaceId: theirs.workspaceId }])
  }
})

it('finds things of every kind that has a resource', async () => {
  const record = (await theirs.request('POST', '/v1/records', { collection: 'c', data: { a: 1 } })).body
  const key = (await theirs.request('POST', '/v1/api-keys', { name: 'k', permissions: ['records:read'] })).body
  const provider = { provider: 'github', name: 'g', clientId: 'c', clientSecret: 's', webhookSecret: 'w'.repeat(20) }
  const providerApp = (await theirs.request('POST', '/v1/provider-apps', provider)).body
  const entry = (await theirs.request('GET', '/v1/audit-log?limit=1')).body.data[0] as { id: string }
  for (const [kind, { id }] of Object.entries({ record, apiKey: key, providerApp, audit: entry })) {
    expect((await find(id)).body.data).toMatchObject([{ kind, id, workspaceId: theirs.workspaceId }])
  }
  expect((await find(theirs.workspaceId)).body.data).toMatchObject([{ kind: 'workspace', state: 'active' }])
})

it('finds the connections of an account by the platform’s own id of it, in every workspace', async () => {
  const ours = await createWorkspace(hub)
  for (const { workspaceId } of [theirs, ours]) {
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, environment, auth_kind, status, external_account_id, config, scopes, metadata)
       values ($1, $2, 'github', 'production', 'oauth2', 'needs_reauth', '4711', '{}', '{}', '{}')`,
      [`conn_${workspaceId.slice(3)}`, workspaceId],
    )
  }
  const { data } = (await find('4711')).body
  expect(data.map(({ workspaceId }) => workspaceId).sort()).toEqual([theirs.workspaceId, ours.workspaceId].sort())
  expect(data[0]).toMatchObject({ kind: 'connection', state: 'needs_reauth', workflowId: `refresh/${data[0]!.id}` })
})

it('is the operator’s alone, and the workspace sees in its audit log that it was looked at', async () => {
  const endpoint = (await theirs.request('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/h' })).body
  expect((await find(endpoint.id, theirs.apiKey)).status).toBe(401)
  await find(endpoint.id)
  const audit = await theirs.request('GET', `/v1/audit-log?subjectId=${endpoint.id}&limit=1`)
  expect(audit.body.data).toMatchObject([{ action: 'operator.looked_up', actor: 'admin', subjectId: endpoint.id }])
})

it.each(['conn_00000000000000000000000000', 'nobody', "'; drop table connections", 'x'.repeat(200), 'é\u{1f600}'])(
  'finds nothing by %s',
  async id => {
    expect(await find(id)).toMatchObject({ status: 404, body: { error: { code: 'ID_NOT_FOUND' } } })
  },
)
