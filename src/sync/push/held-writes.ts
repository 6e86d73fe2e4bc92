import type { Link } from '../links/link-store.ts'

const heldCodes: readonly unknown[] = ['WRITE_UNSURE', 'LINKED_ELSEWHERE']

/** Whether only a person can say how a link goes on: nothing is written for it meanwhile. */
export function isHeld(link: Link | undefined): boolean {
  return link !== undefined && link.state === 'error' && heldCodes.includes(link.error_code)
}
