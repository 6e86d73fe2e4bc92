import { z } from 'zod'
import type { FieldErrorCode } from '../../../db/schema/record-links.ts'
import {
  actionsOf,
  issueActions,
  issueKindNames,
  issueKinds,
  kindOf,
  waitsForPerson,
} from '../../../sync/issues/issue-kinds.ts'
import type { Link } from '../../../sync/links/link-store.ts'
import { idField, instant } from '../../fields.ts'

const side = z.unknown().optional()

export const conflictSchema = z
  .strictObject({
    recordId: idField('record'),
    externalId: z.string().nullable(),
    fields: z.record(z.string(), z.strictObject({ base: side, hub: side, provider: side })).meta({
      description: 'What both sides last agreed on, and what each has now; a missing member is an empty field',
    }),
    deletedBy: z
      .enum(['hub', 'provider'])
      .nullable()
      .meta({ description: 'The side that deleted what the other changed' }),
    since: instant,
  })
  .meta({ id: 'SyncConflict' })

export function showConflict(link: Link): z.output<typeof conflictSchema> {
  return {
    recordId: link.record_id,
    externalId: link.external_id,
    fields: link.conflict?.fields ?? {},
    deletedBy: link.conflict?.deleted ?? null,
    since: link.updated_at.toISOString(),
  }
}

const rowErrorCodes = issueKindNames.flatMap(kind => issueKinds[kind].code ?? [])

const fieldErrorCodes = ['FIELD_UNFIT', 'FIELD_UNTOLD', 'REFERENCE_UNKNOWN'] as const satisfies FieldErrorCode[]

export const rowErrorSchema = z
  .strictObject({
    recordId: idField('record'),
    externalId: z.string().nullable(),
    place: z.string().nullable().meta({ description: "Where on the platform's list an item without an id stood" }),
    code: z.enum([...rowErrorCodes, 'FIELD_UNFIT']).meta({
      description:
        '`FIELD_UNFIT`: only the fields in `fields` failed; `DEPENDENCY_MISSING`: a record that it refers to is not at the platform yet; `WRITE_UNSURE`: nobody knows whether the platform made it, and it is not sent again; `LINKED_ELSEWHERE`: the thing belongs to another record. The last two wait for a person',
    }),
    fields: z
      .array(
        z.strictObject({
          path: z.string(),
          code: z.enum(fieldErrorCodes).meta({ description: 'Why' }),
        }),
      )
      .meta({
        description:
          'The fields that failed alone: `FIELD_UNFIT`, what the platform has does not fit and the field keeps what both sides agreed on; `FIELD_UNTOLD`, the platform cannot be told the value of the record; `REFERENCE_UNKNOWN`, it names something that the connection’s sync of its model does not know although it has read everything, and the field is empty until it does',
      }),
    failures: z.int(),
    retryAt: instant.nullable(),
    since: instant,
  })
  .meta({ id: 'SyncRowError' })

export function showRowError(link: Link): z.output<typeof rowErrorSchema> {
  return {
    recordId: link.record_id,
    externalId: link.external_id,
    place: link.place,
    code: rowErrorSchema.shape.code.parse(link.state === 'error' ? link.error_code : 'FIELD_UNFIT'),
    fields: Object.entries(link.field_errors ?? {}).map(([path, code]) => ({ path, code })),
    failures: link.failures,
    retryAt: link.retry_at?.toISOString() ?? null,
    since: link.updated_at.toISOString(),
  }
}

export const issueSchema = z
  .strictObject({
    recordId: idField('record'),
    externalId: z.string().nullable(),
    place: z.string().nullable().meta({ description: "Where on the platform's list an item without an id stood" }),
    kind: z.enum(issueKindNames).meta({
      description:
        '`conflict`: both sides changed it. `rejected`, `duplicate`: the platform refused it. `invalid`: it cannot be understood. `failing`: the platform fails at it. `dependency`: what it refers to is not there yet. `unsure`: nobody knows whether the platform made it. `linked_elsewhere`: the item belongs to another record. `ambiguous`: several match. `unfit`: single fields do not fit, see `fieldErrors`. `skipped`: a person left it so',
    }),
    code: z.string().nullable().meta({ description: "The hub's code of it" }),
    message: z.string().nullable().meta({ description: "The platform's own words, where it refused the row" }),
    providerCode: z.string().nullable().meta({ description: "The platform's code for it" }),
    fields: z.record(z.string(), z.strictObject({ base: side, hub: side, provider: side })).meta({
      description: 'Of a conflict: what both sides last agreed on, and what each has now',
    }),
    fieldErrors: z.record(z.string(), z.enum(fieldErrorCodes)).meta({
      description:
        'Fields that failed alone: what the platform has does not fit, or names something that no sync has, or the platform cannot be told what the record has',
    }),
    deletedBy: z.enum(['hub', 'provider']).nullable().meta({
      description: 'Of a conflict: the side that deleted what the other changed',
    }),
    failures: z.int(),
    retryAt: instant.nullable(),
    waitsForPerson: z.boolean().meta({ description: 'Nothing is tried until a person says something' }),
    actions: z.array(z.enum(issueActions)).meta({ description: 'What may be done about it' }),
    since: instant,
  })
  .meta({ id: 'SyncIssue' })

export function showIssue(link: Link): z.output<typeof issueSchema> {
  return {
    ...{ recordId: link.record_id, externalId: link.external_id, place: link.place },
    ...{ kind: kindOf(link) ?? 'failing', code: link.error_code },
    ...{ message: link.error_message, providerCode: link.provider_code, failures: link.failures },
    ...{ fields: link.conflict?.fields ?? {}, fieldErrors: link.field_errors ?? {} },
    deletedBy: link.conflict?.deleted ?? null,
    retryAt: link.retry_at?.toISOString() ?? null,
    waitsForPerson: waitsForPerson(link),
    actions: [...actionsOf(link)],
    since: link.updated_at.toISOString(),
  }
}
