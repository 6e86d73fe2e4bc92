import { z } from 'zod'
import type { ApiKey } from '../../../workspaces/api-keys.ts'
import { grants } from '../../../workspaces/permissions.ts'
import { idField, instant } from '../../fields.ts'

export const grantSchema = z
  .enum(grants)
  .meta({ id: 'Grant', description: 'A permission, or `*` for all of them, those of later versions included' })

export const apiKeySchema = z
  .strictObject({
    id: idField('apiKey'),
    name: z.string(),
    prefix: z.string().meta({ description: 'The first characters of the key, to recognise it by' }),
    permissions: z.array(grantSchema),
    createdAt: instant,
    lastUsedAt: instant.nullable().meta({ description: 'To the minute' }),
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
  })
  .meta({ id: 'ApiKey' })

export const apiKeyWithSecret = z
  .strictObject({
    ...apiKeySchema.shape,
    secret: z.string().meta({ description: 'The key itself, `sk_…`, shown this once' }),
  })
  .meta({ id: 'ApiKeyWithSecret' })

export function showApiKey(key: ApiKey): z.output<typeof apiKeySchema> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    permissions: key.permissions,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  }
}

export function showApiKeyWithSecret(key: ApiKey & { secret: string }): z.output<typeof apiKeyWithSecret> {
  return { ...showApiKey(key), secret: key.secret }
}
