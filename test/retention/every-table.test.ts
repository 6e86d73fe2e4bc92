import { expiringKinds, type ExpiringKind } from '../../src/retention/contract.ts'
import { createTestHub } from '../support/hub.ts'

// A table that only grows is found when it is too late: each says here what keeps it small.

const hub = await createTestHub()

/** Rows that go by themselves, and the kind that they go with. */
const expiring: Record<string, ExpiringKind> = {
  idempotency_keys: 'idempotency_keys',
  endpoint_versions: 'idempotency_keys',
  inbound_keys: 'inbound_keys',
  inbound_replays: 'inbound_keys',
  inbound_refusals: 'inbound_keys',
  event_keys: 'event_keys',
  rate_limits: 'rate_limits',
  delivery_queue: 'waiting_deliveries',
  replays: 'replays',
  audit_log: 'audit_log',
  connect_attempts: 'connect_attempts',
  sync_runs: 'sync_runs',
  sync_run_pages: 'sync_runs',
  sync_run_suspects: 'sync_runs',
  records: 'tombstones',
  record_links: 'tombstones',
  waiting_references: 'tombstones',
  record_terms: 'tombstones',
  record_keys: 'tombstones',
  connection_imports: 'connection_imports',
  connection_import_rows: 'connection_imports',
}

/** Work under way, whose rows end with it. */
const underWay = [
  ...[
    'inbound_queue',
    'event_fanouts',
    'push_calls',
    'refresh_claims',
    'rules_met',
    'rate_limit_slots',
    'delivery_outage',
    'webhook_receiving',
    'endpoint_gates',
  ],
]

/** As many rows as people have made things. */
const made = [
  ...[
    'workspaces',
    'api_keys',
    'provider_apps',
    'own_platforms',
    'connection_tags',
    'connections',
    'webhook_addresses',
    'webhook_subscriptions',
    'inbound_sources',
    'credentials',
    'syncs',
    'rules',
    'rule_syncs',
    'collections',
    'record_indexes',
    'endpoints',
  ],
  ...['event_types', 'delivery_settings', 'kysely_migration', 'kysely_migration_lock'],
]

it('every table is in partitions that are dropped, expires, ends with its work, or grows with what people make', async () => {
  const { rows } = await hub.pool.query<{ name: string; partitioned: boolean }>(
    `select c.relname as name, c.relkind = 'p' as partitioned from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  )
  const others = [...Object.keys(expiring), ...underWay, ...made]
  expect(rows.length).toBeGreaterThan(30)
  expect(rows.filter(({ name, partitioned }) => !partitioned && !others.includes(name))).toEqual([])
  expect(others.filter(name => !rows.some(row => row.name === name && !row.partitioned))).toEqual([])
})

it('every kind that expires is of some table', () => {
  expect([...new Set(Object.values(expiring))].sort()).toEqual([...expiringKinds].sort())
})
