import { sql, type Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

// Deliveries of gated endpoints wait apart: `delivery_queue_gated` holds those that stand in no line, `delivery_queue_line` those
// of ordered endpoints. A gate's row says which process may send; its fence comes from one sequence, so a row can be deleted.
export const gates: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`drop index delivery_queue_held`.execute(db)
    await sql`
      create index delivery_queue_held on delivery_queue (endpoint_id, due_at, id) where held and not gated`.execute(db)
    await sql`
      create index delivery_queue_gated on delivery_queue (endpoint_id, due_at, id)
      where gated and sequence is null`.execute(db)
    await sql`
      create index delivery_queue_line on delivery_queue (endpoint_id, ordering_key, sequence)
      where sequence is not null`.execute(db)
    await sql`create sequence gate_fence`.execute(db)
    await sql`
      create table endpoint_gates (
        endpoint_id text collate "C" primary key,
        workspace_id text collate "C" not null,
        leased_until timestamptz not null,
        fence bigint not null,
        rate_at timestamptz
      )`.execute(db)
  },
}
