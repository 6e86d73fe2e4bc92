import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { actOnIssue, type IssueChoice } from '../../../sync/issues/act-on-issue.ts'
import { actOnMany } from '../../../sync/issues/act-on-many.ts'
import { issueKindNames } from '../../../sync/issues/issue-kinds.ts'
import { listIssues, type IssuePosition } from '../../../sync/issues/list-issues.ts'
import { findSync } from '../../../sync/sync-store.ts'
import { jsonField } from '../../fields.ts'
import { page, pageAt, pageQuery, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { issueSchema, showIssue } from './issue-schema.ts'

const tag = 'Syncs'
const url = '/v1/syncs/:syncId/issues'
const params = z.strictObject({ syncId: z.string() })
const side = z.enum(['hub', 'provider'])
const kindField = z.enum(issueKindNames).optional().meta({ description: 'Only those of this kind' })

const choiceField = z
  .strictObject({
    action: z.enum(['fix', 'retry', 'skip', 'resolve', 'link']),
    data: z.record(z.string().max(200), jsonField).optional().meta({
      description: 'For `fix`: merged into the record (RFC 7396); then it is tried again',
    }),
    use: side.optional().meta({ description: 'For `resolve`: the side that counts' }),
    fields: z
      .record(z.string(), z.union([z.strictObject({ use: side }), z.strictObject({ value: jsonField })]))
      .optional()
      .meta({ description: 'For `resolve`: the same for single fields, or a value of their own' }),
    externalId: z.string().min(1).max(512).nullable().optional().meta({
      description: 'For `link`: the id of the item that the write has made; null when there is none',
    }),
  })
  .refine(({ action, data }) => (action === 'fix') === (data !== undefined), {
    path: ['data'],
    message: 'Must be there for fix, and for nothing else',
  })
  .refine(({ action, externalId }) => (action === 'link') === (externalId !== undefined), {
    path: ['externalId'],
    message: 'Must be there for link, and for nothing else',
  })
  .refine(({ action, use, fields }) => action === 'resolve' || (use ?? fields) === undefined, {
    path: ['use'],
    message: 'Is for resolve alone',
  })

const manySchema = z
  .strictObject({
    done: z.int().meta({ description: 'So many rows it was done for: 1,000 at most in a call' }),
    left: z.int().meta({ description: 'For so many it is still to be done: call again. 10,000 stands for more, too' }),
  })
  .meta({ id: 'IssuesDone' })

/** Single rows of a sync that are not as they should be, and what a person does about them. */
export function syncIssueRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'GET',
      url,
      access: 'syncs:read',
      summary: 'List the issues of a sync',
      description:
        'Conflicts that are held, rows that a platform refused, items that cannot be understood, writes of which nobody knows what became. Each says what may be done about it. Those that a person has left so are listed by `kind=skipped` alone.',
      params,
      query: pageQuery.extend({ kind: kindField }),
      reply: page(issueSchema),
      errors: ['SYNC_NOT_FOUND', 'INVALID_CURSOR'],
      async handler({ params: { syncId }, query: { cursor, limit, kind }, caller: { workspaceId } }) {
        await findSync(hub.db, workspaceId, syncId)
        const at = positionAt(cursor, 'record', 'string')
        const after = at && { recordId: at.id, state: at.sort as IssuePosition['state'] }
        const links = await listIssues(hub.db, workspaceId, syncId, { kind, after, limit: limit + 1 })
        return pageAt(links, limit, showIssue, link => ({
          id: link.record_id,
          sort: link.state === 'ok' ? 'unfit' : link.state,
        }))
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${url}/:recordId`,
      access: 'syncs:write',
      summary: 'Do something about an issue',
      description:
        '`fix` changes the record and tries again, `retry` tries again, `skip` leaves the row until the item or the record changes, `resolve` says whose value counts in a conflict, `link` names the item that a write has made (null: none, send it again). A run that goes on with it is asked for.',
      params: params.extend({ recordId: z.string() }),
      body: choiceField,
      status: 204,
      reply: z.void(),
      errors: ['SYNC_NOT_FOUND', 'RECORD_NOT_FOUND', 'CONFLICT'],
      handler: ({ params: { syncId, recordId }, body, caller: { workspaceId, apiKeyId } }) =>
        actOnIssue(hub, apiKeyId, workspaceId, syncId, recordId, body as IssueChoice),
    }),
    ...(['retry', 'skip'] as const).map(action =>
      route({
        tag,
        method: 'POST',
        url: `${url}/${action}`,
        access: 'syncs:write',
        summary: action === 'retry' ? 'Retry issues' : 'Skip issues',
        description:
          action === 'retry'
            ? 'Has all rows of a kind tried again, or those of every kind that may be: up to 1,000 in a call. A run is asked for.'
            : 'Leaves all rows of a kind as they are until the item or the record changes, or those of every kind that may be: up to 1,000 in a call.',
        params,
        body: z.strictObject({ kind: kindField }),
        reply: manySchema,
        errors: ['SYNC_NOT_FOUND'],
        handler: ({ params: { syncId }, body, caller: { workspaceId, apiKeyId } }) =>
          actOnMany(hub, apiKeyId, workspaceId, syncId, action, body.kind),
      }),
    ),
  ]
}
