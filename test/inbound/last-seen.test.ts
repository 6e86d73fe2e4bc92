import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createTestHub, createWorkspace, type TestWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

// Without Temporal: webhooks are routed by hand.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const another = await createWorkspace(hub)

const changes = (...realmIds: string[]) => ({
  eventNotifications: realmIds.map(realmId => ({
    realmId,
    dataChangeEvent: { entities: [{ name: 'Vendor', id: '1', operation: 'Update', lastUpdated: '2026-01-01' }] },
  })),
})

const route = async () => routeBatch(hub, await claimArrived(hub))

async function lastWebhookAt({ request }: TestWorkspace, connectionId: string): Promise<string | null> {
  const { body } = await request<{ lastWebhookAt: string | null }>('GET', `/v1/connections/${connectionId}`)
  return body.lastWebhookAt
}

/** Which write to the row was the last one. */
async function writeOf(connectionId: string): Promise<string> {
  const { rows } = await hub.pool.query<{ write: string }>(
    'select xmin::text as write from connections where id = $1',
    [connectionId],
  )
  return rows[0]!.write
}

describe('when the last webhook of a connection came', () => {
  it('is told of each connection that it is about, and of none in another workspace or with another app', async () => {
    const sender = await createSender(hub, workspace, 'quickbooks')
    const elsewhere = await createSender(hub, another, 'quickbooks')
    const other = await createSender(hub, workspace, 'quickbooks')
    const [one, two, quiet] = [await sender.connect('1'), await sender.connect('2'), await sender.connect('3')]
    const [foreign, ofOther] = [await elsewhere.connect('1'), await other.connect('1')]
    expect(await lastWebhookAt(workspace, one)).toBeNull()
    const before = Date.now()
    await sender.quickbooks(changes('1', '2'))
    expect(await route()).toMatchObject({ routed: 2 })
    for (const id of [one, two]) {
      const at = Date.parse((await lastWebhookAt(workspace, id))!)
      expect(Math.abs(at - before)).toBeLessThan(60_000)
    }
    for (const id of [quiet, ofOther]) expect(await lastWebhookAt(workspace, id)).toBeNull()
    expect(await lastWebhookAt(another, foreign)).toBeNull()
  })

  it('is written once a minute, and a webhook that is replayed is as old as it is', async () => {
    const sender = await createSender(hub, workspace, 'quickbooks')
    const connectionId = await sender.connect('10')
    await sender.quickbooks(changes('10'))
    await route()
    const [first, at] = [await writeOf(connectionId), await lastWebhookAt(workspace, connectionId)]
    await sender.quickbooks(changes('10'))
    expect(await route()).toMatchObject({ routed: 1 })
    expect(await writeOf(connectionId)).toBe(first)

    await hub.pool.query(
      `update connections set last_webhook_at = last_webhook_at - interval '2 minutes' where id = $1`,
      [connectionId],
    )
    const { body } = await workspace.request<{ data: { id: string }[] }>(
      'GET',
      `/v1/inbound-events?connectionId=${connectionId}`,
    )
    await hub.pool.query(`update inbound_events set received_at = received_at - interval '1 day' where id = $1`, [
      body.data[0]!.id,
    ])
    await workspace.request('POST', `/v1/inbound-events/${body.data[0]!.id}/replay`)
    expect(await route()).toMatchObject({ routed: 1 })
    expect(Date.parse((await lastWebhookAt(workspace, connectionId))!)).toBe(Date.parse(at!) - 120_000)

    await sender.quickbooks(changes('10'))
    await route()
    expect(Date.parse((await lastWebhookAt(workspace, connectionId))!)).toBeGreaterThanOrEqual(Date.parse(at!))
  })
})
