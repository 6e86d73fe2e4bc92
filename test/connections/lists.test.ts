import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Schema } from '../../src/db/schema/index.ts'
import { connectionGauges } from '../../src/connections/gauges.ts'
import { listConnections, type ConnectionFilter } from '../../src/connections/store.ts'
import { lowestIdAt } from '../../src/ids.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { planOf, readRows } from '../support/plans.ts'

const hub = await createTestHub()
const { workspaceId } = await createWorkspace(hub)
const asked: CompiledQuery[] = []
const db = new Kysely<Schema>({
  dialect: new PostgresDialect({ pool: hub.pool }),
  log: event => void asked.push(event.query),
})

/** How many rows a page of the list reads. */
const rowsRead = async (filter: Omit<ConnectionFilter, 'limit'>) => {
  asked.length = 0
  const page = await listConnections(db, workspaceId, { ...filter, limit: 51 })
  const [{ sql, parameters }] = asked as [CompiledQuery]
  return { found: page.length, read: readRows(await planOf(hub.pool, sql, parameters)) }
}

describe('the list of 30,000 connections', () => {
  beforeAll(async () => {
    await hub.pool.query(
      `insert into connections (id, workspace_id, provider, environment, auth_kind, status, external_account_id, metadata)
       select $1 || lpad(n::text, 5, '0'), $2, case when n % 1000 = 0 then 'stripe' else 'github' end, 'production', 'oauth2',
         case when n % 1500 = 0 then 'needs_reauth' else 'connected' end, 'account-' || n,
         jsonb_build_object('customer', repeat(md5(n::text), 30))
       from generate_series(1, 30000) n`,
      [lowestIdAt('connection', new Date()).slice(0, -5), workspaceId],
    )
    await hub.pool.query('vacuum analyze connections')
  })

  it.each([
    [{}, 51],
    [{ status: 'needs_reauth' as const }, 20],
    [{ provider: 'stripe' }, 30],
    [{ externalAccountId: 'account-77' }, 1],
  ])('reads what it gives, and little else: %j', async (filter, found) => {
    const page = await rowsRead(filter)
    expect(page.found).toBe(found)
    expect(page.read).toBeLessThanOrEqual(60)
  })

  it('can be counted for the metrics without a look at its rows', async () => {
    const texts: string[] = []
    const pool = { query: (text: string) => (texts.push(text), hub.pool.query(text)) }
    await connectionGauges.read({ ...hub, pool: pool as unknown as typeof hub.pool })
    // Whether that is the cheaper way is the planner's to say; that there is one is shown here.
    const plan = JSON.stringify(await planOf(hub.pool, texts[0]!, [], 'set local enable_seqscan = off'))
    expect(plan).toContain('Index Only Scan')
    expect(plan).toContain('connections_counted')
    // What is in trouble is counted by what is in trouble.
    for (const text of texts.slice(2))
      expect(readRows(await planOf(hub.pool, text, [], 'set local enable_seqscan = off'))).toBe(0)
  })
})
