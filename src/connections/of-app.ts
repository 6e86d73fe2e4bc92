import { sql } from 'kysely'
import type { Executor } from '../db/database.ts'

/**
 * The one live connection that was made with an app; undefined when there are several or none. For a webhook that names
 * no account because its app serves just one. The environment's app has no one connection: it is everybody's.
 */
export async function onlyConnectionOfApp(
  db: Executor,
  app: { workspaceId: string | undefined; provider: string; providerAppId: string | null },
): Promise<{ id: string; workspaceId: string } | undefined> {
  if (app.workspaceId === undefined || app.providerAppId === null) return undefined
  const rows = await db
    .selectFrom('connections')
    .select(['id', 'workspace_id as workspaceId'])
    .where('workspace_id', '=', app.workspaceId)
    .where('provider', '=', app.provider)
    .where('provider_app_id', '=', app.providerAppId)
    .where('status', 'in', ['connected', 'degraded', 'needs_reauth', 'error'])
    .limit(2)
    .execute()
  return rows.length === 1 ? rows[0] : undefined
}

/** Which of a workspace's connections are live. */
export async function livingOf(db: Executor, workspaceId: string | null, ids: string[]): Promise<Set<string>> {
  if (workspaceId === null || ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('connections')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .where('status', 'in', ['connected', 'degraded', 'needs_reauth', 'error'])
    .execute()
  return new Set(rows.map(row => row.id))
}

/** A connection to an account that was asked for. */
export interface ConnectionOfAccount {
  id: string
  workspaceId: string
  externalAccountId: string
}

/** Whose connections are asked for: those behind an id, or one. */
export interface AccountQuestion {
  externalAccountId: string
  after: string | null
  only: string | null
}

/**
 * The live connections to each of these accounts that were made with one app, at most `limit` for each question, in the
 * order of their ids, and beside each the place of its question: where an inbound webhook leads. A workspace's own app reaches that workspace's connections only; the environment's
 * app (`providerAppId` null) serves every workspace. Index connections_by_account.
 */
export async function connectionsOfAccounts(
  db: Executor,
  app: { workspaceId: string | undefined; provider: string; providerAppId: string | null },
  questions: AccountQuestion[],
  limit: number,
): Promise<(ConnectionOfAccount & { question: number })[]> {
  if (questions.length === 0) return []
  const { rows } = await sql<ConnectionOfAccount & { question: number }>`
    select c.id, c.workspace_id as "workspaceId", q.account as "externalAccountId",
      (q.place - 1)::int as question
    from unnest(
      ${questions.map(question => question.externalAccountId)}::text[],
      ${questions.map(question => question.after)}::text[], ${questions.map(question => question.only)}::text[]
    ) with ordinality as q (account, after, only_id, place)
    cross join lateral (
      select id, workspace_id from connections
      where provider = ${app.provider} and external_account_id = q.account and id > coalesce(q.after, '')
        and (q.only_id is null or id = q.only_id)
        and status in ('connected', 'degraded', 'needs_reauth', 'error')
        and provider_app_id is not distinct from ${app.providerAppId}
        and (${app.workspaceId ?? null}::text is null or workspace_id = ${app.workspaceId ?? null})
      order by id limit ${limit}
    ) as c
    order by c.id`.execute(db)
  return rows
}

/**
 * Whether a living connection may hold the same grant as a token that was given to the same app: one of the same account, or
 * any while the account of either is not known. The environment's app is one client for every workspace.
 */
export async function liveConnectionOfGrant(
  db: Executor,
  app: { workspaceId: string; provider: string; providerAppId: string | null },
  accountId: string | undefined,
): Promise<boolean> {
  // Over connections_by_account.
  let query = db
    .selectFrom('connections')
    .select('id')
    .where('provider', '=', app.provider)
    .where('provider_app_id', app.providerAppId === null ? 'is' : '=', app.providerAppId)
    .where('status', 'in', ['connected', 'degraded', 'needs_reauth', 'error'])
    .where('generation', '>', 0)
  if (app.providerAppId !== null) query = query.where('workspace_id', '=', app.workspaceId)
  if (accountId !== undefined) {
    query = query.where(eb => eb.or([eb('external_account_id', '=', accountId), eb('external_account_id', 'is', null)]))
  }
  return (await query.limit(1).executeTakeFirst()) !== undefined
}
