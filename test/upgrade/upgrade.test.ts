import { createMaintenanceActivities } from '../../activities/maintenance.ts'
import { migrateToLatest, pendingMigrations } from '../../src/db/migrate.ts'
import { migrations } from '../../src/db/migrations/index.ts'
import { reconciledFeatures } from '../../src/maintenance/contract.ts'
import { approve, callBack, eventually, type Connecting, type ShownConnection } from '../connections/accounts.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { deliveriesOf, quickPolicy, settled, startDispatching, startTestReceiver, until } from '../support/delivery.ts'
import { atClose, call, createTestHub, createTestServer, type Method, type TestWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { endOf, type ShownRecord, type ShownRun, type ShownSync } from '../sync/company.ts'
import { readFixture } from './fixture.ts'
import { countRows, loadFixture, startSandboxOf } from './load.ts'
import { everyGet } from './every-get.ts'

// A database that the version before made and used is brought to this version's schema, and the hub goes on with it. make-fixture.ts
// says where the file comes from.

const fixture = readFixture(new URL('fixture-0022.json.gz', import.meta.url))
const database = await createEmptyDatabase()
atClose(() => database.drop())
const receiver = await startTestReceiver()
const sandbox = await startSandboxOf(fixture)
const api = 'http://127.0.0.1:8080'
await loadFixture(database.url, fixture, { sandbox: sandbox.url, receiver: receiver.url, api })
const before = await countRows(database.url, fixture)
const applied = await migrateToLatest(database.url)

const hub = await createTestHub({
  environment: { DATABASE_URL: database.url, ENCRYPTION_KEYS: fixture.encryptionKeys, PUBLIC_URL: api },
  deliveryPolicy: quickPolicy,
})
const app = await createTestServer(hub)
const { connections, deliveries, syncs, left } = fixture
const workspace: TestWorkspace = {
  workspaceId: fixture.workspaceId,
  apiKey: fixture.apiKeys.all,
  request: (method, url, body, headers) => call(app, fixture.apiKeys.all, method, url, body, headers),
}
const { request } = workspace

/** What the `reconcile` schedule does every minute. */
async function reconcile(): Promise<void> {
  const activities = createMaintenanceActivities(hub)
  for (const feature of reconciledFeatures) await activities.reconcileFeature(feature, 500)
}

describe('before anything runs', () => {
  it('every migration behind the fixture is applied, and no row of its tables is lost or made', async () => {
    expect(applied).toEqual(Object.keys(migrations).filter(name => name > fixture.migration))
    expect(await pendingMigrations(hub.db)).toEqual([])
    expect(await countRows(database.url, fixture)).toEqual(before)
    const rows = Object.values(before).reduce((sum, count) => sum + count, 0)
    expect(rows).toBe(fixture.rows.length)
  })

  it('every GET of the API answers 200 for each object of both workspaces', async () => {
    const keys = { [fixture.workspaceId]: fixture.apiKeys.all, [fixture.otherWorkspaceId]: fixture.apiKeys.other }
    const answers = await everyGet(hub, app, keys)
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(answers.length).toBeGreaterThan(250)
  })

  it('an API key opens what it was given, and a revoked one nothing', async () => {
    const status = async (key: string, method: Method, url: string) => (await call(app, key, method, url)).status
    const { reader, revoked } = fixture.apiKeys
    expect(await status(reader, 'GET', '/v1/connections')).toBe(200)
    expect(await status(reader, 'GET', '/v1/endpoints')).toBe(403)
    expect(await status(revoked, 'GET', '/v1/connections')).toBe(401)
  })

  it('a repeated request is answered as it was by the version before', async () => {
    const { path, body, key, answer } = deliveries.idempotent
    const again = await request('POST', path, body, { 'idempotency-key': key })
    expect(again).toMatchObject({ status: 202, body: answer, headers: { 'idempotent-replayed': 'true' } })
    const published = await request('POST', path, deliveries.repeated.body)
    expect(published.body).toEqual({ id: deliveries.repeated.id, repeated: true })
  })
})

describe('with its workers', () => {
  const hooks = Object.fromEntries(
    Object.entries(deliveries.endpoints).map(([name, { secret }]) => {
      const hook = receiver.hook(name)
      hook.verifyWith(secret)
      return [name, hook]
    }),
  )

  beforeAll(async () => {
    await startTestWorkers(hub, ['workflows', 'connections', 'sync'])
    startDispatching(hub)
    await reconcile()
  })

  it('tokens open, are refreshed, and open accounts', async () => {
    const { id, account } = connections.quickbooks
    const old = (await sandbox.control.tokenRequests({ platform: 'quickbooks', account })).length
    const given = await request<{ accessToken: string }>('GET', `/v1/connections/${id}/credentials`)
    expect(given.status).toBe(200)
    const calls = (await sandbox.control.tokenRequests({ platform: 'quickbooks', account })).slice(old)
    expect(calls).toMatchObject([{ grantType: 'refresh_token', outcome: 'ok', reused: false }])
    for (const connection of [connections.quickbooks, connections.github, connections.stripe]) {
      const { body } = await request<ShownConnection>('POST', `/v1/connections/${connection.id}/check`)
      expect(body).toMatchObject({ status: 'connected', externalAccountId: connection.account })
    }
  })

  it('what was in trouble comes back: by itself, or by its person', async () => {
    const statusOf = async (id: string) => (await request<ShownConnection>('GET', `/v1/connections/${id}`)).body.status
    await request('POST', `/v1/connections/${connections.degraded.id}/refresh`)
    await until(async () => (await statusOf(connections.degraded.id)) === 'connected')

    const { id, account } = connections.needsReauth
    const { body } = await request<Connecting>('POST', `/v1/connections/${id}/reconnect`)
    await callBack(url => app.inject({ url }), await approve(body.authorizationUrl, { account }))
    await until(async () => (await statusOf(id)) === 'connected')
  })

  it('a run that the version before left under way is ended, and further ones find only what is told otherwise now', async () => {
    const { both, manual } = syncs
    const ended = await endOf(workspace, both, left.run)
    expect(ended).toMatchObject({ status: 'failed', errorCode: 'SYNC_INTERRUPTED' })
    const run = async (syncId: string, full: boolean, updated = 0) => {
      const asked = await request<ShownRun>('POST', `/v1/syncs/${syncId}/runs`, { full })
      const { status, counts } = await endOf(workspace, syncId, asked.body.id)
      expect({ status, ...counts }).toMatchObject({
        ...{ status: 'succeeded', created: 0, updated, deleted: 0, pushed: 0, conflicts: 0 },
      })
      if (full) expect(counts.unchanged + updated).toBeGreaterThan(8)
    }
    await run(both, true)
    await run(manual, false)
    // The version before kept what is owed as a number without its currency: that alone is taken anew, once, and told to nobody.
    const customers = async () =>
      (await request<{ data: ShownRecord[] }>('GET', '/v1/records?collection=customers&limit=100')).body.data
    const known = await customers()
    await run(manual, true, 10)
    const changed = (await customers()).flatMap(record => {
      const old = known.find(({ id }) => id === record.id)!
      return record.version === old.version ? [] : [{ old: old.data, data: record.data }]
    })
    expect(changed).toHaveLength(10)
    for (const { old, data } of changed) {
      const { CurrencyRef } = await sandbox.control
        .customers(connections.quickbooks.account)
        .get(data['displayName'] as string)
      const currency = (CurrencyRef as { value: string }).value
      expect(data).toEqual({ ...old, balance: (old['balance'] as number).toFixed(2), currency })
    }
    await run(manual, true)
    await run(both, true)
    const { body } = await request<ShownSync>('GET', `/v1/syncs/${manual}`)
    expect(body).toMatchObject({ failingSince: null, scheduleState: 'active' })
    const refused = await request('GET', `/v1/syncs/${manual}/errors`)
    expect(refused.body.data).toMatchObject([{ recordId: syncs.records.refused }])
  })

  it('a sync of the version before is run by an event, once a rule says so', async () => {
    const rule = { eventTypes: ['content.published'], syncIds: [syncs.manual] }
    expect((await request('POST', '/v1/rules', rule)).status).toBe(201)
    expect((await request('POST', '/v1/events', { type: 'content.published', data: {} })).status).toBe(202)
    const run = await eventually('the run', async () => {
      const { data } = (await request('GET', `/v1/syncs/${syncs.manual}/runs?limit=5`)).body
      return data.find(({ trigger }) => trigger === 'event')
    })
    expect(await endOf(workspace, syncs.manual, run.id as string)).toMatchObject({ status: 'succeeded' })
  })

  it('a conflict that was held is resolved, and the platform gets what was chosen', async () => {
    const { conflict } = syncs.records
    const url = `/v1/syncs/${syncs.manual}/conflicts`
    const held = await request('GET', url)
    expect(held.body.data).toMatchObject([{ recordId: conflict }])
    expect((await request('POST', `${url}/${conflict}/resolve`, { use: 'hub' })).status).toBe(204)
    const record = await request<{ data: { displayName: string } }>('GET', `/v1/records/${conflict}`)
    const customers = sandbox.control.customers(connections.quickbooks.account)
    await eventually('the chosen value at the platform', async () => {
      const found = await customers.get(record.body.data.displayName)
      return JSON.stringify(found['PrimaryPhone'] ?? null).includes('555 0100')
    })
  })

  it('deliveries that waited are delivered and verify, those that failed are replayed', async () => {
    const { events, endpoints } = deliveries
    expect(await settled(workspace, left.event, 30_000)).toMatchObject([{ status: 'delivered' }])
    expect(await settled(workspace, events.waiting, 30_000)).toMatchObject([{ status: 'delivered' }])
    expect(await deliveriesOf(workspace, `?eventId=${events.held}`)).toMatchObject([{ status: 'held' }])
    expect((await request('POST', `/v1/endpoints/${endpoints.paused.id}/resume`)).status).toBe(200)
    expect(await settled(workspace, events.held, 30_000)).toMatchObject([{ status: 'delivered' }])

    const [failed] = await deliveriesOf(workspace, `?eventId=${events.failed}`)
    expect(failed).toMatchObject({ status: 'failed', reason: 'exhausted' })
    expect((await request('POST', `/v1/deliveries/${failed!.id}/resend`)).status).toBe(202)
    await until(() => hooks['refusing']!.arrivals().some(({ id }) => id === events.failed))
    for (const name of ['waiting', 'paused', 'refusing']) {
      expect(hooks[name]!.arrivals()).toMatchObject([{ verified: true }])
    }
  })

  it('an endpoint that was in recovery recovers, and gets what was held for it', async () => {
    const { recovering } = deliveries.endpoints
    await until(async () => (await request('GET', `/v1/endpoints/${recovering.id}`)).body['status'] === 'open')
    await until(() => hooks['recovering']!.summary().distinct === 4)
  })

  it('webhooks are routed: one that came when nobody routed, and the next; one that had come is a repeat', async () => {
    const { github } = connections.apps
    const url = `/webhooks/github/${github.id}`
    await app.listen({ port: 0, host: '127.0.0.1' })
    const origin = `http://127.0.0.1:${(app.server.address() as { port: number }).port}`
    const send = (deliveryId: string) =>
      sandbox.control.sendWebhook({
        ...{ platform: 'github', url: origin + url, secret: github.webhookSecret, deliveryId },
        payload: { repository: { owner: { id: Number(connections.github.account) } } },
      })
    expect(JSON.parse((await send('sent-once')).body)).toMatchObject({ duplicates: 1 })
    expect(JSON.parse((await send('sent-anew')).body)).toMatchObject({ accepted: 1 })
    const handled = async (deliveryId: string) => {
      const { body } = await request('GET', '/v1/inbound-events?limit=100')
      const found = body.data.find(event => event['deliveryId'] === deliveryId)
      return found && found['status'] !== 'received' && found
    }
    expect(await eventually('the next', () => handled('sent-anew'))).toMatchObject({ status: 'routed' })
    expect(await eventually('the one before', () => handled(left.webhook))).toMatchObject({ status: 'unmatched' })
  })
})
