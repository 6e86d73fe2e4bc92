import { HubError } from '../errors.ts'
import { textAt, valueAt } from '../providers/json-path.ts'
import { lifetimeMs } from '../providers/lifetime.ts'
import type { ChangeFeed, ListDefinition, ModelDefinition } from '../providers/model.ts'
import type { ProviderAnswer, ProviderCall, ProviderClient } from '../providers/request.ts'

/** One page as the platform answered it. */
export interface ItemPage {
  items: unknown[]
  /** Where the next page begins; null at the end. */
  next: string | null
}

/** A list of the platform's that is read page by page. A cursor is text that stays good between processes. */
export interface PageSource {
  first: string
  /** The cursor of the page behind a full one, where that can be computed: such pages are fetched ahead. */
  ahead?(cursor: string): string
  fetch(cursor: string, signal: AbortSignal): Promise<ItemPage>
}

/** Thrown when a change feed cannot tell everything since a time: only reading everything can. */
export class FeedOverflow extends Error {}

/** Everything that the platform lists. */
export function fullPass(client: ProviderClient, model: ModelDefinition): PageSource {
  return listed(client, model, {})
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
      return listed(client, model, { clause: feed.clause.replace('{since}', since.toISOString()) })
    case 'param': {
      const value = feed.format === 'iso' ? since.toISOString() : Math.floor(since.getTime() / 1000)
      return listed(client, model, { query: { [feed.param]: value } })
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

interface Narrowed {
  clause?: string
  query?: Record<string, string | number>
}

function listed(client: ProviderClient, { list, id }: ModelDefinition, narrowed: Narrowed): PageSource {
  const get = (query: ProviderCall['query'], signal: AbortSignal) =>
    client.call({
      method: 'GET',
      path: list.path,
      query: { ...list.query, ...narrowed.query, ...query },
      ...(list.headers ? { headers: list.headers } : {}),
      signal,
    })
  const numbered = (first: number, step: number, queryOf: (at: number) => ProviderCall['query']): PageSource => ({
    first: String(first),
    ahead: cursor => String(Number(cursor) + step),
    async fetch(cursor, signal) {
      const items = itemsAt((await get(queryOf(Number(cursor)), signal)).body, list.items)
      return { items, next: items.length < list.page ? null : String(Number(cursor) + step) }
    },
  })
  switch (list.kind) {
    case 'query': {
      const statement = narrowed.clause === undefined ? list.statement : `${list.statement} where ${narrowed.clause}`
      return numbered(1, list.page, start => ({
        [list.param]: `${statement} startposition ${start} maxresults ${list.page}`,
      }))
    }
    case 'page':
      return numbered(list.first, 1, page => ({ [list.param]: page, [list.limitParam]: list.page }))
    case 'link':
      return {
        first: '',
        async fetch(cursor, signal) {
          const query =
            cursor === '' ? { [list.limitParam]: list.page } : Object.fromEntries(new URLSearchParams(cursor))
          const answer = await get(query, signal)
          return { items: itemsAt(answer.body, list.items), next: nextLink(answer) }
        },
      }
    case 'cursor':
      return {
        first: '',
        async fetch(cursor, signal) {
          const query = { [list.limitParam]: list.page, ...(cursor === '' ? {} : { [list.param]: cursor }) }
          const { body } = await get(query, signal)
          const items = itemsAt(body, list.items)
          return { items, next: nextCursor(list, body, items, id) }
        },
      }
  }
}

function nextCursor(
  list: ListDefinition & { kind: 'cursor' },
  body: unknown,
  items: unknown[],
  id: string,
): string | null {
  if (list.more !== undefined) {
    const more = valueAt(body, list.more)
    if (typeof more !== 'boolean') throw unexpected()
    if (!more) return null
  }
  const next = list.next.from === 'last-id' ? textAt(items.at(-1), id) : textAt(body, list.next.path)
  if (next !== undefined) return next
  // A page that says there is more and not where would otherwise end the pass too early, and look like deletions.
  if (list.more !== undefined) throw unexpected()
  return null
}

/** RFC 8288. Only the query is taken: the address is the list's own, wherever the answer says it is. */
function nextLink({ headers }: ProviderAnswer): string | null {
  const links = [headers.link].flat().join(', ')
  const target = /<([^<>]*)>\s*;[^<]*\brel="?next"?/i.exec(links)?.[1]
  return target === undefined ? null : new URL(target, 'http://list').searchParams.toString()
}

/**
 * The items at a path of an answer. An absent list is an empty one if what holds it is there; anything else is no answer
 * at all, and must not be taken for an empty one.
 */
function itemsAt(body: unknown, path: string | undefined): unknown[] {
  const items = path === undefined ? body : valueAt(body, path)
  if (Array.isArray(items)) return items as unknown[]
  const parent = path?.includes('.') ? valueAt(body, path.slice(0, path.lastIndexOf('.'))) : undefined
  if (items === undefined && typeof parent === 'object' && parent !== null) return []
  throw unexpected()
}

function unexpected(): HubError {
  return new HubError('PROVIDER_ERROR', { message: "The provider's answer does not have the form of its list." })
}
