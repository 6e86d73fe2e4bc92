import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

// Without Temporal: the row that asks for the run is what counts.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const quickbooks = await createSender(hub, workspace, 'quickbooks')

const changes = (realmId: string, ...names: string[]) => ({
  eventNotifications: [
    {
      realmId,
      dataChangeEvent: {
        entities: names.map((name, n) => ({ name, id: String(n), operation: 'Update', lastUpdated: '2026-01-01' })),
      },
    },
  ],
})

describe('a webhook about a model that is synced', () => {
  it('asks for one run of the sync, however many things have changed, and for none when it is another model', async () => {
    const connectionId = await quickbooks.connect('100')
    const body = { connectionId, model: 'customers', direction: 'pull' }
    const sync = await workspace.request('POST', '/v1/syncs', body)
    expect(sync.status).toBe(201)
    const runs = async () => {
      const { rows } = await hub.pool.query<{ trigger: string }>('select trigger from sync_runs where sync_id = $1', [
        sync.body.id,
      ])
      return rows.map(row => row.trigger).filter(trigger => trigger === 'webhook')
    }
    await quickbooks.quickbooks(changes('100', 'Vendor', 'Invoice'))
    expect(await routeBatch(hub, await claimArrived(hub))).toMatchObject({ routed: 2 })
    expect(await runs()).toEqual([])
    await quickbooks.quickbooks(changes('100', 'Customer', 'Customer', 'Customer', 'Bill'))
    expect(await routeBatch(hub, await claimArrived(hub))).toMatchObject({ routed: 4 })
    expect(await runs()).toEqual(['webhook'])
  })
})
