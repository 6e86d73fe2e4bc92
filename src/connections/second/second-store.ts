import { sql } from 'kysely'
import type { Executor } from '../../db/database.ts'
import type { Connection } from '../store.ts'
import type { SecondToken } from './second-token.ts'

type Owner = Pick<Connection, 'workspaceId' | 'id'>

/**
 * Takes the right to spend a second token's refresh token for a time, if it is free and the token still of a generation. By the
 * primary key.
 */
export async function takeSecondLease(
  db: Executor,
  { workspaceId, id }: Owner,
  { as, generation }: Pick<SecondToken, 'as' | 'generation'>,
  leaseMs: number,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connections
    set second = second || jsonb_build_object('leaseUntil', to_jsonb(now() + ${leaseMs} * interval '1 millisecond'))
    where workspace_id = ${workspaceId} and id = ${id} and status not in ('disconnecting', 'disconnected')
      and second ->> 'as' = ${as} and (second ->> 'generation')::int = ${generation}
      and coalesce((second ->> 'leaseUntil')::timestamptz < now(), true)`.execute(db)
  return numAffectedRows === 1n
}

/**
 * Writes what has changed of a second token that is still of a generation. False where another has replaced it, or the connection
 * is disconnected. By the primary key.
 */
export async function changeSecond(
  db: Executor,
  { workspaceId, id }: Owner,
  { as, generation }: Pick<SecondToken, 'as' | 'generation'>,
  change: Partial<SecondToken>,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update connections set second = second || ${JSON.stringify(change)}::jsonb, updated_at = now()
    where workspace_id = ${workspaceId} and id = ${id} and status <> 'disconnected'
      and second ->> 'as' = ${as} and (second ->> 'generation')::int = ${generation}`.execute(db)
  return numAffectedRows === 1n
}
