import type { ItemPage, PageSource } from './page-source.ts'

/** A page with where it began. */
export interface ReadPage extends ItemPage {
  cursor: string
  /** The ids of what the page before had as well. */
  repeated: readonly string[]
}

interface Fetch {
  place: string
  page: Promise<ItemPage>
  stop: AbortController
}

const aheadLimit = 4

/**
 * The pages of a source in their order, from a cursor on. The next ones are fetched while one is worked on: one behind each
 * full page at first, up to four, where their places can be computed; else the one behind. A page that was fetched ahead
 * and is not the next after all is thrown away. Ends its fetches when the reader stops.
 */
export async function* readPages(
  source: PageSource,
  from: string | null,
  signal: AbortSignal,
): AsyncGenerator<ReadPage, void, undefined> {
  const waiting: Fetch[] = []
  const placeOf = (cursor: string) => source.places?.of(cursor) ?? cursor
  const fetch = (cursor: string) => {
    const stop = new AbortController()
    const page = source.fetch(cursor, stop.signal)
    // It is awaited in its turn; until then its failure is not unhandled.
    page.catch(() => undefined)
    waiting.push({ place: placeOf(cursor), page, stop })
  }
  const discard = () => {
    for (const { stop } of waiting.splice(0)) stop.abort()
  }
  // Not `AbortSignal.any`: a signal that lives as long as the run would keep one for each of its pages.
  const fail = () => {
    for (const { stop } of waiting) stop.abort(signal.reason)
  }
  signal.addEventListener('abort', fail)
  try {
    let cursor = from ?? source.first
    let width = 1
    for (;;) {
      signal.throwIfAborted()
      if (waiting[0]?.place !== placeOf(cursor)) {
        discard()
        fetch(cursor)
      }
      const page = await waiting[0]!.page
      waiting.shift()
      const instead = source.gapBefore?.(cursor, page)
      if (instead !== undefined) {
        cursor = instead
        continue
      }
      const next = source.isEnd?.(cursor, page) ? null : page.next
      if (next !== null) {
        const isFull = source.places?.behind(placeOf(cursor)) === placeOf(next)
        width = isFull ? Math.min(width + 1, aheadLimit) : 1
        if (waiting[0]?.place !== placeOf(next)) discard()
        while (waiting.length < width) {
          const last = waiting.at(-1)
          fetch(last ? source.places!.behind(last.place) : next)
        }
      }
      yield { ...page, next, cursor, repeated: source.repeats?.(cursor) ?? [] }
      if (next === null) return
      cursor = next
    }
  } finally {
    signal.removeEventListener('abort', fail)
    discard()
  }
}
