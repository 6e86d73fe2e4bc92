import { unexpectedList } from '../list-answer.ts'
import type { PageSource } from '../page-source.ts'

/** The pages of several lists as those of one, each behind the last of the list before it. They are asked for by cursors alone. */
export function oneAfterOther(sources: readonly PageSource[]): PageSource {
  const placeText = (at: number, cursor: string) => JSON.stringify([at, cursor])
  const beginOf = (at: number) => (sources[at] ? placeText(at, sources[at].first) : null)
  return {
    first: placeText(0, sources[0]?.first ?? ''),
    async fetch(text, signal) {
      const [at, cursor] = JSON.parse(text) as [number, string]
      const source = sources[at]
      if (!source || typeof cursor !== 'string') throw unexpectedList()
      const page = await source.fetch(cursor, signal)
      return { ...page, next: page.next === null ? beginOf(at + 1) : placeText(at, page.next) }
    },
  }
}
