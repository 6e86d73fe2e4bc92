import { HubError } from '../../errors.ts'
import { checkFilter } from './filters/filter-check.ts'
import { isTypePattern } from './types/event-types.ts'

/** Whether what says which events are wanted can be said. @throws HubError `INVALID_REQUEST` naming what is wrong */
export function checkSubscription({
  eventTypes = [],
  filter,
}: {
  eventTypes?: readonly string[] | undefined
  filter?: Record<string, unknown> | null | undefined
}): void {
  const wrong = eventTypes.findIndex(pattern => !isTypePattern(pattern))
  if (wrong >= 0) {
    const message = 'A pattern is an event type, an event type followed by .*, or * alone'
    throw new HubError('INVALID_REQUEST', { details: [{ path: `body.eventTypes.${wrong}`, message }] })
  }
  const fault = filter ? checkFilter(filter) : undefined
  if (fault) {
    const path = ['body.filter', ...fault.path].join('.')
    throw new HubError('INVALID_REQUEST', { details: [{ path, message: fault.message }] })
  }
}
