import { lifetimeMs } from '../providers/lifetime.ts'
import type { ChangeFeed, ModelDefinition } from '../providers/model.ts'
import type { ProviderClient } from '../providers/request.ts'
import { itemsAt } from './list-answer.ts'
import { listPages } from './list-pages.ts'

/** One page as the platform answered it. */
export interface ItemPage {
  items: unknown[]
  /** Where the next page begins; null at the end. */
  next: string | null
}

/** A list of the platform's that is read page by page. A cursor is text that stays good between processes. */
export interface PageSource {
  first: string
  fetch(cursor: string, signal: AbortSignal): Promise<ItemPage>
  /** Where pages can be asked for by their place, so that several are fetched ahead. */
  places?: {
    /** The part of a cursor that the call says: cursors with the same place ask for the same. */
    of(cursor: string): string
    /** The place behind a full page. */
    behind(place: string): string
  }
  /** The ids of the things that a page shows again, though the one before it had them. */
  repeats?(cursor: string): readonly string[]
  /** What to read instead of a page that does not follow on the one before, since the list has moved; undefined where it does. */
  gapBefore?(cursor: string, page: ItemPage): string | undefined
  /** Whether a page is the last one, which its own `next` could not tell. @throws HubError `PROVIDER_LIST_ENDLESS` */
  isEnd?(cursor: string, page: ItemPage): boolean
}

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
