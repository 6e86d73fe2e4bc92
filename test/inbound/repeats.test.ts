import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

// Without workers: what has arrived is routed when the test says.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const quickbooks = await createSender(hub, workspace, 'quickbooks')
const github = await createSender(hub, workspace, 'github')

const accepted = { status: 202, body: { accepted: 1, duplicates: 0 } }
const duplicate = { status: 200, body: { accepted: 0, duplicates: 1 } }
const route = async () => routeBatch(hub, await claimArrived(hub))

describe('the same bytes without an id', () => {
  const change = {
    eventNotifications: [
      {
        realmId: '100',
        dataChangeEvent: { entities: [{ name: 'Customer', id: '1', operation: 'Update', lastUpdated: '2026-01-01' }] },
      },
    ],
  }
  const runs = async () =>
    (await hub.pool.query<{ status: string }>('select status from sync_runs order by id')).rows.map(row => row.status)

  it('are one thing until it is routed, and another change from then on, with a run of its own', async () => {
    const connectionId = await quickbooks.connect('100')
    await workspace.request('POST', '/v1/syncs', { connectionId, model: 'customers', direction: 'pull' })
    await hub.pool.query(`delete from sync_runs`)
    const answers = await Promise.all(Array.from({ length: 4 }, () => quickbooks.quickbooks(change)))
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 200, 200, 202])
    expect(await quickbooks.quickbooks(change)).toEqual(duplicate)
    expect(await route()).toMatchObject({ routed: 1 })
    expect(await runs()).toEqual(['requested'])
    await hub.pool.query(`update sync_runs set status = 'running'`) // it has begun to read

    expect(await quickbooks.quickbooks(change)).toEqual(accepted)
    expect(await quickbooks.quickbooks(change)).toEqual(duplicate)
    expect(await route()).toMatchObject({ routed: 1 })
    expect((await runs()).sort()).toEqual(['requested', 'running'])
    const { rows } = await hub.pool.query(`select id from events where type = 'quickbooks.customer.updated'`)
    expect(new Set(rows.map(row => (row as { id: string }).id)).size).toBe(2)
    const { data } = (await workspace.request('GET', '/v1/inbound-events?type=customer.updated')).body
    expect(new Set(data.map(event => event['id'])).size).toBe(2)
    expect(new Set(data.map(event => event['deliveryId'])).size).toBe(1)
  })

  it('are another thing too when nobody was there for the first, or it was given up', async () => {
    const nobodys = JSON.parse(JSON.stringify(change).replace('"100"', '"200"')) as unknown
    expect(await quickbooks.quickbooks(nobodys)).toEqual(accepted)
    expect(await quickbooks.quickbooks(nobodys)).toEqual(duplicate)
    expect(await route()).toMatchObject({ unmatched: 1 })
    expect(await quickbooks.quickbooks(nobodys)).toEqual(accepted)
    await hub.pool.query(`update inbound_events set body = 'no json', account_id = '100' where status = 'received'`)
    await hub.pool.query('update inbound_queue set attempts = 100')
    expect(await route()).toMatchObject({ failed: 1 })
    expect(await quickbooks.quickbooks(nobodys)).toEqual(accepted)
    await route()
    expect((await hub.pool.query('select from inbound_keys')).rowCount).toBe(0)
  })

  it('of GitHub are so too; what has an id is one thing for as long as ids are remembered', async () => {
    const body = Buffer.from('{"sender":{"id":5}}')
    const withoutId = () => github.github('star', body, '')
    expect(await withoutId()).toEqual(accepted)
    expect(await withoutId()).toEqual(duplicate)
    await route()
    expect(await withoutId()).toEqual(accepted)
    expect(await github.github('star', body, 'guid')).toEqual(accepted)
    await route()
    expect(await github.github('star', body, 'guid')).toEqual(duplicate)
  })

  it('wait for a routing that is about to end, and are then the next thing', async () => {
    await github.github('watch', { sender: { id: 6 } }, '')
    const [event] = await claimArrived(hub)
    const client = await hub.pool.connect()
    await client.query('begin')
    await client.query('delete from inbound_keys where delivery_id = $1', [`content/${event!.deliveryId}`])
    const second = github.github('watch', { sender: { id: 6 } }, '')
    await new Promise(resolve => setTimeout(resolve, 200))
    await client.query('commit')
    client.release()
    expect(await second).toEqual(accepted)
  })
})
