import { z } from 'zod'
import { recordChangeKinds } from '../../../db/schema/record-changes.ts'
import type { Hub } from '../../../hub.ts'
import { isId, lowestIdAt } from '../../../ids.ts'
import { listHistory, type RecordChange } from '../../../sync/history/read-history.ts'
import type { RecordRow } from '../../../sync/links/link-store.ts'
import { findRecord } from '../../../sync/records/records.ts'
import { idField, instant } from '../../fields.ts'
import { page, pageOf, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { conflictPolicyField } from '../sync/sync-schema.ts'

const value = z.unknown().optional()

const fieldSchema = z
  .strictObject({
    path: z.string(),
    before: value.meta({ description: 'What it was; nothing for an empty field' }),
    after: value.meta({ description: 'What it is from then on' }),
    cut: z.literal(true).optional().meta({ description: 'A value is too long to be kept here' }),
    winner: z.enum(['hub', 'provider', 'held']).optional().meta({
      description: 'Both sides had changed it: whose value counts by the policy, or that it waits for a person',
    }),
    lost: value.meta({ description: 'What the other side had' }),
    echo: z.literal(true).optional().meta({ description: "The platform's own form of what it was told" }),
  })
  .meta({ id: 'ChangedField' })

const changeSchema = z
  .strictObject({
    id: idField('recordChange'),
    at: instant.meta({ description: 'When' }),
    kind: z.enum(['created', ...recordChangeKinds]).meta({
      description:
        '`pushed`: a platform took it. `kept`: both sides had changed it, and the hub’s side stays. `held`: it waits for a person, and `resolved` is what they said. `joined`: an item that was there already was found to be the same',
    }),
    version: z.int().meta({ description: "The record's version from then on" }),
    actor: z
      .strictObject({ kind: z.enum(['api_key', 'sync']), id: z.string() })
      .nullable()
      .meta({ description: 'Who did it; null where an earlier version of the hub made the record' }),
    runId: z.string().nullable().meta({ description: 'The run of the sync' }),
    policy: conflictPolicyField.nullable().meta({ description: 'What decided, where both sides had changed' }),
    fields: z.array(fieldSchema),
    pushed: z
      .strictObject({
        kind: z.enum(['create', 'update', 'delete']),
        externalId: z.string().nullable(),
        externalVersion: z.string().nullable().meta({ description: 'The version that the platform gave it' }),
      })
      .nullable()
      .meta({ description: 'What the platform has taken' }),
  })
  .meta({ id: 'RecordChange' })

/** What became of single records. */
export function recordHistoryRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Records',
      method: 'GET',
      url: '/v1/records/:recordId/history',
      access: 'records:read',
      summary: 'List what became of a record',
      description:
        'Newest first: who changed which fields, in which run; whose value counted where both sides had changed one; what was pushed where. Kept as long as runs are; how it was made is told for as long as the record is there.',
      params: z.strictObject({ recordId: z.string() }),
      query: pageQuery,
      reply: page(changeSchema),
      errors: ['RECORD_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params, query: { cursor, limit }, caller: { workspaceId } }) {
        const record = await findRecord(hub.db, workspaceId, params.recordId, { deleted: true })
        const after = positionAt(cursor, 'recordChange')
        const changes = await listHistory(hub.db, workspaceId, record.id, { after, limit: limit + 1 })
        const made = creationOf(record)
        const isEnd = changes.length <= limit && (after === undefined || after.id > made.id)
        return pageOf(isEnd ? [...changes, made] : changes, limit, showChange)
      },
    }),
  ]
}

type Shown = Omit<RecordChange, 'kind' | 'actor'> & { kind: RecordChange['kind'] | 'created'; actor: string | null }

/** How a record was made, which no row says. */
function creationOf(record: RecordRow): Shown {
  return {
    id: lowestIdAt('recordChange', record.created_at),
    ...{ workspace_id: record.workspace_id, record_id: record.id, at: record.created_at, kind: 'created', version: 1 },
    ...{ actor: record.created_by, run_id: record.created_run, policy: null, fields: [], push: null },
  }
}

function showChange({ id, at, kind, version, actor, run_id: runId, policy, fields, push }: Shown) {
  return {
    ...{ id, at: at.toISOString(), kind, version, runId, fields, pushed: push },
    actor: actor === null ? null : { kind: isId('sync', actor) ? ('sync' as const) : ('api_key' as const), id: actor },
    policy: policy as z.output<typeof conflictPolicyField> | null,
  }
}
