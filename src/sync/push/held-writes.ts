import type { Link } from '../links/link-store.ts'

const heldCodes: readonly unknown[] = ['WRITE_UNSURE', 'LINKED_ELSEWHERE', 'AMBIGUOUS_MATCH']

/** Whether only a person can say how a link goes on: nothing is written for it meanwhile. */
export function isHeld(link: Link | undefined): boolean {
  return link !== undefined && link.state === 'error' && link.retry_at === null && heldCodes.includes(link.error_code)
}
