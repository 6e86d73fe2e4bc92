import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connecting } from '../connections/accounts.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { endOf, type ShownRecord, type ShownRun } from './company.ts'

const ids = ['9007199254740992', '9007199254740993', '9007199254740995', '12345678901234567890', '12345678901234567891']
const hub = await createTestHub()
const workspace = await createWorkspace(hub)
await startTestWorkers(hub)

/** A platform whose accounts and items have numbers for ids, two items to a page. An account's key ends in its place. */
const asked: (string | null)[] = []
const platform = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, 'http://platform')
  const account = ids[Number(request.headers.authorization?.at(-1))]
  if (pathname === '/v1/account') return response.end(`{"id":${account},"settings":{"dashboard":{"display_name":"A"}}}`)
  const after = searchParams.get('starting_after')
  asked.push(after)
  const from = after === null ? 0 : ids.indexOf(after) + 1
  const page = ids.slice(from, from + 2).map(id => `{"id":${id},"name":"Customer ${id}"}`)
  response.end(`{"data":[${page.join()}],"has_more":${from + 2 < ids.length}}`)
})
await new Promise<void>(resolve => platform.listen(0, '127.0.0.1', resolve))
afterAll(() => platform.close())

const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`
const app = await workspace.request('POST', '/v1/provider-apps', {
  provider: 'stripe',
  name: 'Long ids',
  baseUrls: { 'https://api.stripe.com': url },
})

async function connect(place: number) {
  const { body } = await workspace.request<Connecting>('POST', '/v1/connections', {
    provider: 'stripe',
    providerAppId: app.body.id,
    credentials: { apiKey: `sk_test_longIdNumber${place}` },
  })
  return body.connection
}

describe('ids that no double tells apart', () => {
  it('are those of different accounts', async () => {
    const found: (string | null)[] = []
    for (const place of ids.keys()) found.push((await connect(place)).externalAccountId)
    expect(found).toEqual(ids)
  })

  it('are those of different things, and lead from page to page', async () => {
    const { id: connectionId } = await connect(0)
    const sync = await workspace.request('POST', '/v1/syncs', { connectionId, model: 'customers' })
    const run = await workspace.request<ShownRun>('POST', `/v1/syncs/${sync.body.id}/runs`)
    const ended = await endOf(workspace, sync.body.id, run.body.id)
    expect(ended).toMatchObject({ status: 'succeeded', counts: { created: 5, failed: 0 } })
    expect(asked).toEqual([null, ids[1], ids[3]])
    const records = await workspace.request<{ data: ShownRecord[] }>('GET', '/v1/records?collection=customers')
    expect(records.body.data.map(({ data }) => data.displayName).sort()).toEqual(ids.map(id => `Customer ${id}`).sort())
    const { rows } = await hub.pool.query('select external_id from record_links order by external_id')
    expect(rows.map(row => (row as { external_id: string }).external_id)).toEqual([...ids].sort())
  })
})
