import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { newId } from '../../src/ids.ts'
import { claimLeaseMs, maxAttempts, mostTargets } from '../../src/inbound/policy.ts'
import { claimArrived, type ClaimedEvent } from '../../src/inbound/routing/queue.ts'
import { routeArrived } from '../../src/inbound/routing/route-arrived.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { runSyncName } from '../../src/sync/contract.ts'
import { reconcileSync } from '../../src/sync/reconcile.ts'
import { startRunsSoon } from '../../src/sync/runs/start-runs.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

/** Temporal as a small server under load is: it starts one workflow after the other, and some of them not at all. */
function slowTemporal(msEach: number) {
  const started: string[] = []
  const refused = new Set<string>()
  let turn = Promise.resolve()
  const workflow = {
    signalWithStart(type: string, { workflowId }: { workflowId: string }) {
      if (type !== runSyncName) return Promise.resolve()
      turn = turn.then(() => sleep(msEach)).then(() => void started.push(workflowId))
      return turn.then(() => {
        if (refused.has(workflowId)) throw new Error('refused')
      })
    },
  }
  const client = { workflow, withDeadline: (_at: number, call: () => unknown) => call(), connection: { close() {} } }
  return { client: client as unknown as Client, started, refused }
}

const temporal = slowTemporal(40)
const hub = await createTestHub({ temporal: temporal.client })
const workspace = await createWorkspace(hub)
const quickbooks = await createSender(hub, workspace, 'quickbooks')

const changed = (realmId: string, name = 'Customer') => ({
  eventNotifications: [
    { realmId, dataChangeEvent: { entities: [{ name, id: '1', operation: 'Update', lastUpdated: '2026-01-01' }] } },
  ],
})

/** Syncs without a schedule, as the API leaves them: nothing else would run them. */
async function createSyncs(connectionIds: string[], collections: string[]): Promise<string[]> {
  const ids = collections.flatMap(collection =>
    connectionIds.map(connectionId => ({ id: newId('sync'), connectionId, collection })),
  )
  await hub.pool.query(
    `insert into syncs (id, workspace_id, connection_id, provider, model, collection, direction, conflict_policy)
     select id, $4, connection_id, 'quickbooks', 'customers', collection, 'pull', 'newest'
     from unnest($1::text[], $2::text[], $3::text[]) as t (id, connection_id, collection)`,
    [
      ids.map(({ id }) => id),
      ids.map(({ connectionId }) => connectionId),
      ids.map(({ collection }) => collection),
      workspace.workspaceId,
    ],
  )
  return ids.map(({ id }) => id)
}

const count = async (what: string, values: unknown[] = []) =>
  (await hub.pool.query<{ n: number }>(`select count(*)::int n from ${what}`, values)).rows[0]!.n

async function eventually(what: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await what()); await sleep(20))
    if (Date.now() > end) throw new Error(`not in time: ${what.toString()}`)
}

const makeDue = () => hub.pool.query(`update inbound_queue set due_at = now() - interval '1 second'`)

