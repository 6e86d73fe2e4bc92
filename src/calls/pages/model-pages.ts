import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ChangeFeed, TimeFormat } from '../../catalogue/schema/items/feeds.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { ProviderClient } from '../call.ts'
import { textAt, valueAt } from '../json-path.ts'
import { itemsAt, unexpectedList } from './list-answer.ts'
import { listPages } from './list-pages.ts'
import { namedThings } from './named-things.ts'
import type { PageSource } from './page-source.ts'

/** Thrown when a change feed cannot tell everything since a time: only reading everything can. */
export class FeedOverflow extends Error {}

/** Everything that the platform lists. */
export function fullPass(client: ProviderClient, model: ModelDefinition): PageSource {
  return listPages(client, model.list, model.id)
}

/** Whether the platform can still tell what has changed since a time. */
export function canTellSince(feed: ChangeFeed | undefined, since: Date | null, now: Date): boolean {
  if (!feed || since === null) return false
  const maxAge = feed.kind === 'cdc' || feed.kind === 'list' ? feed.maxAge : undefined
  return maxAge === undefined || now.getTime() - since.getTime() < lifetimeMs(maxAge)
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
      return listPages(client, model.list, model.id, { clause: feed.clause.replace('{since}', since.toISOString()) })
    case 'param':
      return listPages(client, model.list, model.id, { params: { [feed.param]: written(since, feed.format) } })
    case 'header':
      return listPages(client, model.list, model.id, { headers: { [feed.name]: String(written(since, feed.format)) } })
    case 'list':
      return listedChanges(client, model, feed, since)
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

/** The pages of a feed that is a list of changes. Its first answer throws `FeedOverflow` when it tells more than may be read. */
function listedChanges(
  client: ProviderClient,
  model: ModelDefinition,
  { list, since: { param, format, template }, thing, named, overflow }: ChangeFeed & { kind: 'list' },
  since: Date,
): PageSource {
  const time = written(since, format)
  const said = template === undefined ? time : template.replaceAll('{since}', () => String(time))
  const watched: ProviderClient = {
    async call(call) {
      const answer = await client.call(call)
      if (overflow && totalOf(answer.body, overflow.total) > overflow.most) throw new FeedOverflow()
      return answer
    },
  }
  // Who asks for what comes after the last item names the whole entry, not the item in it.
  const idPath = thing === undefined || list.kind !== 'keyset' ? model.id : `${thing}.${model.id}`
  const source = listPages(watched, list, idPath, { params: { [param]: said } })
  if (named !== undefined) return namedThings(client, model, source, named)
  if (thing === undefined) return source
  return {
    ...source,
    async fetch(cursor, signal) {
      const { items, next } = await source.fetch(cursor, signal)
      return { items: items.map(item => valueAt(item, thing)), next }
    },
  }
}

function totalOf(body: unknown, path: string): number {
  const total = Number(textAt(body, path))
  if (!Number.isInteger(total)) throw unexpectedList()
  return total
}

function written(time: Date, format: TimeFormat): string | number {
  switch (format) {
    case 'iso':
      return time.toISOString()
    case 'iso-without-zone':
      return time.toISOString().slice(0, 19)
    case 'unix-seconds':
      return Math.floor(time.getTime() / 1000)
    case 'unix-milliseconds':
      return time.getTime()
    case 'http-date':
      return time.toUTCString()
  }
}
