import { setTimeout as sleep } from 'node:timers/promises'
import { holding } from '../../src/inbound/routing/holding.ts'
import { claimArrived } from '../../src/inbound/routing/queue.ts'
import { claimLeaseMs, maxAttempts } from '../../src/inbound/policy.ts'
import { routeBatch } from '../../src/inbound/routing/route-batch.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { createSender } from './senders.ts'

// No worker runs here: the batches are claimed and routed by hand.
const hub = await createTestHub({ environment: { TEMPORAL_ADDRESS: '127.0.0.1:1' } })
const workspace = await createWorkspace(hub)
const github = await createSender(hub, workspace, 'github')

describe('a webhook that cannot be routed', () => {
  const makeDue = () => hub.pool.query(`update inbound_queue set due_at = now() - interval '1 second'`)

  it('blocks none of its batch, is tried again, and in the end is put aside where it can be seen', async () => {
    await github.connect('1')
    for (let n = 0; n < 5; n++) await github.github('push', { repository: { owner: { id: 1 } } }, `guid-${n}`)
    await hub.pool.query(`update inbound_events set body = 'not json' where delivery_id = 'guid-2'`)

    expect(await routeBatch(hub, await claimArrived(hub))).toEqual({ routed: 4, unmatched: 0, failed: 0 })
    expect(await claimArrived(hub)).toEqual([]) // it waits for its backoff
    const { rows } = await hub.pool.query('select attempts, due_at > now() as later from inbound_queue')
    expect(rows).toEqual([{ attempts: 1, later: true }])

    for (let attempt = 2; attempt < maxAttempts; attempt++) {
      await makeDue()
      expect(await routeBatch(hub, await claimArrived(hub))).toEqual({ routed: 0, unmatched: 0, failed: 0 })
    }
    await makeDue()
    expect(await routeBatch(hub, await claimArrived(hub))).toEqual({ routed: 0, unmatched: 0, failed: 1 })
    const failed = await workspace.request('GET', '/v1/inbound-events?status=failed')
    expect(failed.body.data).toMatchObject([{ deliveryId: 'guid-2', errorCode: 'INTERNAL' }])
  })

  it('is finished only by who holds its claim', async () => {
    await github.github('push', { repository: { owner: { id: 1 } } }, 'guid-late')
    const late = await claimArrived(hub)
    await makeDue() // as when the lease has passed
    const next = await claimArrived(hub)
    expect(next.map(event => event.id)).toEqual(late.map(event => event.id))
    expect(await routeBatch(hub, late)).toEqual({ routed: 0, unmatched: 0, failed: 0 })
    expect(await routeBatch(hub, next)).toMatchObject({ routed: 1 })
    expect(await routeBatch(hub, next)).toEqual({ routed: 0, unmatched: 0, failed: 0 })
  })

  it("stays its holder's while its batch goes on, longer than a claim lasts", async () => {
    await github.github('push', { repository: { owner: { id: 1 } } }, 'guid-slow')
    const held = await claimArrived(hub)
    expect(held).toHaveLength(1)
    let endsNow = () => undefined as void
    const routed = holding(hub, held, () => new Promise<void>(resolve => (endsNow = resolve)))
    for (const until = Date.now() + 1.5 * claimLeaseMs; Date.now() < until; await sleep(100))
      expect(await claimArrived(hub)).toEqual([])
    // Someone whose process hangs is not waited for: nothing renews any more.
    endsNow()
    await routed
    let next = await claimArrived(hub)
    for (const until = Date.now() + 3 * claimLeaseMs; next.length === 0 && Date.now() < until; await sleep(100))
      next = await claimArrived(hub)
    expect(await routeBatch(hub, held)).toEqual({ routed: 0, unmatched: 0, failed: 0 })
    expect(await routeBatch(hub, next)).toMatchObject({ routed: 1 })
  })

  it('is claimed by one of two who claim at once', async () => {
    for (let n = 0; n < 20; n++) await github.github('push', { n }, `twice-${n}`)
    const claims = await Promise.all([claimArrived(hub), claimArrived(hub), claimArrived(hub)])
    expect(claims.flat()).toHaveLength(20)
    expect(new Set(claims.flat().map(event => event.id)).size).toBe(20)
  })
})
