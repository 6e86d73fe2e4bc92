import { createHmac } from 'node:crypto'
import { beatReceiving } from '../../src/connections/webhooks/away.ts'
import { pollSyncsName, type PolledSyncs } from '../../src/sync/contract.ts'
import { claimDuePolls } from '../../src/sync/polling/poll-store.ts'
import { pollEveryMs, pollEveryWhileHeardMs, pollOf } from '../../src/sync/polling/policy.ts'
import { newId } from '../../src/ids.ts'
import { taskQueues } from '../../src/temporal/contract.ts'
import { eventually } from '../connections/accounts.ts'
import { createTestHub, createTestServer, createWorkspace } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, endOf, records, run, type Company, type ShownRun, type ShownSync } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback, type Item } from './loopback.ts'

const hub = await createTestHub()
const app = await createTestServer(hub)
await startTestWorkers(hub)
const platform = await startLoopback(hub)

interface Polled extends ShownSync {
  nextPollAt: string | null
  polling: boolean
}
type Triggered = ShownRun & { trigger: string }

const shown = async ({ workspace }: Company, syncId: string) =>
  (await workspace.request<Polled>('GET', `/v1/syncs/${syncId}`)).body
const runsOf = async ({ workspace }: Company, syncId: string) =>
  (await workspace.request<{ data: Triggered[] }>('GET', `/v1/syncs/${syncId}/runs`)).body.data
const polls = async (company: Company, syncId: string) =>
  (await runsOf(company, syncId)).filter(({ trigger }) => trigger === 'poll')

let passes = 0
/** One pass of the Schedule's workflow. */
async function pass(most = 100): Promise<PolledSyncs> {
  const workflowId = `poll-syncs-${++passes}`
  const start = { taskQueue: taskQueues.workflows, workflowId, args: [{ batch: 50, most }] }
  return (await hub.temporal.workflow.execute(pollSyncsName, start)) as PolledSyncs
}

/** Lets time go by since a sync's last run, until it is to be looked at. */
const age = (syncId: string, minutes: number) =>
  hub.pool.query(
    `update syncs set last_run_finished_at = last_run_finished_at - $2 * interval '1 minute',
       poll_at = case when poll_at is null then null else now() - interval '1 second' end where id = $1`,
    [syncId, minutes],
  )

let list: Item[] = []
/** A company of three customers whose app receives webhooks, with a sync that has run. */
async function company(settings: Record<string, unknown> = {}) {
  list = [customer(1), customer(2), customer(3)]
  platform.play = playQuickbooks((start, max) => slice(list)(start, max), { feed: () => list })
  const one = await platform.account('quickbooks')
  const { body } = await one.workspace.request('GET', `/v1/connections/${one.connectionId}`)
  const providerAppId = body.providerAppId as string
  const changed = await one.workspace.request('PATCH', `/v1/provider-apps/${providerAppId}`, {
    webhookSecret: 'secret',
  })
  expect(changed.status).toBe(200)
  const syncId = await createSync(one, settings)
  expect((await run(one, syncId)).status).toBe('succeeded')
  return { ...one, syncId, send: (...names: string[]) => send(one, providerAppId, names) }
}

/** Sends a webhook about things of these kinds, and waits until it is handled. */
async function send({ workspace, connectionId }: Company, providerAppId: string, names: string[]): Promise<void> {
  const entities = names.map(name => ({ name, id: '1', operation: 'Update', lastUpdated: '2026-01-01' }))
  const payload = JSON.stringify({ eventNotifications: [{ realmId: '1', dataChangeEvent: { entities } }] })
  const signature = createHmac('sha256', 'secret').update(payload).digest('base64')
  const headers = { 'content-type': 'application/json', 'intuit-signature': signature }
  const sent = await app.inject({ method: 'POST', url: `/webhooks/quickbooks/${providerAppId}`, payload, headers })
  expect(sent.statusCode).toBe(202)
  await eventually('the webhook to be handled', async () => {
    const { body } = await workspace.request('GET', `/v1/connections/${connectionId}`)
    return typeof body.lastWebhookAt === 'string'
  })
}

