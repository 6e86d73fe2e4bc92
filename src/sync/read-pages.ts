import type { ItemPage, PageSource } from './page-source.ts'

/** A page with where it began. */
export interface ReadPage extends ItemPage {
  cursor: string
}

const aheadLimit = 4

/**
 * The pages of a source in their order, from a cursor on. The next ones are fetched while one is worked on: up to four
 * where their cursors can be computed, else the one behind. Ends its fetches when the reader stops.
 */
export async function* readPages(
  source: PageSource,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ReadPage, void, undefined> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const waiting: { cursor: string; page: Promise<ItemPage> }[] = []
  const fetch = (cursor: string) => {
    const page = source.fetch(cursor, either)
    // It is awaited in its turn; until then its failure is not unhandled.
    page.catch(() => undefined)
    waiting.push({ cursor, page })
  }
  try {
    fetch(from ?? source.first)
    // A list of one page is one call: only behind a full page are several fetched ahead.
    let width = 1
    for (;;) {
      const head = waiting.shift()
      if (!head) return
      const page = await head.page
      if (page.next === null) {
        yield { ...page, cursor: head.cursor }
        return
      }
      if (source.ahead) width = aheadLimit
      let next: string = waiting.at(-1)?.cursor ?? head.cursor
      while (waiting.length < width) {
        next = waiting.length === 0 ? page.next : source.ahead!(next)
        fetch(next)
      }
      yield { ...page, cursor: head.cursor }
    }
  } finally {
    stop.abort()
  }
}
