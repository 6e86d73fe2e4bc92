import { Kysely, PostgresDialect, type CompiledQuery } from 'kysely'
import type { Executor } from '../../src/db/database.ts'
import type { Schema } from '../../src/db/schema/index.ts'
import { listInboundEvents, type InboundFilter } from '../../src/inbound/store.ts'
import { connectionsOfAccounts } from '../../src/connections/of-app.ts'
import { newId } from '../../src/ids.ts'
import { requestRunsOfModels } from '../../src/sync/runs/request-runs.ts'
import { createTestHub, createWorkspace } from '../support/hub.ts'
import { planOf, readRows, scanned } from '../support/plans.ts'

const hub = await createTestHub()
const workspace = await createWorkspace(hub)
const { workspaceId } = workspace

/** What a function asks the database: its statements, with their values. */
async function statementsOf(work: (db: Executor) => Promise<unknown>) {
  const asked: { text: string; values: readonly unknown[] }[] = []
  const log = ({ query }: { query: CompiledQuery }) => void asked.push({ text: query.sql, values: query.parameters })
  await work(new Kysely<Schema>({ dialect: new PostgresDialect({ pool: hub.pool }), log }))
  return asked
}

beforeAll(async () => {
  // A busy workspace: 30,000 routed pushes, and a few of everything else, old ones too.
  const rows = Array.from({ length: 30_000 }, (_, n) => {
    const rare = n % 10_000 === 17
    return {
      id: newId('inboundEvent'),
      type: rare ? 'fork' : 'push',
      status: rare ? 'failed' : 'routed',
      provider: rare ? 'stripe' : 'github',
    }
  })
  await hub.pool.query(
    `insert into inbound_events (id, workspace_id, provider, type, delivery_id, status, headers, body)
     select id, $5, provider, type, id, status, '{}', '{}'
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as t (id, type, status, provider)`,
    [
      rows.map(row => row.id),
      rows.map(row => row.type),
      rows.map(row => row.status),
      rows.map(row => row.provider),
      workspaceId,
    ],
  )
  await hub.pool.query('analyze inbound_events')
})

describe('lists of inbound events', () => {
  for (const filter of [
    {},
    { status: 'failed' },
    { type: 'fork' },
    { provider: 'stripe' },
  ] as Partial<InboundFilter>[]) {
    it(`by ${Object.keys(filter)[0] ?? 'nothing'} read what they show and little else`, async () => {
      const list = { ...filter, limit: 51 }
      for (const { text, values } of await statementsOf(db => listInboundEvents(db, workspaceId, list))) {
        const plan = await planOf(hub.pool, text, values)
        expect(scanned(plan)).toEqual([])
        expect(readRows(plan)).toBeLessThanOrEqual(60)
      }
      const query = new URLSearchParams({ limit: '50', ...(filter as Record<string, string>) }).toString()
      const { body } = await workspace.request('GET', `/v1/inbound-events?${query}`)
      expect(body.data).toHaveLength(Object.keys(filter).length === 0 ? 50 : 3)
      for (const event of body.data) expect(event).toMatchObject(filter)
    })
  }

  it('give pages that hold each event once, whatever they are filtered by', async () => {
    const seen: unknown[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: { body: { data: { id: string }[]; nextCursor: string | null } } = await workspace.request(
        'GET',
        `/v1/inbound-events?status=failed&type=fork&limit=1${cursor && `&cursor=${cursor}`}`,
      )
      seen.push(...body.data.map(event => event.id))
      cursor = body.nextCursor
    }
    expect(new Set(seen).size).toBe(3)
    expect(seen).toHaveLength(3)
  })
})

describe('routing', () => {
  it('finds connections and syncs by their indexes', async () => {
    const app = { workspaceId: undefined, provider: 'github', providerAppId: null }
    const questions = [{ externalAccountId: '1', after: null, only: null }]
    const changed = [{ workspaceId, connectionId: newId('connection'), model: 'customers' }]
    for (const { text, values } of [
      ...(await statementsOf(db => connectionsOfAccounts(db, app, questions, 10))),
      ...(await statementsOf(db => requestRunsOfModels(db, changed, 'webhook'))),
    ])
      expect(scanned(await planOf(hub.pool, text, values, 'set local enable_seqscan = off'))).toEqual([])
  })
})
