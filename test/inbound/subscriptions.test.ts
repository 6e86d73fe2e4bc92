import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { sandboxControl } from '../../dev/sandbox/control-client.ts'
import { platforms as played } from '../../dev/sandbox/platforms/index.ts'
import { authority } from '../../dev/sandbox/platforms/paypal/certificates.ts'
import { freePort } from '../../dev/processes/ports.ts'
import { connectionSettings } from '../../src/connections/policy.ts'
import { renewSubscriptionsName, type RenewedSubscriptions } from '../../src/inbound/contract.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { createApp, eventually, ownSandbox, type ShownConnection } from '../connections/accounts.ts'
import { cases, type Case } from './registered-cases.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'

setDefaultCACertificates([...getCACertificates('default'), authority])
const sandbox = await ownSandbox()
const control = sandboxControl(sandbox.url)
const port = await freePort()
const hub = await createTestHub({
  environment: { PUBLIC_URL: `http://127.0.0.1:${port}` },
  connectionSettings: { ...connectionSettings, destroyAfterMs: 3_000 },
})
const app = await createTestServer(hub)
// Platforms make sure of an address while they register it.
await app.listen({ port, host: '127.0.0.1' })
const workspace = await createWorkspace(hub)
await startTestWorkers(hub, ['workflows', 'connections'])

interface Shown {
  id: string
  status: string
  types: string[]
  addressId: string | null
  platformId: string | null
  expiresAt: string | null
  renewAt: string | null
  failures: number
  lastError: string | null
  gapAt: string | null
}

interface Made {
  connection: ShownConnection
}

const apps = new Map<string, Promise<string>>()

