import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'
import { behind, type Position } from '../db/keyset.ts'
import { HubError } from '../errors.ts'
import { newId } from '../ids.ts'
import { newApiKey } from './api-key.ts'
import type { Grant } from './permissions.ts'

/** A workspace's API key, without the key. */
export interface ApiKey {
  id: string
  workspaceId: string
  name: string
  /** The first characters of the key, to recognise it by. */
  prefix: string
  permissions: Grant[]
  createdAt: Date
  lastUsedAt: Date | null
  expiresAt: Date | null
  revokedAt: Date | null
}

/** Only what a key may be given is stored. */
interface Granted {
  permissions: Grant[]
}

const columns = [
  'id',
  'workspace_id as workspaceId',
  'name',
  'prefix',
  'permissions',
  'created_at as createdAt',
  'last_used_at as lastUsedAt',
  'expires_at as expiresAt',
  'revoked_at as revokedAt',
] as const

/** Makes a key. The secret is in this answer and nowhere else. */
export async function insertApiKey(
  db: Executor,
  workspaceId: string,
  key: { name: string; permissions: Grant[]; expiresAt: Date | null },
): Promise<ApiKey & { secret: string }> {
  const { secret, prefix, hash } = newApiKey()
  const row = await db
    .insertInto('api_keys')
    .values({
      id: newId('apiKey'),
      workspace_id: workspaceId,
      name: key.name,
      prefix,
      hash,
      permissions: key.permissions,
      expires_at: key.expiresAt,
    })
    .returning(columns)
    .$narrowType<Granted>()
    .executeTakeFirstOrThrow()
  return { ...row, secret }
}

/** The workspace's keys behind a position, newest first; revoked and expired ones too. */
export function listApiKeys(
  db: Executor,
  workspaceId: string,
  list: { after?: Position | undefined; limit: number },
): Promise<ApiKey[]> {
  const query = db.selectFrom('api_keys').select(columns).where('workspace_id', '=', workspaceId)
  return query.where(behind(list.after)).orderBy('id', 'desc').limit(list.limit).$narrowType<Granted>().execute()
}

/** @throws HubError `API_KEY_NOT_FOUND` */
export async function findApiKey(db: Executor, workspaceId: string, id: string): Promise<ApiKey> {
  const query = db.selectFrom('api_keys').select(columns).where('workspace_id', '=', workspaceId)
  const key = await query.where('id', '=', id).$narrowType<Granted>().executeTakeFirst()
  if (!key) throw new HubError('API_KEY_NOT_FOUND')
  return key
}

/** Revokes a key for good; whether it was still unrevoked. @throws HubError `API_KEY_NOT_FOUND` */
export async function revokeApiKey(db: Executor, workspaceId: string, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_keys')
    .set({ revoked_at: sql`now()` })
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return true
  await findApiKey(db, workspaceId, id)
  return false
}