describe('a sync that is run by webhooks', () => {
  it('gets by a poll what a lost webhook would have told, once', async () => {
    const one = await company()
    const { syncId } = one
    const first = await shown(one, syncId)
    expect(first).toMatchObject({ polling: true, schedule: null })
    const inMs = Date.parse(first.nextPollAt!) - Date.now()
    expect(inMs).toBeGreaterThan(pollEveryMs - 120_000)
    expect(inMs).toBeLessThan(1.2 * pollEveryMs)
    list.push(customer(4, 'Told by nobody'))
    await age(syncId, 16)
    await pass()
    const [poll] = await polls(one, syncId)
    expect((await endOf(one.workspace, syncId, poll!.id)).status).toBe('succeeded')
    expect((await records(one)).map(({ data }) => data.displayName)).toContain('Told by nobody')
    expect(Date.parse((await shown(one, syncId)).nextPollAt!)).toBeGreaterThan(Date.now() + pollEveryMs / 2)
    await age(syncId, 1)
    await pass()
    expect(await polls(one, syncId)).toHaveLength(1)
  }, 60_000)

  it('is not polled meanwhile where webhooks come for its connection, but once an hour', async () => {
    const one = await company()
    const { syncId } = one
    // About another model: it does not run the sync, and says that webhooks come.
    await one.send('Vendor')
    await age(syncId, 16)
    await pass()
    expect(await polls(one, syncId)).toEqual([])
    expect(Date.parse((await shown(one, syncId)).nextPollAt!)).toBeLessThan(Date.now() + 1.2 * pollEveryMs)
    await age(syncId, 45)
    await pass()
    const [poll] = await polls(one, syncId)
    expect((await endOf(one.workspace, syncId, poll!.id)).status).toBe('succeeded')
    // They fall silent.
    await hub.pool.query(`update connections set last_webhook_at = now() - interval '16 minutes' where id = $1`, [
      one.connectionId,
    ])
    await age(syncId, 16)
    await pass()
    expect(await polls(one, syncId)).toHaveLength(2)
  }, 60_000)

  it.each([
    ['is paused', { path: '/pause', method: 'POST' }],
    ['is deleted', { path: '', method: 'DELETE' }],
    ['has a schedule', { path: '', method: 'PATCH', body: { schedule: { every: '31d' } } }],
    ['is not to be polled', { path: '', method: 'PATCH', body: { polling: false } }],
    ['only pushes', { path: '', method: 'PATCH', body: { direction: 'push' } }],
    ['holds deletions', { held: { runId: newId('syncRun'), count: 3, known: 3, since: '2026-01-01T00:00:00Z' } }],
  ] as [string, { path?: string; method?: 'POST' | 'PATCH' | 'DELETE'; body?: object; held?: object }][])(
    'is not polled when it %s',
    async (_why, { path, method, body, held }) => {
      const one = await company()
      const { syncId, workspace } = one
      if (held)
        await hub.pool.query('update syncs set deletions_held = $2 where id = $1', [syncId, JSON.stringify(held)])
      else expect((await workspace.request(method!, `/v1/syncs/${syncId}${path!}`, body)).status).toBeLessThan(300)
      if (method !== 'DELETE') expect((await shown(one, syncId)).nextPollAt).toBeNull()
      await age(syncId, 120)
      await pass()
      const { rows } = await hub.pool.query(`select from sync_runs where sync_id = $1 and trigger = 'poll'`, [syncId])
      expect(rows).toEqual([])
    },
    60_000,
  )

  it('is polled again as soon as it is resumed, and when it is to be polled', async () => {
    const one = await company()
    const { syncId, workspace } = one
    const change = (body: object) => workspace.request<Polled>('PATCH', `/v1/syncs/${syncId}`, body)
    expect((await change({ polling: false })).body).toMatchObject({ polling: false, nextPollAt: null })
    expect((await change({ polling: true })).body.nextPollAt).not.toBeNull()
    await workspace.request('POST', `/v1/syncs/${syncId}/pause`)
    await hub.pool.query(`update syncs set last_run_finished_at = now() - interval '1 hour' where id = $1`, [syncId])
    const { body } = await workspace.request<Polled>('POST', `/v1/syncs/${syncId}/resume`)
    expect(Date.parse(body.nextPollAt!)).toBeLessThan(Date.now() + 10_000)
    await pass()
    expect(await polls(one, syncId)).toHaveLength(1)
  }, 60_000)

  it('is polled once after the hub was away, whatever has come since', async () => {
    const one = await company()
    const { syncId } = one
    await one.send('Vendor')
    await age(syncId, 1)
    await pass()
    expect(await polls(one, syncId)).toEqual([])
    await beatReceiving(hub.pool)
    await hub.pool.query(`update webhook_receiving set alive_at = now() - interval '10 minutes'`)
    await beatReceiving(hub.pool)
    await age(syncId, 1)
    await pass()
    const [poll] = await polls(one, syncId)
    expect((await endOf(one.workspace, syncId, poll!.id)).status).toBe('succeeded')
    await age(syncId, 0)
    await pass()
    expect(await polls(one, syncId)).toHaveLength(1)
  }, 60_000)

  it('begins to be polled when a webhook runs it, where nothing told before that any come', async () => {
    const one = await company()
    const { syncId } = one
    await hub.pool.query('update syncs set poll_at = null where id = $1', [syncId])
    await run(one, syncId)
    expect((await shown(one, syncId)).nextPollAt).toBeNull()
    await one.send('Customer')
    await eventually('the run to end', async () => {
      const told = (await runsOf(one, syncId)).find(({ trigger }) => trigger === 'webhook')
      return told?.status === 'succeeded'
    })
    expect((await shown(one, syncId)).nextPollAt).not.toBeNull()
  }, 60_000)
})

