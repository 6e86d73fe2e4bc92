import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '../connections/accounts.ts'
import { createTestHub } from '../support/hub.ts'
import { startTestWorkers } from '../support/workers.ts'
import { createSync, endOf, type Company } from './company.ts'
import { customer, playQuickbooks, slice, startLoopback } from './loopback.ts'

const hub = await createTestHub()
await startTestWorkers(hub)
const platform = await startLoopback(hub)
platform.play = playQuickbooks(slice([customer(1), customer(2), customer(3)]))

/** Commits of pages that wait for a lock of the table that each of them writes. */
const waiting = async () => {
  const { rows } = await hub.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_locks where not granted and relation = 'sync_run_pages'::regclass`,
  )
  return rows[0]!.count
}
const start = async ({ workspace }: Company, syncId: string): Promise<string> => {
  const { body } = await workspace.request<{ id: string }>('POST', `/v1/syncs/${syncId}/runs`)
  return body.id
}

describe('the pages of a workspace’s syncs', () => {
  it('are committed four at a time, and another’s beside them at once', async () => {
    const [busy, quiet] = [await platform.account('quickbooks'), await platform.account('quickbooks')]
    const syncIds = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(n => createSync(busy, { collection: `busy-${n}` })))
    const quietId = await createSync(quiet, { collection: 'quiet' })
    const lock = await hub.pool.connect()
    try {
      await lock.query('begin')
      await lock.query('lock table sync_run_pages in exclusive mode')
      const runs = await Promise.all(syncIds.map(async id => [id, await start(busy, id)] as const))
      await eventually('four commits to wait', async () => (await waiting()) === 4)
      // Each of the others has long mapped its page by now.
      await sleep(1_500)
      expect(await waiting()).toBe(4)
      const quietRun = await start(quiet, quietId)
      await eventually('the other workspace’s to wait beside them', async () => (await waiting()) === 5)
      await lock.query('rollback')
      for (const [id, runId] of runs) expect((await endOf(busy.workspace, id, runId)).status).toBe('succeeded')
      expect((await endOf(quiet.workspace, quietId, quietRun)).status).toBe('succeeded')
    } finally {
      lock.release(true)
    }
  })
})
