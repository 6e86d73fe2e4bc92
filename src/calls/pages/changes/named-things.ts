import type { ModelDefinition } from '../../../catalogue/schema/models.ts'
import { withParts } from '../../body.ts'
import type { ProviderClient } from '../../call.ts'
import { textAt } from '../../json-path.ts'
import { isPathSegment } from '../../path-segment.ts'
import { readItem } from '../../read-item.ts'
import { unexpectedList } from '../list-answer.ts'
import type { PageSource } from '../page-source.ts'

const readsAtOnce = 4
/** So many ids are remembered of one reading of a list: what is named more often than that is read again, and that is all. */
const remembered = 10_000

/**
 * The things that the entries of a list name, each read by its id as it is now: an entry may be an older version of it, and comes in
 * no order. What is gone is an item that says so, where the model knows a mark for that, and is left out elsewhere.
 * @param path where an entry has the id
 */
export function namedThings(
  client: ProviderClient,
  model: ModelDefinition,
  source: PageSource,
  path: string,
): PageSource {
  const read = new Set<string>()
  return {
    ...source,
    async fetch(cursor, signal) {
      const { items: entries, next } = await source.fetch(cursor, signal)
      const ids = [...new Set(entries.map(entry => namedBy(entry, path)))].filter(id => !read.has(id))
      const things: unknown[] = []
      const waiting = ids.entries()
      const reader = async () => {
        for (const [place, id] of waiting)
          things[place] = (await readItem(client, model, id, signal)) ?? goneItem(model, id)
      }
      await Promise.all(Array.from({ length: readsAtOnce }, reader))
      for (const id of ids) if (read.size < remembered) read.add(id)
      return {
        items: things.filter(item => item !== undefined),
        next,
        names: entries.map(entry => textAt(entry, model.id) ?? ''),
      }
    },
  }
}

function namedBy(entry: unknown, path: string): string {
  const id = textAt(entry, path)
  if (id === undefined || !isPathSegment(id)) throw unexpectedList()
  return id
}

function goneItem({ id: idPath, gone }: ModelDefinition, id: string): unknown {
  const mark = gone?.[0]
  return mark && withParts({}, { [idPath]: id, [mark.path]: mark.equals })
}
