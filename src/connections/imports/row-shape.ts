import { z } from 'zod'
import { credentialsField, ownerField, tagsField, tokenField } from '../fields.ts'

const visibleId = /^[^\x00-\x1f\x7f-\x9f]{1,255}$/

/** The caller's own id of a row: the same row sent twice makes one connection. */
export const externalIdField = z
  .string()
  .regex(visibleId, 'Must be 1 to 255 characters, without control characters')
  .meta({
    description: 'Your own id of it: what has been brought in under one is not brought in again',
    examples: ['github/user-42'],
  })

const metadata = z
  .record(z.string(), z.unknown())
  .refine(value => Buffer.byteLength(JSON.stringify(value)) <= 16_384, 'Must be at most 16384 bytes of JSON')
  .meta({ description: 'Free data of your own' })

const tokens = z
  .strictObject({
    accessToken: tokenField.optional(),
    refreshToken: tokenField.optional(),
    expiresAt: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When the access token ends', examples: ['2026-12-01T12:00:00Z'] }),
  })
  .refine(({ accessToken, refreshToken }) => accessToken ?? refreshToken, 'Needs an accessToken or a refreshToken')
  .meta({ description: 'What OAuth has given elsewhere' })

/** One connection that is brought in from elsewhere. */
export const importRowSchema = z
  .strictObject({
    externalId: externalIdField,
    provider: z.string().min(1).max(100),
    method: z.string().max(100).optional().meta({ description: 'The id of one of its methods, where several fit' }),
    providerAppId: z.string().max(64).nullable().default(null),
    environment: z.string().max(100).optional(),
    ownerId: ownerField.nullable().default(null).meta({ description: 'Your user whose account it is' }),
    tags: tagsField.default([]),
    metadata: metadata.default({}),
    config: z.record(z.string().max(100), z.string().min(1).max(1_000)).default({}).meta({
      description: 'What the method asks for, what its redirect would carry, and which account is meant',
    }),
    scopes: z
      .array(z.string().min(1).max(300))
      .max(200)
      .default([])
      .meta({ description: 'The scopes that its person has given' }),
    tokens: tokens.optional(),
    credentials: credentialsField.optional(),
  })
  .refine(row => (row.tokens === undefined) !== (row.credentials === undefined), 'Takes either tokens or credentials')
  .meta({ id: 'ImportedConnection' })

export type ImportRow = z.output<typeof importRowSchema>

/** The external id that what stands in a row's place would be, if it is one; whatever else is in there stays there. */
export function externalIdIn(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null && 'externalId' in value ? value.externalId : undefined
  return typeof id === 'string' && id.isWellFormed() && visibleId.test(id) ? id : null
}