describe('a pass', () => {
  it('takes workspaces in turn, and asks for no more runs than it may', async () => {
    const [busy, quiet] = [await createWorkspace(hub), await createWorkspace(hub)]
    const insert = (workspaceId: string, count: number, minutes: number) =>
      hub.pool.query(
        `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy, schedule, poll_at)
         select $1 || lpad(n::text, 5, '0'), $2, $1, 'quickbooks', 'customers', n::text, 'pull', 'newest', 'null',
           now() - $4 * interval '1 minute' from generate_series(1, $3) as n`,
        [newId('sync').slice(0, 26), workspaceId, count, minutes],
      )
    await insert(busy.workspaceId, 30, 60)
    await insert(quiet.workspaceId, 2, 1)
    const claimed = await hub.db.transaction().execute(trx => claimDuePolls(trx, 4))
    expect(claimed.filter(({ workspaceId }) => workspaceId === quiet.workspaceId)).toHaveLength(2)
    expect(await pass(5)).toMatchObject({ asked: 5 })
  })

  it.each([
    ['it has never run', null, null, {}, true],
    ['it ran 14 minutes ago', 14, null, {}, false],
    ['it ran 16 minutes ago', 16, null, {}, true],
    ['it ran 16 minutes ago, and a webhook came 10 minutes ago', 16, 10, {}, false],
    ['it ran 16 minutes ago, and a webhook came 16 minutes ago', 16, 16, {}, true],
    ['it ran 61 minutes ago, and a webhook came just now', 61, 0, {}, true],
    ['its run of 16 minutes ago failed, and a webhook came just now', 16, 0, { isFailing: true }, true],
    [
      'it ran 2 minutes ago, a webhook came just now, and the hub was away until a minute ago',
      2,
      0,
      { backAgo: 1 },
      true,
    ],
    ['it ran just now, and the hub was away until a minute ago', 0, null, { backAgo: 1 }, false],
    ['it ran 61 minutes ago, and is under way', 61, null, { isBusy: true }, false],
  ])('decides where %s', (_what, ranAgo, heardAgo, rest, poll) => {
    const now = Date.now()
    const ago = (minutes: number | null) => (minutes === null ? null : new Date(now - minutes * 60_000))
    const { backAgo = null, ...more }: { backAgo?: number | null; isFailing?: boolean; isBusy?: boolean } = rest
    const times = { lastRunAt: ago(ranAgo), lastWebhookAt: ago(heardAgo), backSince: ago(backAgo) }
    const known = { ...times, isFailing: false, isBusy: false, ...more }
    for (const random of [0, 1]) {
      const found = pollOf(known, now, random)
      expect(found.poll).toBe(poll)
      expect(found.lookAtMs).toBeGreaterThan(now)
      expect(found.lookAtMs).toBeLessThanOrEqual(now + 1.1 * pollEveryMs)
    }
    expect(pollEveryWhileHeardMs).toBeGreaterThan(pollEveryMs)
  })
})
