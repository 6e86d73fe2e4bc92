import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { ChangedField, PushedItem, RecordChangeKind } from '../../db/schema/record-changes.ts'
import { newId } from '../../ids.ts'

/** Who changes records: an API key, or a sync in one of its runs. */
export interface Author {
  /** The id of the API key or of the sync. */
  actor: string
  runId?: string | undefined
}

/** What became of one record, for its history. */
export interface HistoryEntry {
  recordId: string
  kind: RecordChangeKind
  /** The record's version from then on. */
  version: number
  fields: ChangedField[]
  /** The policy that decided, where both sides had changed. */
  policy?: string | undefined
  push?: PushedItem | undefined
}

/**
 * Writes what became of records into their histories, in the transaction of the change, in one statement. Creations are not
 * among it: a record says itself who made it.
 */
export async function writeHistory(
  db: Executor,
  workspaceId: string,
  by: Author,
  entries: readonly HistoryEntry[],
): Promise<void> {
  if (entries.length === 0) return
  const rows = entries.map(entry => ({ ...entry, id: newId('recordChange') }))
  await sql`
    insert into record_changes (id, workspace_id, record_id, kind, version, actor, run_id, policy, fields, push)
    select i.id, ${workspaceId}, i."recordId", i.kind, i.version, ${by.actor}, ${by.runId ?? null}, i.policy, i.fields, i.push
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as i(id text, "recordId" text, kind text, version int,
      policy text, fields jsonb, push jsonb)`.execute(db)
}
