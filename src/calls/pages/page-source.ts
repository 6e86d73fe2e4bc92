import type { ProviderAnswer } from '../call.ts'

/** One page as the platform answered it. */
export interface ItemPage {
  items: unknown[]
  /** Where the next page begins; null at the end. */
  next: string | null
  /** What the page is known by, where its items are others than the list's own entries: two pages never have the same. */
  names?: readonly string[]
  /** What the next run is to show to be told what has changed since, on the last page of lists that give that. */
  token?: string
}

/** A list of the platform's that is read page by page. A cursor is text that stays good between processes. */
export interface PageSource {
  first: string
  fetch(cursor: string, signal: AbortSignal): Promise<ItemPage>
  /** Whether a page is the first that may hold items, where that is another than `first`. */
  isFirst?(cursor: string): boolean
  /** Where pages can be asked for by their place, so that several are fetched ahead. */
  places?: {
    /** The part of a cursor that is sent: two cursors with the same place ask for the same page. */
    of(cursor: string): string
    /** The place behind a full page. */
    behind(place: string): string
  }
  /** The ids of the items that a page shows again, though the one before it had them. */
  repeats?(cursor: string): readonly string[]
  /** What to read instead of a page that does not follow on the one before, since the list has moved; undefined where it does. */
  gapBefore?(cursor: string, page: ItemPage): string | undefined
  /** Whether a page is the last one, which its own `next` could not tell. @throws HubError `PROVIDER_LIST_ENDLESS` */
  isEnd?(cursor: string, page: ItemPage): boolean
}

/** Where a page is: what its parameters say, or an address that the page before has named. */
export type PagePlace = { params: Record<string, string | number | undefined> } | { address: Address }

/** An address at one of the platform's hosts. */
export interface Address {
  host?: string
  path: string
}

/** Asks for one page of a list. Parameters that are undefined are left out. */
export type ListCall = (at: PagePlace, signal: AbortSignal) => Promise<ProviderAnswer>

/** What a list is narrowed to: by a condition of its statement, by parameters or headers. */
export interface Narrowed {
  clause?: string
  params?: Record<string, string | number>
  headers?: Record<string, string>
}
