import { z } from 'zod'
import type { Hub } from '../../../hub.ts'
import { previewSync } from '../../../sync/preview/preview.ts'
import { idField } from '../../fields.ts'
import { route, type AnyRoute } from '../../route.ts'
import {
  collectionField,
  configField,
  conflictPolicyField,
  directionField,
  mappingField,
  matchField,
} from './sync-schema.ts'

const changed = z.strictObject({
  before: z.unknown().optional().meta({ description: 'What it is now' }),
  after: z.unknown().optional().meta({ description: 'What it would be' }),
})
const changes = z.record(z.string(), changed).meta({
  description: 'By field; a missing member is an empty field',
})

const pulledRow = z.strictObject({
  externalId: z.string().nullable(),
  outcome: z.enum(['created', 'matched', 'ambiguous', 'changed', 'unchanged', 'skipped']).meta({
    description:
      '`created`: a new record. `matched`: it joins the record that has its key. `ambiguous`: several have, and a person decides. `changed`, `unchanged`: it has a record in this sync already',
  }),
  reason: z.string().nullable().meta({
    description: 'Why it is skipped: `DELETED`, or the code of the error, such as `INVALID_ITEM`',
  }),
  recordId: idField('record').nullable(),
  key: z.array(z.string()).nullable().meta({ description: 'The fields by which it was matched' }),
  candidates: z.array(idField('record')).meta({ description: 'The records that it may be; at most 20' }),
  fields: changes,
  told: changes.meta({ description: 'What the platform would be told of it' }),
  conflicts: z.array(z.string()).meta({ description: 'Fields that would be held for a person' }),
})

const pushedRow = z.strictObject({
  recordId: idField('record'),
  outcome: z.enum(['created', 'updated', 'deleted', 'matched', 'ambiguous', 'skipped']).meta({
    description:
      'What becomes of the record at the platform. `matched`: it has the thing, as a look-up by its key shows. `created`: unless a thing that is not among those looked at here has its key',
  }),
  reason: z.string().nullable().meta({
    description:
      'Why it is skipped: `READ_ONLY`, the platform takes no such write; `EMPTY`, there is nothing that it takes; `DEPENDENCY_MISSING`, what it refers to is not there yet; `HELD` for a person',
  }),
  externalId: z.string().nullable(),
  fields: changes,
})

const previewSchema = z
  .strictObject({
    collection: z.string(),
    pulled: z
      .array(pulledRow)
      .meta({ description: 'The first things of the platform; none with the direction `push`' }),
    pushed: z.array(pushedRow).meta({
      description: 'The records that were changed last and that the platform does not have, or not so',
    }),
    hasMore: z.boolean().meta({ description: 'The platform has more than was looked at' }),
  })
  .meta({ id: 'SyncPreview' })

/** What a sync would do. */
export function syncPreviewRoutes(hub: Hub): AnyRoute[] {
  return [
    route({
      tag: 'Syncs',
      method: 'POST',
      url: '/v1/syncs/preview',
      access: 'syncs:write',
      summary: 'Preview a sync',
      description:
        'Reads up to 25 things of the platform, and as many records, and shows what a sync like this would do with each. Nothing is stored, and nothing is written to the platform. Where the connection has such a sync already, it shows how that one would go on.',
      body: z.strictObject({
        connectionId: z.string(),
        model: z.string().meta({ examples: ['customers'] }),
        collection: collectionField.optional().meta({ description: "The model's own unless given" }),
        config: configField.default({}),
        direction: directionField.default('pull'),
        conflictPolicy: conflictPolicyField.default('newest'),
        match: matchField.default(null),
        mapping: mappingField.default([]),
      }),
      reply: previewSchema,
      errors: [
        ...(['CONNECTION_NOT_FOUND', 'CONNECTION_NOT_READY', 'INVALID_MODEL', 'TOKEN_EXPIRED'] as const),
        ...(['RATE_LIMITED', 'PROVIDER_ERROR', 'PROVIDER_REJECTED', 'PROVIDER_UNREACHABLE'] as const),
      ],
      handler: ({ body, caller }) => previewSync(hub, caller.workspaceId, body),
    }),
  ]
}
