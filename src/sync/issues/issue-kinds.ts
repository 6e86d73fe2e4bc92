import type { Link } from '../links/link-store.ts'

/** What a person may do about an issue. */
export const issueActions = ['fix', 'retry', 'skip', 'resolve', 'link', 'match'] as const

export type IssueAction = (typeof issueActions)[number]

/** Why single rows of a sync are not as they should be: each kind with the code that its links have, and what may be done. */
export const issueKinds = {
  conflict: { code: null, actions: ['resolve'] },
  rejected: { code: 'PROVIDER_REJECTED', actions: ['fix', 'retry', 'skip'] },
  duplicate: { code: 'DUPLICATE', actions: ['fix', 'retry', 'skip'] },
  invalid: { code: 'INVALID_ITEM', actions: ['fix', 'retry', 'skip'] },
  failing: { code: 'PROVIDER_ERROR', actions: ['fix', 'retry', 'skip'] },
  unsettled: { code: 'NOT_SETTLED', actions: ['fix', 'retry', 'skip'] },
  dependency: { code: 'DEPENDENCY_MISSING', actions: ['fix', 'retry', 'skip'] },
  unsure: { code: 'WRITE_UNSURE', actions: ['link'] },
  linked_elsewhere: { code: 'LINKED_ELSEWHERE', actions: ['link'] },
  // Of an item without a record: which of the candidates it is.
  ambiguous: { code: 'AMBIGUOUS_MATCH', actions: ['match', 'link'] },
  /** Single fields have values that do not fit; the rest of the row went through. */
  unfit: { code: null, actions: ['fix'] },
  skipped: { code: null, actions: ['retry', 'fix'] },
} as const satisfies Record<string, { code: string | null; actions: readonly IssueAction[] }>

export type IssueKind = keyof typeof issueKinds

export const issueKindNames = Object.keys(issueKinds) as [IssueKind, ...IssueKind[]]

const byCode = new Map(issueKindNames.map(kind => [issueKinds[kind].code as string | null, kind]))

/** What kind of issue a link is; undefined where nothing is the matter. */
export function kindOf(link: Pick<Link, 'state' | 'error_code' | 'field_errors'>): IssueKind | undefined {
  const { state, error_code: code, field_errors: unfit } = link
  switch (state) {
    case 'conflict':
      return 'conflict'
    case 'skipped':
      return 'skipped'
    case 'error':
      return byCode.get(code) ?? 'failing'
    case 'ok':
      return unfit === null ? undefined : 'unfit'
  }
}

/** What may be done about a link. What has no record yet is mended at the platform; what has no id there cannot be told apart. */
export function actionsOf(link: Link): readonly IssueAction[] {
  const kind = kindOf(link)
  if (kind === undefined || link.place !== null) return []
  const actions: readonly IssueAction[] = issueKinds[kind].actions
  const isUntaken = link.record_version === 0 && link.external_id !== null
  if (kind === 'ambiguous') return [isUntaken ? 'match' : 'link']
  return isUntaken ? actions.filter(action => action !== 'fix') : actions
}

/** Whether it waits for a person: nothing is tried until one says something. */
export function waitsForPerson({ state, retry_at: retryAt }: Pick<Link, 'state' | 'retry_at'>): boolean {
  return state === 'conflict' || (state === 'error' && retryAt === null)
}
