import { sql, type Selectable } from 'kysely'
import type { SecretPlace } from '../../credentials/key-ring.ts'
import type { Executor } from '../../db/database.ts'
import type { Position } from '../../db/keyset.ts'
import type { ConnectionImportRowsTable, ImportOutcome } from '../../db/schema/connection-imports.ts'
import type { ImportCounts } from './contract.ts'
import type { ConnectionImport } from './import-store.ts'

export type { ImportOutcome }

/** What became of a row: never what it holds. */
export interface ReportedRow {
  id: string
  /** Its place in the list or file, from 1. */
  number: number
  externalId: string | null
  provider: string | null
  /** Null until it is decided. */
  outcome: ImportOutcome | null
  code: string | null
  detail: string | null
  connectionId: string | null
  attempts: number
  failingSince: Date | null
  /** When it is tried next, until it is decided. */
  dueAt: Date
  decidedAt: Date | null
}

/** A row that is to be decided, and belongs to whoever has claimed it until the lease ends. */
export interface ClaimedRow {
  id: string
  workspaceId: string
  externalId: string | null
  attempts: number
  failingSince: Date | null
  leaseOwner: string
  leaseUntilMs: number
}

/** Where the text of a row is kept sealed, and where what its refresh token has won. */
export const rowField = 'row'
export const wonField = 'won'
export function rowPlace({ workspaceId, id }: { workspaceId: string; id: string }, field = rowField): SecretPlace {
  return { workspaceId, ownerId: id, field }
}

/**
 * Claims rows whose time has come, in their order. A row waits for one before it with the same external id: both would spend the
 * same refresh token. By connection_import_rows_due, and for the latter by connection_import_rows_by_external_id.
 */