describe('webhooks about very many connections', () => {
  it('are routed within their lease, however slowly workflows start', async () => {
    const realms = Array.from({ length: 200 }, (_, n) => String(1_000 + n))
    const connections = await Promise.all(realms.map(realm => quickbooks.connect(realm)))
    const syncs = await createSyncs(connections, ['one', 'two'])
    const batch = { eventNotifications: realms.flatMap(realm => changed(realm).eventNotifications) }
    expect((await quickbooks.quickbooks(batch)).body).toMatchObject({ accepted: 200 })

    let [heartbeat, silence] = [Date.now(), 0]
    const began = Date.now()
    const routed = await routeArrived(hub, 0, new AbortController().signal, () => {
      silence = Math.max(silence, Date.now() - heartbeat)
      heartbeat = Date.now()
    })
    expect(routed).toEqual({ routed: 200, unmatched: 0, failed: 0, nextDueMs: null })
    expect(Math.max(silence, Date.now() - heartbeat)).toBeLessThan(5_000)
    expect(Date.now() - began).toBeLessThan(claimLeaseMs)
    expect(temporal.started.length).toBeLessThan(syncs.length)
    expect(
      await count(`sync_runs where status = 'requested' and trigger = 'webhook' and sync_id = any($1)`, [syncs]),
    ).toBe(400)
    await eventually(() => temporal.started.length >= 400)
    expect(new Set(temporal.started)).toEqual(new Set(syncs.map(id => `sync/${id}`)))
    expect(await count(`events where type = 'quickbooks.customer.updated'`)).toBe(200)
  })

  it('leave each workspace its turn, whoever has very many', async () => {
    temporal.started.length = 0
    const sync = (workspaceId: string, n: number) => ({
      ...{ id: `${workspaceId}-${n}`, workspaceId, connectionId: newId('connection'), provider: 'quickbooks' },
    })
    startRunsSoon(
      hub,
      Array.from({ length: 60 }, (_, n) => sync('busy', n)),
      'webhook',
    )
    startRunsSoon(hub, [sync('quiet', 0), sync('quiet', 0), sync('quiet', 1)], 'webhook')
    await eventually(() => temporal.started.length >= 62)
    expect(temporal.started).toHaveLength(62)
    const places = temporal.started.flatMap((id, place) => (id.includes('quiet') ? [place] : []))
    expect(Math.max(...places)).toBeLessThan(20)
  })

  it('start the other syncs although one is refused, which reconcile starts later', async () => {
    temporal.started.length = 0
    const syncs = await createSyncs(
      [await quickbooks.connect('2000'), await quickbooks.connect('2001')],
      ['one', 'two'],
    )
    temporal.refused.add(`sync/${syncs[0]}`)
    await quickbooks.quickbooks({
      eventNotifications: [...changed('2000').eventNotifications, ...changed('2001').eventNotifications],
    })
    await routeBatch(hub, await claimArrived(hub))
    await eventually(() => temporal.started.length >= 4)
    expect(await count(`sync_runs where status = 'requested' and sync_id = any($1)`, [syncs])).toBe(4)

    temporal.refused.clear()
    temporal.started.length = 0
    await hub.pool.query('delete from sync_runs where sync_id <> $1', [syncs[0]])
    await hub.pool.query(`update sync_runs set requested_at = now() - interval '11 s' where sync_id = $1`, [syncs[0]])
    expect(await reconcileSync(hub, 100)).toBeGreaterThanOrEqual(1)
    expect(temporal.started).toContain(`sync/${syncs[0]}`)
  })

  it('ask for no run of a sync that is paused, only pushes, is deleted, or is of another model', async () => {
    const connectionId = await quickbooks.connect('3000')
    const [paused, pushes, deleted, other, active] = await createSyncs([connectionId], ['a', 'b', 'c', 'd', 'e'])
    await hub.pool.query(`update syncs set status = 'paused' where id = $1`, [paused])
    await hub.pool.query(`update syncs set direction = 'push' where id = $1`, [pushes])
    await hub.pool.query(`update syncs set deleted_at = now() where id = $1`, [deleted])
    await hub.pool.query(`update syncs set model = 'invoices' where id = $1`, [other])
    await quickbooks.quickbooks(changed('3000'))
    await quickbooks.quickbooks(changed('3000', 'Vendor'))
    await routeBatch(hub, await claimArrived(hub))
    const { rows } = await hub.pool.query<{ sync_id: string }>(
      'select r.sync_id from sync_runs r join syncs s on s.id = r.sync_id where s.connection_id = $1',
      [connectionId],
    )
    expect(rows.map(row => row.sync_id)).toEqual([active])
  })

  it('go to all of them, some at a time, and to each once though the work is cut off in between', async () => {
    const many = 2 * mostTargets + 7
    const first = await quickbooks.connect('4000')
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, provider_app_id, environment, auth_kind, status, external_account_id, config, metadata, scopes)
       select unnest($2::text[]), workspace_id, provider, provider_app_id, environment, auth_kind, status, external_account_id, config, metadata, scopes
       from connections where id = $1`,
      [first, Array.from({ length: many - 1 }, () => newId('connection'))],
    )
    await quickbooks.quickbooks(changed('4000', 'Item'))
    const events = await claimArrived(hub)
    let transactions = 0
    const cutOff = routeBatch(hub, events, () => {
      if (++transactions === 3) throw new Error('Connection terminated: the process is gone')
    })
    await expect(cutOff).rejects.toThrow('gone')
    expect(await count(`inbound_events where type = 'item.updated' and status = 'routed'`)).toBe(2 * mostTargets)
    // The old claim is worth nothing when another has gone on.
    await makeDue()
    const again = await claimArrived(hub)
    expect(again).toMatchObject([{ attempts: 2, routedTo: expect.any(String) as string }])
    expect(await routeBatch(hub, again)).toEqual({ routed: 7, unmatched: 0, failed: 0 })
    expect(await routeBatch(hub, events)).toEqual({ routed: 0, unmatched: 0, failed: 0 })
    expect(await count(`inbound_events where type = 'item.updated' and status = 'routed'`)).toBe(many)
    expect(await count(`(select distinct connection_id from inbound_events where type = 'item.updated') as c`)).toBe(
      many,
    )
    expect(await count(`events where type = 'quickbooks.item.updated'`)).toBe(many)

    // A replay goes where it went before, though that is not among the first.
    const { rows } = await hub.pool.query<{ id: string; connection_id: string }>(
      `select id, connection_id from inbound_events where type = 'item.updated' order by connection_id desc limit 1`,
    )
    expect((await workspace.request('POST', `/v1/inbound-events/${rows[0]!.id}/replay`)).status).toBe(202)
    const replayed = await claimArrived(hub)
    expect(replayed).toMatchObject([{ connectionId: rows[0]!.connection_id }])
    expect(await routeBatch(hub, replayed)).toEqual({ routed: 1, unmatched: 0, failed: 0 })
  })

  it('are not held by those that fail', async () => {
    await quickbooks.connect('5000')
    const batch = Array.from({ length: 30 }, () => changed('5000', 'Bill').eventNotifications[0])
    batch.forEach((notification, n) => (notification!.dataChangeEvent.entities[0]!.id = String(n)))
    await quickbooks.quickbooks({ eventNotifications: batch })
    await hub.pool.query(
      `update inbound_events set body = 'no json' where type = 'bill.updated' and (convert_from(body, 'utf8')::json ->> 'id')::int % 7 = 0`,
    )
    const route = async (events: ClaimedEvent[]) => routeBatch(hub, events)
    expect(await route(await claimArrived(hub))).toEqual({ routed: 25, unmatched: 0, failed: 0 })
    for (let attempt = 2; attempt <= maxAttempts; attempt++) {
      await makeDue()
      const failed = attempt === maxAttempts ? 5 : 0
      expect(await route(await claimArrived(hub))).toEqual({ routed: 0, unmatched: 0, failed })
    }
    expect(await count('inbound_queue')).toBe(0)
  })
})
