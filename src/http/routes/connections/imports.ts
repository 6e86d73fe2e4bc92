import { z } from 'zod'
import { cancelImport } from '../../../connections/imports/cancel-import.ts'
import { findImport, listImports } from '../../../connections/imports/import-store.ts'
import { fileBytes, mostListed } from '../../../connections/imports/policy.ts'
import { bounded, rowsOfFile } from '../../../connections/imports/receiving/read-file.ts'
import { receiveImport } from '../../../connections/imports/receiving/receive.ts'
import { importRowSchema } from '../../../connections/imports/row-shape.ts'
import { listRows, type ReportedRow } from '../../../connections/imports/row-store.ts'
import { statusOf } from '../../../connections/imports/status.ts'
import type { Hub } from '../../../hub.ts'
import { assertAppsOf } from '../../../provider-apps/store.ts'
import { csvOf } from '../../../sync/records/transfer/write-csv.ts'
import { page, pageOf, pageQuery, pageQueryUpTo, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { importRow, importSchema, outcomes, showImport, showRow } from './import-schema.ts'

const tag = 'Imports'
const url = '/v1/connection-imports'
const one = `${url}/:importId`
const params = z.strictObject({ importId: z.string() })
const listLimit = 8 * 1024 * 1024
const formats: Record<string, 'jsonl' | 'csv'> = {
  'text/csv': 'csv',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
}
const dryRun = { description: 'Checks the rows and keeps nothing of them; no refresh token is spent' }

/** Connections that are brought in from elsewhere, many at once. */
export function importRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag,
      method: 'POST',
      url,
      access: 'connections:write',
      summary: 'Bring in connections from elsewhere',
      description:
        'Takes up to 1,000 as a list, or a file: JSON lines (`application/x-ndjson`) or CSV (`text/csv`) of up to 20,000 rows and ' +
        '32 MiB, each row as the members of the list are. What they hold is sealed before anything else is done with it, and destroyed ' +
        'once the row is decided. They are checked one by one, by the platforms themselves.',
      query: z.strictObject({
        dryRun: z
          .stringbool({ truthy: ['true'], falsy: ['false'] })
          .optional()
          .meta({
            description: 'Of a file: `true` checks its rows and keeps nothing of them',
          }),
      }),
      body: z.strictObject({
        connections: z.array(importRowSchema).min(1).max(mostListed).meta({ description: 'What is brought in' }),
        dryRun: z.boolean().default(false).meta(dryRun),
      }),
      bodyLimit: listLimit,
      file: {
        types: Object.keys(formats),
        bodyLimit: fileBytes,
        async handler({ query, caller }, type, bytes) {
          const request = { format: formats[type]!, dryRun: query.dryRun ?? false, ...requester(caller) }
          const rows = rowsOfFile(request.format, bounded(bytes, fileBytes))
          return showImport(await statusOf(hub.db, await receiveImport(hub, request, rows)))
        },
      },
      status: 202,
      reply: importSchema,
      idempotent: true,
      errors: ['BODY_TOO_LARGE', 'CONFLICT', 'PROVIDER_APP_NOT_FOUND'],
      async handler({ body, query, caller }) {
        const apps = body.connections.flatMap(({ providerAppId }) => providerAppId ?? [])
        await assertAppsOf(hub.db, caller.workspaceId, [...new Set(apps)])
        const request = { format: 'list' as const, dryRun: query.dryRun ?? body.dryRun, ...requester(caller) }
        const rows = body.connections.map(row => ({ text: JSON.stringify(row), externalId: row.externalId }))
        return showImport(await statusOf(hub.db, await receiveImport(hub, request, rows)))
      },
    }),
    route({
      tag,
      method: 'GET',
      url,
      access: 'connections:read',
      summary: 'List imports',
      query: pageQuery,
      reply: page(importSchema),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { limit, cursor }, caller }) {
        const list = { after: positionAt(cursor, 'import'), limit: limit + 1 }
        const found = await listImports(hub.db, caller.workspaceId, list)
        const statuses = await Promise.all(found.map(of => statusOf(hub.db, of)))
        return pageOf(
          statuses.map(status => ({ ...status, id: status.of.id })),
          limit,
          showImport,
        )
      },
    }),
    route({
      tag,
      method: 'GET',
      url: one,
      access: 'connections:read',
      summary: 'Get an import, and how far it is',
      params,
      reply: importSchema,
      errors: ['IMPORT_NOT_FOUND'],
      handler: async ({ params: { importId }, caller }) =>
        showImport(await statusOf(hub.db, await findImport(hub.db, caller.workspaceId, importId))),
    }),
    route({
      tag,
      method: 'GET',
      url: `${one}/rows`,
      access: 'connections:read',
      summary: 'List what became of the rows of an import',
      description: 'In their order. As CSV (`Accept: text/csv`, or `format=csv`) all of them are in one answer.',
      params,
      query: pageQueryUpTo(1_000).extend({
        outcome: z
          .enum([...outcomes, 'undecided'])
          .optional()
          .meta({ description: 'Only those with this outcome' }),
        format: z.enum(['json', 'csv']).optional().meta({ description: 'As JSON unless `csv` is asked for' }),
      }),
      reply: page(importRow),
      errors: ['IMPORT_NOT_FOUND', 'INVALID_CURSOR'],
      csv: {
        isAskedFor: query => query.format === 'csv',
        async handler({ params, query: { outcome }, caller }) {
          const of = await findImport(hub.db, caller.workspaceId, params.importId)
          const all: ReportedRow[] = []
          for (let rows; !rows || rows.length === 1_000; all.push(...rows)) {
            const last = all.at(-1)
            rows = await listRows(hub.db, of, { outcome, after: last && { id: last.id }, limit: 1_000 })
          }
          return tableOf(all)
        },
      },
      async handler({ params, query: { limit, cursor, outcome }, caller }) {
        const of = await findImport(hub.db, caller.workspaceId, params.importId)
        const list = { outcome, after: positionAt(cursor, 'importRow'), limit: limit + 1 }
        return pageOf(await listRows(hub.db, of, list), limit, showRow)
      },
    }),
    route({
      tag,
      method: 'POST',
      url: `${one}/cancel`,
      access: 'connections:write',
      summary: 'Cancel an import',
      description:
        'What is connected stays connected. Rows whose refresh token has just been spent are finished, the others given up.',
      params,
      reply: importSchema,
      errors: ['IMPORT_NOT_FOUND', 'CONFLICT'],
      handler: async ({ params: { importId }, caller }) =>
        showImport(await statusOf(hub.db, await cancelImport(hub, caller.apiKeyId, caller.workspaceId, importId))),
    }),
  ]
}

const requester = (caller: { workspaceId: string; apiKeyId: string }) => ({
  workspaceId: caller.workspaceId,
  actor: caller.apiKeyId,
})

const columns = [
  ...([
    'number',
    'externalId',
    'provider',
    'outcome',
    'code',
    'detail',
    'advice',
    'connectionId',
    'decidedAt',
  ] as const),
]

function tableOf(rows: ReportedRow[]): string {
  return csvOf(
    columns,
    rows.map(row => {
      const shown = showRow(row)
      return columns.map(name => shown[name])
    }),
  )
}
