import type { FieldOptions } from '../../catalogue/schema/items/fields.ts'
import type { ListDefinition } from '../../catalogue/schema/items/pages.ts'
import type { ModelDefinition } from '../../catalogue/schema/models.ts'
import { withParts } from '../body.ts'
import type { ProviderClient } from '../call.ts'
import { stepsOf, textAt, valueAt } from '../json-path.ts'
import { setAt, type Values } from '../json-write.ts'
import { isPathSegment, withId } from '../path-segment.ts'
import { refusalOf } from '../writes/refusal.ts'
import { listPages } from '../pages/list-pages.ts'
import type { PageSource } from '../pages/page-source.ts'

// Many platforms show of an item's list no more than the first, such as ten lines of an invoice. The rest is read besides; where
// it cannot be, the item goes on saying that there is more, and its field does not fit.

type Model = Pick<ModelDefinition, 'id' | 'errors' | 'fields'>

/** So many pages of one item's list are read at most. */
const mostPages = 100
const readsAtOnce = 4

interface LongList {
  at: string
  goesOn: NonNullable<FieldOptions['goesOn']>
}

function longLists({ fields }: Model): LongList[] {
  return fields.flatMap(([, place, options]) =>
    options?.goesOn && typeof place === 'string' ? [{ at: place, goesOn: options.goesOn }] : [],
  )
}

/** Whether an item says of one of its lists that there is more of it. */
export function isCut(model: Model, item: unknown): boolean {
  return longLists(model).some(({ goesOn }) => valueAt(item, goesOn.more) === true)
}

/** An item with all of its lists. @throws HubError as `ProviderClient` does */
export async function withWholeLists(
  client: ProviderClient,
  model: Model,
  item: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  let whole = item
  for (const list of longLists(model)) {
    if (valueAt(item, list.goesOn.more) === true) whole = await withWholeList(client, model, whole, list, signal)
  }
  return whole
}

/** The pages of a source, their items with all of their lists. */
export function wholePages(client: ProviderClient, model: Model, source: PageSource): PageSource {
  if (longLists(model).length === 0) return source
  return {
    ...source,
    async fetch(cursor, signal) {
      const page = await source.fetch(cursor, signal)
      const items = [...page.items]
      const waiting = items.entries()
      const reader = async () => {
        for (const [place, item] of waiting) items[place] = await withWholeLists(client, model, item, signal)
      }
      await Promise.all(Array.from({ length: readsAtOnce }, reader))
      return { ...page, items }
    },
  }
}

async function withWholeList(
  client: ProviderClient,
  model: Model,
  item: unknown,
  { at, goesOn: { more, rest } }: LongList,
  signal: AbortSignal,
): Promise<unknown> {
  const id = textAt(item, model.id)
  if (!rest || id === undefined || !isPathSegment(id)) return item
  try {
    const all = await everything(listPages(client, listOfItem(rest, id), rest.member), signal)
    if (all === undefined) return item
    return setAt(setAt(item as Values, stepsOf(at), all), stepsOf(more), false)
  } catch (error) {
    // It is gone meanwhile, or not to be read: that is not about the items beside it.
    if (refusalOf(model, error) === undefined) throw error
    return item
  }
}

function listOfItem({ list, idAt }: NonNullable<LongList['goesOn']['rest']>, id: string): ListDefinition {
  const path = withId(list.path, id)
  if (idAt === undefined) return { ...list, path }
  const body = 'body' in list && list.body ? list.body : {}
  return { ...list, path, body: withParts(body, { [idAt]: id }) } as ListDefinition
}

/** All that a list holds; undefined where that is more than is read. */
async function everything(source: PageSource, signal: AbortSignal): Promise<unknown[] | undefined> {
  const all: unknown[] = []
  let cursor: string | null = source.first
  for (let page = 0; cursor !== null; page++) {
    if (page === mostPages) return undefined
    const { items, next } = await source.fetch(cursor, signal)
    all.push(...items)
    cursor = next
  }
  return all
}
