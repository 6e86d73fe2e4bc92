/** What the list of events may be asked by. https://docs.stripe.com/api/events/list */
const known =
  /^(limit|starting_after|ending_before|type|types\[\]|delivery_success|created|created\[(gt|gte|lt|lte)\])$/

/** The account's events of the last 30 days whose delivery was asked for: the sandbox keeps none. Gives what is wrong instead. */
export function eventsOf(query: URLSearchParams): { list: object } | { param: string } {
  for (const [name, value] of query) {
    const isTime = name.startsWith('created')
    const isRight = isTime || name === 'limit' ? /^\d+$/.test(value) : value !== ''
    if (!known.test(name) || !isRight) return { param: name }
    if (name === 'delivery_success' && !['true', 'false'].includes(value)) return { param: name }
  }
  return { list: { object: 'list', url: '/v1/events', has_more: false, data: [] } }
}
