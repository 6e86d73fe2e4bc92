import { compileFilter, type FilterTest, type Looks } from './filter.ts'

/** An event as endpoints' conditions look at it. */
export interface ConditionedEvent {
  channels: readonly string[] | null
  data: unknown
}

/** Whether an endpoint takes an event of a type that it subscribes to. */
export type Condition = (event: ConditionedEvent, looks: Looks) => boolean

/** An endpoint's channels and filter as one condition; undefined when it has neither. The filter is compiled when first used. */
export function conditionOf(endpoint: {
  channels: readonly string[] | null
  filter: Record<string, unknown> | null
}): Condition | undefined {
  const { channels, filter } = endpoint
  if (channels === null && filter === null) return undefined
  let test: FilterTest | undefined
  return (event, looks) => {
    if (channels !== null && !event.channels?.some(channel => channels.includes(channel))) return false
    if (filter === null) return true
    test ??= compileFilter(filter)
    return test(event.data, looks)
  }
}
