import { averageOwner } from '../../db/average-owner.ts'
import type { Executor } from '../../db/database.ts'
import type { Link } from '../links/link-store.ts'
import { issueKinds, type IssueKind } from './issue-kinds.ts'

/** `unfit`: single fields are, of a link that is well otherwise. */
type State = 'conflict' | 'error' | 'skipped' | 'unfit'

/** Where a page of issues ended: they are in the order of their states, and in each of their records' ids. */
export interface IssuePosition {
  state: State
  recordId: string
}

/** Without a kind: what is the matter, and not what a person has left so. */
const open: readonly State[] = ['conflict', 'error', 'unfit']

/**
 * A page of a sync's issues. Relies on record_links_in_trouble and record_links_unfit and,
 * for one kind, on record_links_by_code: each state is read in the
 * order of its index, however many there are.
 */
export async function listIssues(
  db: Executor,
  workspaceId: string,
  syncId: string,
  list: { kind: IssueKind | undefined; after: IssuePosition | undefined; limit: number },
): Promise<Link[]> {
  const { kind, after, limit } = list
  const states = kind === undefined ? open : [stateOf(kind)]
  const code = kind === undefined ? null : issueKinds[kind].code
  const found: Link[] = []
  for (const state of states) {
    if (found.length >= limit || (after && state < after.state)) continue
    let query = db
      .selectFrom('record_links')
      .selectAll()
      .where('workspace_id', '=', workspaceId)
      .where('sync_id', '=', averageOwner(syncId))
      .where('state', '=', state === 'unfit' ? 'ok' : state)
    if (state === 'unfit') query = query.where('field_errors', 'is not', null)
    if (code !== null) query = query.where('error_code', '=', code)
    if (after?.state === state) query = query.where('record_id', '>', after.recordId)
    found.push(
      ...(await query
        .orderBy('record_id')
        .limit(limit - found.length)
        .execute()),
    )
  }
  return found
}

export function stateOf(kind: IssueKind): State {
  return kind === 'conflict' || kind === 'skipped' || kind === 'unfit' ? kind : 'error'
}
