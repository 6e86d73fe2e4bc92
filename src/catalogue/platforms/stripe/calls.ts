import type { ChangeFeed } from '../../schema/items/feeds.ts'

/**
 * The account's events of some types. An event holds its object as it was then, in the version of the API of that day, and events come
 * in no order: what they name is read. https://docs.stripe.com/api/events
 */
export const eventsOf = (...types: string[]) =>
  ({
    kind: 'list',
    list: {
      kind: 'cursor',
      path: '/v1/events',
      query: Object.fromEntries(types.map((type, index) => [`types[${index}]`, type])),
      page: 100,
      limitParam: 'limit',
      param: 'starting_after',
      next: { from: 'last-id' },
      end: { more: 'has_more' },
      items: 'data',
    },
    since: { param: 'created[gte]', format: 'unix-seconds' },
    named: 'data.object.id',
    // They are kept for 30 days.
    maxAge: '29d',
    deletions: true,
  }) satisfies ChangeFeed
