import type { ProviderAnswer, ProviderCall } from '../call.ts'

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

/** Asks for one page of a list: by parameters beside the list's own, or at an address that the page before has named. */
export type ListCall = (
  at: { query: ProviderCall['query'] } | { path: string },
  signal: AbortSignal,
) => Promise<ProviderAnswer>
