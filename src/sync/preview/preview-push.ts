import { sql } from 'kysely'
import type { ProviderClient } from '../../calls/call.ts'
import { takes } from '../../calls/writes/write.ts'
import type { Executor } from '../../db/database.ts'
import type { PushItem } from '../../db/schema/push-calls.ts'
import type { Known } from '../mapping/known.ts'
import type { Mapping } from '../mapping/mapping.ts'
import { itemsNamedBy, type Sides } from '../mapping/references/read-items.ts'
import { findMade } from '../push/find-made.ts'
import { planPush, type PushCandidate } from '../push/push-plan.ts'
import { candidatesById } from '../push/push-store.ts'
import { changes, type FieldChange, type PreviewPlace } from './preview-pull.ts'

/** What a sync would tell its platform of one record. */
export interface PushedRow {
  recordId: string
  outcome: 'created' | 'updated' | 'deleted' | 'matched' | 'ambiguous' | 'skipped'
  /** Why it is skipped: `READ_ONLY`, the platform takes no such write; `EMPTY`, there is nothing that it takes; `DEPENDENCY_MISSING`, what it refers to is not there yet; `HELD` for a person. */
  reason: string | null
  /** The thing that it is, or would join. */
  externalId: string | null
  fields: Record<string, FieldChange>
}

/**
 * What would become of the records that were changed last and that the platform does not have, or not so; of those that are to be
 * made it is asked whether it has them, where there is a way to. Nothing is written.
 * @param found records that things of the platform were found to be, or may be
 */
export async function previewPush(
  db: Executor,
  client: ProviderClient,
  sides: Sides,
  place: PreviewPlace,
  found: { matched: ReadonlySet<string>; ambiguous: ReadonlySet<string> },
  { limit, signal }: { limit: number; signal: AbortSignal },
): Promise<PushedRow[]> {
  const { workspaceId, syncId } = place
  const ids = (await changedRecords(db, place, limit + found.matched.size))
    .filter(id => !found.matched.has(id))
    .slice(0, limit)
  const candidates = await candidatesById(db, workspaceId, syncId ?? '', ids)
  const known = await itemsNamedBy(sides, candidates)
  const rows: PushedRow[] = []
  for (const candidate of candidates) {
    const row = plannedRow(sides.mapping, candidate, known)
    if (row?.sent && found.ambiguous.has(row.shown.recordId)) {
      rows.push({ ...row.shown, outcome: 'skipped', reason: 'HELD', fields: {} })
    } else if (row) rows.push(row.sent ? await lookedUp(sides, client, row.shown, row.sent, signal) : row.shown)
  }
  return rows
}

/** The latest records that the sync's platform does not have, or not as they are. Relies on records_by_change. */
async function changedRecords(db: Executor, place: PreviewPlace, limit: number): Promise<string[]> {
  const { workspaceId, collection, syncId } = place
  const { rows } = await sql<{ id: string }>`
    select r.id from records r
    left join record_links l on l.sync_id = (select ${syncId}::text) and l.record_id = r.id
    where r.workspace_id = ${workspaceId} and r.collection = ${collection}
      and (l.record_version <> r.version or (l.record_id is null and r.deleted_at is null))
    order by r.change desc limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

function plannedRow(
  mapping: Mapping,
  candidate: PushCandidate,
  known: Known | undefined,
): { shown: PushedRow; sent?: PushItem } | undefined {
  const { record, link } = candidate
  const plan = planPush(mapping, candidate, known)
  const about = { recordId: record.id, reason: null, externalId: link?.external_id ?? null, fields: {} }
  const skipped = (reason: string) => ({ shown: { ...about, outcome: 'skipped' as const, reason } })
  switch (plan.kind) {
    case 'touch':
    case 'read':
      return undefined
    case 'empty':
      return skipped('EMPTY')
    case 'waits':
      return skipped('DEPENDENCY_MISSING')
    case 'skip':
      return skipped(takes(mapping.model, 'create') || link ? 'HELD' : 'READ_ONLY')
    case 'write': {
      const { write, values } = plan.item
      if (write.kind === 'delete') return { shown: { ...about, outcome: 'deleted' } }
      const fields = changes(mapping.paths, mapping.fieldsOf(link?.base), values)
      if (write.kind === 'update') return { shown: { ...about, outcome: 'updated', fields } }
      return { shown: { ...about, outcome: 'created', fields }, sent: plan.item }
    }
  }
}

async function lookedUp(
  sides: Sides,
  client: ProviderClient,
  row: PushedRow,
  sent: PushItem,
  signal: AbortSignal,
): Promise<PushedRow> {
  const found = await findMade(sides, client, sent, signal)
  if (found.kind === 'one') return { ...row, outcome: 'matched', externalId: found.item.externalId, fields: {} }
  return found.kind === 'several' ? { ...row, outcome: 'ambiguous', fields: {} } : row
}
