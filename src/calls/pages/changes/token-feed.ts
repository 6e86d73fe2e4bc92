import type { ChangeFeed } from '../../../catalogue/schema/items/feeds.ts'
import type { ModelDefinition } from '../../../catalogue/schema/models.ts'
import type { ProviderClient } from '../../call.ts'
import { refusalIn } from '../../errors.ts'
import { valueAt } from '../../json-path.ts'
import { FeedOverflow } from './feed-overflow.ts'
import { cursorOf } from '../list-answer.ts'
import { listPages } from '../list-pages.ts'
import type { PageSource } from '../page-source.ts'

/**
 * The pages of a list that tells what has changed to who shows the token of the time before; without one, all of them. The
 * last page has the next token. They throw `FeedOverflow` when a token is good no longer.
 */
export function tokenPages(
  client: ProviderClient,
  model: ModelDefinition,
  feed: ChangeFeed & { kind: 'token' },
  token: string | null,
): PageSource {
  const narrowed = token === null ? {} : { params: { [feed.param]: token } }
  return {
    first: listPages(client, model.list, model.id).first,
    async fetch(cursor, signal) {
      let next: string | undefined
      const watched: ProviderClient = {
        async call(call) {
          const answer = await client.call(call)
          next = cursorOf(valueAt(answer.body, feed.token))
          return answer
        },
      }
      try {
        const page = await listPages(watched, model.list, model.id, narrowed).fetch(cursor, signal)
        return page.next === null && next !== undefined ? { ...page, token: next } : page
      } catch (error) {
        const isExpired = token !== null && feed.expired.includes(refusalIn(error)?.status ?? 0)
        throw isExpired ? new FeedOverflow() : error
      }
    },
  }
}
