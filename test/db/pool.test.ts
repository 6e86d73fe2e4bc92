import { sql } from 'kysely'
import { poolGauges } from '../../src/db/gauges.ts'
import { onBehalfOf } from '../../src/db/on-behalf-of.ts'
import { holdingOne } from '../../src/db/one-connection.ts'
import { createScrape } from '../../src/metrics/scrape.ts'
import { createTestHub } from '../support/hub.ts'

const hub = await createTestHub({ name: 'pool-under-test', environment: { DATABASE_POOL_SIZE: '4' } })
const scraped = () => createScrape(hub, [poolGauges])()
const one = () => sql<{ one: number }>`select 1 as one`.execute(hub.db)

describe('a transaction', () => {
  it('is refused a second connection, by whichever way it asks', async () => {
    const asked = hub.db.transaction().execute(async () => one())
    await expect(asked).rejects.toThrow('second connection')
    const raw = hub.db.transaction().execute(async () => hub.pool.query('select 1'))
    await expect(raw).rejects.toThrow('second connection')
    const nested = hub.db.transaction().execute(async () => hub.db.transaction().execute(async trx => trx))
    await expect(nested).rejects.toThrow('second connection')
    await expect(holdingOne(hub.pool, () => hub.pool.connect())).rejects.toThrow('second connection')
    expect((await one()).rows).toHaveLength(1)
  })

  it('may have begun what goes on after it', async () => {
    let go = () => undefined as void
    const gone = new Promise<void>(resolve => (go = resolve))
    const later = await hub.db.transaction().execute(async () => ({ asked: gone.then(one) }))
    go()
    expect((await later.asked).rows).toHaveLength(1)
  })
})

describe('workspaces that share a pool', () => {
  it('leave each other a connection while one waits for a lock, and tell how many wait', async () => {
    const holder = await createTestHub({ beside: hub, name: 'holder' })
    const lock = sql`select pg_advisory_xact_lock(1)`
    let release = () => undefined as void
    const released = new Promise<void>(resolve => (release = resolve))
    let locked = () => undefined as void
    const isLocked = new Promise<void>(resolve => (locked = resolve))
    const held = holder.db.transaction().execute(async trx => {
      await lock.execute(trx)
      locked()
      await released
    })
    await isLocked
    const waiting = Array.from({ length: 20 }, () => onBehalfOf('noisy', () => lock.execute(hub.db)))
    for (let turn = 0; turn < 20; turn++) await onBehalfOf('quiet', one)
    expect(await scraped()).toContain('causeway_database_waiting{pool="pool-under-test"} 18')
    release()
    await Promise.all([held, ...waiting])
    expect(await scraped()).toContain('causeway_database_waiting{pool="pool-under-test"} 0')
  })
})
