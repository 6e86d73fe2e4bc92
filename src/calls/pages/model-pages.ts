import { lifetimeMs } from '../../catalogue/lifetime.ts'
import type { ChangeFeed, TimeFormat } from '../../catalogue/schema/items/feeds.ts'
import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import type { ProviderClient } from '../call.ts'
import { textAt, valueAt } from '../json-path.ts'
import { itemsAt, unexpectedList } from './list-answer.ts'
import { exportedPages, type ExportWays } from './export/exported-pages.ts'
import { listPages } from './list-pages.ts'
import { namedThings } from './changes/named-things.ts'
import { oneAfterOther } from './changes/one-after-other.ts'
import type { PageSource } from './page-source.ts'
import { tokenPages } from './changes/token-feed.ts'
import { FeedOverflow } from './changes/feed-overflow.ts'
import { windowedPages } from './changes/windowed.ts'
import { wholePages } from '../reads/whole-lists.ts'

/** How far a sync has read: until when, and with a token of the platform's where it gives one. */
export interface ReadUntil {
  since: Date | null
  token: string | null
}

/** Everything that the platform lists. @param ways how a file of it is read, where the platform makes one; without, its pages are */
export function fullPass(client: ProviderClient, model: ModelDefinition, ways?: ExportWays): PageSource {
  const pages = everything(client, model)
  const isExported = model.export !== undefined && ways !== undefined
  const source = isExported ? exportedPages(client, model.export!, model.id, pages, ways) : pages
  return wholePages(client, model, source)
}

function everything(client: ProviderClient, model: ModelDefinition): PageSource {
  if (model.windows) return windowedPages(client, model, model.windows, null, new Date())
  if (model.changedSince?.kind === 'token') return tokenPages(client, model, model.changedSince, null)
  return listPages(client, model.list, model.id)
}

/** Whether the platform can still tell what has changed since it was read. */
export function canTellSince(
  { changedSince: feed, windows }: Pick<ModelDefinition, 'changedSince' | 'windows'>,
  { since, token }: ReadUntil,
  now: Date,
): boolean {
  if (since === null) return false
  if (windows) return true
  if (!feed || (feed.kind === 'token' && token === null)) return false
  const maxAge = feed.kind === 'cdc' || feed.kind === 'list' ? feed.maxAge : undefined
  return maxAge === undefined || now.getTime() - since.getTime() < lifetimeMs(maxAge)
}

/**
 * What has changed since a sync has read; undefined where that cannot be told, and everything is to be read. Its pages throw
 * `FeedOverflow` when that is more than the platform tells.
 */
export function changesSince(client: ProviderClient, model: ModelDefinition, until: ReadUntil): PageSource | undefined {
  const source = changes(client, model, until)
  return source && wholePages(client, model, source)
}

function changes(client: ProviderClient, model: ModelDefinition, { since, token }: ReadUntil): PageSource | undefined {
  const { changedSince: feed, windows } = model
  if (since === null) return undefined
  if (windows) return windowedPages(client, model, windows, since, new Date())
  switch (feed?.kind) {
    case undefined:
      return undefined
    case 'token':
      return token === null ? undefined : tokenPages(client, model, feed, token)
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
  { list, since: { param, format, template }, thing, named, overflow, also }: ChangeFeed & { kind: 'list' },
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
  const pagesOf = (one: ListDefinition) => listPages(watched, one, idPath, { params: { [param]: said } })
  const isTwice = also !== undefined && list.kind === 'cursor'
  const source = isTwice
    ? oneAfterOther([pagesOf(list), pagesOf({ ...list, body: { ...list.body, ...also } })])
    : pagesOf(list)
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
    case 'iso-seconds':
      return `${time.toISOString().slice(0, 19)}Z`
    case 'unix-seconds':
      return Math.floor(time.getTime() / 1000)
    case 'unix-milliseconds':
      return time.getTime()
    case 'http-date':
      return time.toUTCString()
  }
}
