import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ChangeFeed } from '../../catalogue/schema/feeds.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { ProviderClient } from '../call.ts'
import { itemsAt } from './list-answer.ts'
import { listPages } from './list-pages.ts'
import type { PageSource } from './page.ts'

/** Thrown when a change feed cannot tell everything since a time: only reading everything can. */
export class FeedOverflow extends Error {}

/** Everything that the platform lists. */
export function fullPass(client: ProviderClient, model: ModelDefinition): PageSource {
  return listPages(client, model, {})
}

/** Whether the platform can still tell what has changed since a time. */
export function canTellSince(feed: ChangeFeed | undefined, since: Date | null, now: Date): boolean {
  if (!feed || since === null) return false
  return feed.kind !== 'cdc' || now.getTime() - since.getTime() < lifetimeMs(feed.maxAge)
}

/** What has changed since a time. Its pages throw `FeedOverflow` when that is more than the platform tells. */
export function changesSince(
  client: ProviderClient,
  model: ModelDefinition,
  feed: ChangeFeed,
  since: Date,
): PageSource {
  switch (feed.kind) {
    case 'where':
      return listPages(client, model, { clause: feed.clause.replace('{since}', since.toISOString()) })
    case 'param': {
      const value = feed.format === 'iso' ? since.toISOString() : Math.floor(since.getTime() / 1000)
      return listPages(client, model, { query: { [feed.param]: value } })
    }
    case 'cdc':
      return {
        first: 'changes',
        async fetch(_cursor, signal) {
          const query = { ...feed.query, [feed.param]: since.toISOString() }
          const { body } = await client.call({ method: 'GET', path: feed.path, query, signal })
          const items = itemsAt(body, feed.items)
          if (items.length >= feed.limit) throw new FeedOverflow()
          return { items, next: null }
        },
      }
  }
}