export async function claimRows(
  db: Executor,
  { workspaceId, id: importId }: ConnectionImport,
  lease: { owner: string; ms: number; limit: number },
): Promise<ClaimedRow[]> {
  const { rows } = await sql<{ id: string; external_id: string | null; attempts: number; failing_since: Date | null }>`
    with due as (
      select id from connection_import_rows r
      where import_id = ${importId} and workspace_id = ${workspaceId} and decided_at is null and due_at <= now()
        and (lease_until is null or lease_until < now())
        and not exists (
          select from connection_import_rows e
          where e.import_id = r.import_id and e.external_id = r.external_id and e.id < r.id and e.decided_at is null)
      order by due_at, id limit ${lease.limit} for update skip locked
    )
    update connection_import_rows r
    set lease_owner = ${lease.owner}, lease_until = now() + ${lease.ms} * interval '1 ms'
    from due where r.id = due.id
    returning r.id, r.external_id, r.attempts, r.failing_since`.execute(db)
  const leaseUntilMs = Date.now() + lease.ms
  return rows
    .map(row => ({
      ...{ id: row.id, workspaceId, externalId: row.external_id, attempts: row.attempts },
      ...{ failingSince: row.failing_since, leaseOwner: lease.owner, leaseUntilMs },
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

/** A change of a row by whoever has claimed it. Gives whether it still was theirs. */
export async function updateClaimed(
  db: Executor,
  { id, workspaceId, leaseOwner }: ClaimedRow,
  change: {
    decided?: { outcome: ImportOutcome; code: string | null; detail: string | null; connectionId: string | null }
    postponed?: { code: string | null; inMs: number; failed: boolean }
    provider?: string
  },
): Promise<boolean> {
  const { decided, postponed, provider } = change
  const row = await db
    .updateTable('connection_import_rows')
    .set({
      ...(provider !== undefined && { provider }),
      ...(decided && {
        outcome: decided.outcome,
        code: decided.code,
        detail: decided.detail,
        connection_id: decided.connectionId,
        decided_at: sql<Date>`now()`,
      }),
      ...(postponed && {
        code: postponed.code,
        due_at: sql<Date>`now() + ${postponed.inMs} * interval '1 ms'`,
        ...(postponed.code !== null && { failing_since: sql<Date>`coalesce(failing_since, now())` }),
        ...(postponed.failed && { attempts: sql<number>`attempts + 1` }),
      }),
      ...((decided ?? postponed) && { lease_owner: null, lease_until: null }),
    })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('lease_owner', '=', leaseOwner)
    .where('decided_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** Whether a row before this one, in the same import, has come to something: what a dry run keeps in place of a connection. */
export async function isRepeated(db: Executor, importId: string, row: ClaimedRow): Promise<boolean> {
  const before = await db
    .selectFrom('connection_import_rows')
    .select('id')
    .where('workspace_id', '=', row.workspaceId)
    .where('import_id', '=', importId)
    .where('external_id', '=', row.externalId)
    .where('id', '<', row.id)
    .where('outcome', 'in', ['connected', 'needs_reauth', 'unchecked'])
    .limit(1)
    .executeTakeFirst()
  return before !== undefined
}

/** How many rows have come to what. By connection_import_rows_by_outcome. */
export async function countRows(db: Executor, of: ConnectionImport): Promise<ImportCounts> {
  const rows = await db
    .selectFrom('connection_import_rows')
    .select(['outcome', sql<number>`count(*)::integer`.as('count')])
    .where('workspace_id', '=', of.workspaceId)
    .where('import_id', '=', of.id)
    .groupBy('outcome')
    .execute()
  const count = (outcome: ImportOutcome) => rows.find(row => row.outcome === outcome)?.count ?? 0
  return {
    total: of.total,
    connected: count('connected'),
    needsReauth: count('needs_reauth'),
    duplicate: count('duplicate'),
    failed: count('failed'),
    unchecked: count('unchecked'),
    cancelled: count('cancelled'),
  }
}

/** Rows that wait for their platform, by platform and reason: the most first. */
export interface Waiting {
  provider: string | null
  code: string
  rows: number
  since: Date
  until: Date
}

/** What the rows that are not decided wait for. By connection_import_rows_due. */
export async function waitingRows(db: Executor, of: ConnectionImport): Promise<Waiting[]> {
  const { rows } = await sql<Waiting>`
    select provider, coalesce(code, '') as code, count(*)::integer as rows, coalesce(min(failing_since), now()) as since,
      min(due_at) as until
    from connection_import_rows
    where workspace_id = ${of.workspaceId} and import_id = ${of.id} and decided_at is null and code is not null
    group by provider, code order by count(*) desc, provider limit 50`.execute(db)
  return rows
}

/**
 * When the next row that is not decided can be claimed; undefined when all are. By connection_import_rows_due, but for rows that
 * another holds.
 */
export async function nextRowInMs(
  db: Executor,
  of: Pick<ConnectionImport, 'workspaceId' | 'id'>,
): Promise<number | undefined> {
  const { rows } = await sql<{ in_ms: number | null }>`
    select ceil(extract(epoch from min(greatest(due_at, coalesce(lease_until, due_at))) - now()) * 1000)::integer as in_ms
    from connection_import_rows r
    where workspace_id = ${of.workspaceId} and import_id = ${of.id} and decided_at is null
      and not exists (
        select from connection_import_rows e
        where e.import_id = r.import_id and e.external_id = r.external_id and e.id < r.id and e.decided_at is null)`.execute(
    db,
  )
  const inMs = rows[0]?.in_ms
  return inMs === null || inMs === undefined ? undefined : Math.max(0, inMs)
}

/** Whether an import has rows that are due or being decided. By the same indexes. */
export async function isMoving(db: Executor, workspaceId: string, importId: string): Promise<boolean> {
  const { rows } = await sql<{ moving: boolean | null }>`
    select exists (
      select from connection_import_rows r
      where workspace_id = ${workspaceId} and import_id = ${importId} and decided_at is null and due_at <= now()
        and not exists (
          select from connection_import_rows e
          where e.import_id = r.import_id and e.external_id = r.external_id and e.id < r.id and e.decided_at is null)
    ) as moving`.execute(db)
  return rows[0]?.moving ?? false
}

/** An import's rows in their order, behind a position. By connection_import_rows_by_import, or _by_outcome. */
export async function listRows(
  db: Executor,
  of: Pick<ConnectionImport, 'workspaceId' | 'id'>,
  list: { outcome: ImportOutcome | 'undecided' | undefined; after: Position | undefined; limit: number },
): Promise<ReportedRow[]> {
  let query = db
    .selectFrom('connection_import_rows')
    .selectAll()
    .where('workspace_id', '=', of.workspaceId)
    .where('import_id', '=', of.id)
  const { outcome, after } = list
  if (outcome === 'undecided') query = query.where('outcome', 'is', null)
  else if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (after) query = query.where('id', '>', after.id)
  return (await query.orderBy('id').limit(list.limit).execute()).map(reportedRow)
}

function reportedRow(row: Selectable<ConnectionImportRowsTable>): ReportedRow {
  return {
    id: row.id,
    number: row.number,
    externalId: row.external_id,
    provider: row.provider,
    outcome: row.outcome,
    code: row.code,
    detail: row.detail,
    connectionId: row.connection_id,
    attempts: row.attempts,
    failingSince: row.failing_since,
    dueAt: row.due_at,
    decidedAt: row.decided_at,
  }
}