async function connect({ provider, method, toApp }: Case, more: Record<string, unknown> = {}): Promise<string> {
  const person = played.find(({ id }) => id === provider)!.people[method]!
  const made = apps.get(provider) ?? createApp(workspace, sandbox.url, provider, toApp && { fields: toApp.fields })
  apps.set(provider, made)
  const { status, body } = await workspace.request<Made>('POST', '/v1/connections', {
    ...{ provider, method, providerAppId: await made, config: person.config ?? {} },
    ...(person.credentials && { credentials: person.credentials }),
    ...more,
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  return body.connection.id
}

const url = (connectionId: string) => `/v1/connections/${connectionId}/webhook-subscriptions`
const shown = async (connectionId: string) =>
  (await workspace.request('GET', url(connectionId))).body.data as unknown as Shown[]

async function subscribe(one: Case, connectionId: string): Promise<Shown[]> {
  const { status, body } = await workspace.request('POST', url(connectionId), one.words)
  expect([status, body]).toEqual([201, expect.anything()])
  return body.data as unknown as Shown[]
}

/** How many the platform itself has; undefined where it does not tell. */
async function there({ list }: Case, connectionId: string): Promise<number | undefined> {
  if (!list) return undefined
  const { status, body } = await workspace.request('GET', `/v1/connections/${connectionId}/proxy${list[0]}`)
  expect([status, body]).toEqual([200, expect.anything()])
  return ((list[1] === undefined ? body : body[list[1]]) as unknown[]).length
}

let passes = 0
/** One pass of the Schedule's workflow; gives what it did and says. */
async function renew(): Promise<RenewedSubscriptions> {
  const workflowId = `renew-subscriptions-${++passes}`
  const run = { taskQueue: taskQueues.workflows, workflowId, args: [{ batch: 20 }] }
  return (await hub.temporal.workflow.execute(renewSubscriptionsName, run)) as RenewedSubscriptions
}

/** Lets time go by for the subscriptions of a connection: due, or at their end. */
const age = (connectionId: string, what: 'due' | 'over') =>
  hub.pool.query(
    `update webhook_subscriptions set renew_at = now() - interval '1 second',
       expires_at = case when $2 then now() - interval '1 second' else expires_at end where connection_id = $1`,
    [connectionId, what === 'over'],
  )

/** Whether a type has come to an address, and was taken as the platform's. */
const hasCome = async (addressId: string | null, type: string) =>
  (await hub.pool.query('select from inbound_events where address_id = $1 and type = $2', [addressId, type]))
    .rowCount === 1

/** Whether a type has been led to a connection. */
async function isRouted(connectionId: string, provider: string, type: string): Promise<boolean> {
  const { body } = await workspace.request('GET', `/v1/inbound-events?status=routed&provider=${provider}`)
  const events = body.data as unknown as { connectionId: string; type: string }[]
  return events.some(event => event.connectionId === connectionId && event.type === type)
}

/** The address that a platform was given. */
async function addressOf({ id }: Shown): Promise<string> {
  const place = { workspaceId: workspace.workspaceId, ownerId: id, field: 'webhook_url' }
  return (await hub.credentials.get<string>(hub.db, place))!
}

/** Has the platform send to what it has registered there, signed with what that was made with. */
async function send({ provider, appSigns, toApp, sends: [event] }: Case, subscription: Shown): Promise<number> {
  if (toApp) {
    const url = `http://127.0.0.1:${port}/webhooks/${provider}/${await apps.get(provider)!}`
    return (await control.sendRegistered({ ...event, platform: provider, url, secret: toApp.secret })).status
  }
  const secret = appSigns ? { secret: played.find(({ id }) => id === provider)!.apps![0]!.clientSecret } : {}
  const about = { platform: provider, url: await addressOf(subscription), ...secret }
  return (await control.sendRegistered({ ...event, ...about })).status
}

const requestsTo = async (path: RegExp) => (await control.requests()).filter(request => path.test(request.path))

afterEach(() => control.clearFaults())

async function disconnect(connectionId: string): Promise<void> {
  expect((await workspace.request('DELETE', `/v1/connections/${connectionId}`)).status).toBeLessThan(300)
  await eventually('the end of the connection', async () => {
    const { body } = await workspace.request<ShownConnection>('GET', `/v1/connections/${connectionId}`)
    return body.status === 'disconnected'
  })
}

describe.each(cases.map(one => [one.provider, one] as const))('webhooks of %s', (provider, one) => {
  it('are registered at once, led to the connection, and removed when the account is disconnected', async () => {
    const connectionId = await connect(one)
    const made = await subscribe(one, connectionId)
    expect(made).toHaveLength(one.count)
    for (const subscription of made) {
      expect(subscription).toMatchObject({ status: 'active', failures: 0, lastError: null, gapAt: null })
      expect(subscription.platformId).not.toBeNull()
      expect(subscription.expiresAt !== null).toBe(one.lapses)
      if (one.lapses && !one.toApp) {
        const [renewAt, expiresAt] = [Date.parse(subscription.renewAt!), Date.parse(subscription.expiresAt!)]
        const left = (expiresAt - renewAt) / (expiresAt - Date.now())
        expect(left).toBeGreaterThan(0.09)
        expect(left).toBeLessThan(0.21)
      } else if (!one.lapses) expect(subscription.renewAt).toBeNull()
    }
    expect(await there(one, connectionId)).toBe(one.list && one.count)
    // What a platform sends at once is signed with what it was given.
    if (one.greets) await eventually('the first webhook', () => hasCome(made[0]!.addressId, one.greets!))
    const [, type] = one.sends
    const first = made.find(({ types }) => one.count === 1 || types.includes(type))!
    expect([200, 202]).toContain(await send(one, first))
    await eventually('the routed webhook', () => isRouted(connectionId, provider, type))
    await control.forgetRequests()
    await disconnect(connectionId)
    const removals = (await requestsTo(/hooks|\/stop$|subscriptions|webhook/)).filter(
      ({ status }) => status >= 200 && status < 300,
    )
    expect(removals).toHaveLength(one.count)
    expect(await shown(connectionId)).toEqual([])
  })

  if (!one.thorough) return

  it('are registered with the account when that was asked for at its beginning', async () => {
    const connectionId = await connect(one, { webhooks: one.words })
    expect(await shown(connectionId)).toHaveLength(one.count)
    await renew()
    const [first] = await shown(connectionId)
    expect(first).toMatchObject({ status: 'active' })
    expect(await there(one, connectionId)).toBe(one.list && one.count)
    for (const { id } of await shown(connectionId))
      expect((await workspace.request('DELETE', `${url(connectionId)}/${id}`)).status).toBe(204)
    expect(await there(one, connectionId)).toBe(one.list && 0)
    expect(await shown(connectionId)).toEqual([])
  })

  it('do not keep a disconnecting account while the platform is down', async () => {
    const connectionId = await connect(one)
    await subscribe(one, connectionId)
    await control.addFault({ platform: provider, kind: '503' })
    await disconnect(connectionId)
    expect(await shown(connectionId)).toEqual([])
  })

  if (!one.lapses) return

  it('are renewed before they lapse, and the one before is ended', async () => {
    const connectionId = await connect(one)
    const [before] = await subscribe(one, connectionId)
    const count = await there(one, connectionId)
    await hub.pool.query(`update webhook_subscriptions set expires_at = now() + interval '1 hour' where id = $1`, [
      before!.id,
    ])
    await age(connectionId, 'due')
    expect(await renew()).toMatchObject({ done: 1, failed: 0 })
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ id: before!.id, status: 'active', addressId: before!.addressId, gapAt: null })
    expect(Date.parse(after!.expiresAt!) - Date.now()).toBeGreaterThan(48 * 3_600_000)
    expect(await there(one, connectionId)).toBe(count)
    // A channel is replaced; the one before is stopped.
    if (!one.list) expect(await requestsTo(/channels\/stop/)).toContainEqual(expect.objectContaining({ status: 204 }))
  })

  it('are made anew after an outage that outlasted them, with the gap noted; failures are told until then', async () => {
    const connectionId = await connect(one)
    const [before] = await subscribe(one, connectionId)
    await control.addFault({ platform: provider, kind: '503' })
    for (let tries = 1; tries <= 3; tries += 1) {
      await age(connectionId, 'due')
      const { failed, troubles } = await renew()
      expect([failed, troubles]).toEqual([1, [expect.objectContaining({ connectionId, subscriptionId: before!.id })]])
    }
    expect((await shown(connectionId))[0]).toMatchObject({
      status: 'failing',
      failures: 3,
      lastError: 'PROVIDER_ERROR',
    })
    await control.clearFaults()
    await age(connectionId, 'over')
    expect(await renew()).toMatchObject({ done: 1, failed: 0 })
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ status: 'active', failures: 0, lastError: null, gapAt: expect.any(String) as string })
    expect(after!.platformId).not.toBe(before!.platformId)
  })
})

