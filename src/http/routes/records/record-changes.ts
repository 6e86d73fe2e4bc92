import { z } from 'zod'
import { HubError } from '../../../errors.ts'
import type { Hub } from '../../../hub.ts'
import { changeOps, readChanges } from '../../../sync/records/changes/read-changes.ts'
import { cursorAt, pageQueryUpTo, positionAt } from '../../pagination.ts'
import { route, type AnyRoute } from '../../route.ts'
import { recordSchema, showRecord } from './record-schema.ts'
import { collectionField } from '../sync/sync-schema.ts'

/** What the cursors of this list name, which are numbers of changes and of no record. */
const place = 'change'

const changeSchema = z
  .strictObject({
    op: z.enum(changeOps).meta({
      description:
        '`created`: at its first version; `updated`: whatever has become of it, in one; `deleted`: a tombstone',
    }),
    record: recordSchema.meta({ description: 'The record as it is now' }),
  })
  .meta({ id: 'RecordChange' })

/** What happens to the records of a collection, to be followed. */
export function recordChangeRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Records',
      method: 'GET',
      url: '/v1/records/changes',
      access: 'records:read',
      summary: 'Follow the changes of a collection',
      description:
        'What was created, updated and deleted since a cursor, each record once and as it is now, in the order in which changes were committed. Nothing is missed, whatever commits late. Without a cursor it begins with the first record; with `start=now` behind the last change. With `waitMs` a call that finds nothing new waits for the next change.',
      query: pageQueryUpTo(1000).extend({
        collection: collectionField,
        start: z.enum(['beginning', 'now']).optional().meta({ description: 'Where to begin without a cursor' }),
        waitMs: z.coerce
          .number()
          .int()
          .min(0)
          .max(30_000)
          .default(0)
          .meta({ description: 'How long to wait where there is nothing new, in milliseconds' }),
      }),
      reply: z.strictObject({
        data: z.array(changeSchema),
        nextCursor: z.string().meta({ description: 'Pass it as `cursor` for what comes next; it is always there' }),
        more: z.boolean().meta({ description: 'Whether there are more just now' }),
      }),
      errors: ['INVALID_CURSOR'],
      async handler({ query: { collection, cursor, start, limit, waitMs }, caller, ended }) {
        if (cursor !== undefined && start !== undefined) {
          throw new HubError('INVALID_REQUEST', { message: 'A cursor says where to begin: leave start away.' })
        }
        const from = Number(positionAt(cursor, name => name === place, 'number')?.sort ?? 0)
        const after = start === 'now' ? 'now' : from
        const following = { collection, after, limit, waitMs } as const
        const { changes, upTo, more } = await readChanges(hub.db, caller.workspaceId, following, ended)
        return {
          data: changes.map(({ op, record }) => ({ op, record: showRecord(record) })),
          nextCursor: cursorAt({ id: place, sort: upTo }),
          more,
        }
      },
    }),
  ]
}