describe('a subscription', () => {
  const [github, , teams, shopify] = cases as [Case, Case, Case, Case]

  it('has the syncs of its connection look once after a time in which nothing was sent', async () => {
    const connectionId = await connect(github)
    const sync = await workspace.request('POST', '/v1/syncs', {
      connectionId,
      model: 'repositories',
      direction: 'pull',
    })
    expect(sync.status).toBe(201)
    const byWebhook = async () => {
      const wanted = "select from sync_runs where sync_id = $1 and trigger = 'webhook'"
      return (await hub.pool.query(wanted, [sync.body.id])).rowCount
    }
    // Its first run, which nobody carries out here, would do for this too.
    await hub.pool.query('delete from sync_runs where sync_id = $1', [sync.body.id])
    await subscribe(github, connectionId)
    expect(await byWebhook()).toBe(0)
    const hooks = `/v1/connections/${connectionId}/proxy/repos/octocat/hello-world/hooks`
    for (const { platformId } of await shown(connectionId)) {
      expect((await workspace.request('DELETE', `${hooks}/${platformId}`)).status).toBe(204)
    }
    await age(connectionId, 'over')
    await renew()
    expect(await byWebhook()).toBe(1)
    await disconnect(connectionId)
  })

  it('that the platform has forgotten is made anew', async () => {
    const connectionId = await connect(teams)
    const [before] = await subscribe(teams, connectionId)
    const forgotten = `/v1/connections/${connectionId}/proxy/subscriptions/${before!.platformId}`
    expect((await workspace.request('DELETE', forgotten)).status).toBe(204)
    await age(connectionId, 'due')
    expect(await renew()).toMatchObject({ done: 1, failed: 0 })
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ status: 'active', gapAt: expect.any(String) as string })
    expect(after!.platformId).not.toBe(before!.platformId)
  })

  it.each([
    ['reauthorizationRequired', false],
    ['subscriptionRemoved', true],
  ])('is carried out at once when its platform says %s', async (lifecycleEvent, anew) => {
    const connectionId = await connect(teams)
    const [before] = await subscribe(teams, connectionId)
    const address = await addressOf(before!)
    const state = { workspaceId: workspace.workspaceId, ownerId: before!.addressId!, field: 'webhook_secret' }
    const clientState = await hub.credentials.get<string>(hub.db, state)
    const value = [{ lifecycleEvent, clientState, subscriptionId: before!.platformId, tenantId: 'any' }]
    const told = await app.inject({ method: 'POST', url: new URL(address).pathname, payload: { value } })
    expect(told.statusCode).toBe(202)
    await eventually('it is due', async () => {
      const [now] = await shown(connectionId)
      return Date.parse(now!.renewAt!) <= Date.now()
    })
    await renew()
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ status: 'active', gapAt: anew ? (expect.any(String) as string) : null })
    expect(after!.platformId !== before!.platformId).toBe(anew)
  })

  it.each(['asana', 'stripe', 'paypal'])('of %s is made anew with another secret of the platform’s', async provider => {
    const one = cases.find(other => other.provider === provider)!
    const connectionId = await connect(one)
    const [before] = await subscribe(one, connectionId)
    const place = { workspaceId: workspace.workspaceId, ownerId: before!.addressId!, field: 'webhook_secret' }
    const secretOf = () => hub.credentials.get<string>(hub.db, place)
    const secret = await secretOf()
    const url = await addressOf(before!)
    const old = `/v1/connections/${connectionId}/proxy${one.list![0]}/${before!.platformId}`
    expect((await workspace.request('DELETE', old)).status).toBeLessThan(300)
    await age(connectionId, 'over')
    expect(await renew()).toMatchObject({ done: 1, failed: 0 })
    expect(await secretOf()).not.toBe(secret)
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ status: 'active', addressId: before!.addressId })
    expect([200, 202]).toContain(await send(one, after!))
    // What the one before has sent may still be on its way.
    const late = { ...one.sends[0], platform: provider, url, secret: secret! }
    expect([200, 202]).toContain((await control.sendRegistered(late)).status)
    await disconnect(connectionId)
  })

  it('is asked for again each day where the platform advises that, and has no address where its app has one', async () => {
    const one = cases.find(({ toApp }) => toApp)!
    const connectionId = await connect(one)
    const [before] = await subscribe(one, connectionId)
    const hours = (at: string | null) => (Date.parse(at!) - Date.now()) / 3_600_000
    expect([before!.addressId, Math.round(hours(before!.expiresAt))]).toEqual([null, 7 * 24])
    expect(hours(before!.renewAt)).toBeGreaterThan(18)
    expect(hours(before!.renewAt)).toBeLessThan(24)
    await control.forgetRequests()
    await age(connectionId, 'due')
    expect(await renew()).toMatchObject({ done: 1, failed: 0 })
    const asked = (await requestsTo(/users/)).map(({ method, path }) => `${method} ${path.replace(/.*users/, '')}`)
    expect(asked).toEqual(['POST /me/watch'])
    const [after] = await shown(connectionId)
    expect(after).toMatchObject({ status: 'active', gapAt: null })
    expect(hours(after!.renewAt)).toBeGreaterThan(18)
    await disconnect(connectionId)
  })

  it('is asked for no longer than the platform allows for what it is about', async () => {
    const connectionId = await connect(teams)
    for (const [resource, minutes] of [
      ['communications/callRecords', 4_230],
      ['communications/presences/7', 60],
    ] as const) {
      const words = { types: ['message.updated'], about: { resource } }
      const [made] = await subscribe({ ...teams, words }, connectionId)
      const left = (Date.parse(made!.expiresAt!) - Date.now()) / 60_000
      expect(left).toBeGreaterThan(minutes * 0.85)
      expect(left).toBeLessThanOrEqual(minutes)
    }
    await disconnect(connectionId)
  })

  it('is not kept when the platform, or what it knows, says that there can be none', async () => {
    const connectionId = await connect(github)
    const refused = async (words: object) => (await workspace.request('POST', url(connectionId), words)).body.error.code
    const about = { repository: 'octocat/hello-world' }
    expect(await refused({ types: ['push'], about: { repository: 'octocat/nowhere' } })).toBe('PROVIDER_REJECTED')
    expect(await refused({ types: ['push'], about: { repository: '../user' } })).toBe('INVALID_REQUEST')
    expect(await refused({ types: ['push'] })).toBe('INVALID_REQUEST')
    expect(await refused({ types: ['nothing_known'], about })).toBe('INVALID_REQUEST')
    expect(await refused({ about })).toBe('INVALID_REQUEST')
    expect(await shown(connectionId)).toEqual([])
    const addresses = await workspace.request('GET', `/v1/connections/${connectionId}/webhook-addresses`)
    expect(addresses.body.data).toEqual([])
  })

  it.each(['github', 'paypal'])(
    'of %s whose answer was lost is made all the same, at another address',
    async provider => {
      const one = cases.find(other => other.provider === provider)!
      const connectionId = await connect(one)
      const count = (await there(one, connectionId))!
      await control.addFault({ platform: provider, kind: 'drop-answer' })
      const [before] = await subscribe(one, connectionId)
      expect(before).toMatchObject({ status: 'pending', platformId: null, failures: 1 })
      await control.clearFaults()
      // It is there, and the platform takes no other for its address.
      expect(await there(one, connectionId)).toBe(count + 1)
      // What it sends meanwhile is known by the secret that it was given, and not by one that nobody has been told yet.
      expect(await send(one, before!)).toBe(provider === 'github' ? 202 : 401)
      await age(connectionId, 'due')
      expect(await renew()).toMatchObject({ done: 1, failed: 0 })
      const [after] = await shown(connectionId)
      expect(after).toMatchObject({ id: before!.id, status: 'active', failures: 0 })
      expect(after!.addressId).not.toBe(before!.addressId)
      expect([200, 202]).toContain(await send(one, after!))
      const addresses = await workspace.request('GET', `/v1/connections/${connectionId}/webhook-addresses`)
      expect(addresses.body.data).toMatchObject([{ id: after!.addressId }])
      await disconnect(connectionId)
    },
  )

  it('that could not be made for the platform’s trouble waits, and is made by the next pass', async () => {
    const connectionId = await connect(shopify)
    await control.addFault({ platform: 'shopify', kind: '503' })
    expect((await subscribe(shopify, connectionId)).map(({ status }) => status)).toEqual(['pending', 'pending'])
    await control.clearFaults()
    await age(connectionId, 'due')
    await renew()
    expect((await shown(connectionId)).map(({ status }) => status)).toEqual(['active', 'active'])
  })
})
