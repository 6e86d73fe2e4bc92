import { lifetimeMs } from '../../../catalogue/lifetime.ts'
import type { ExportDefinition } from '../../../catalogue/schema/items/export.ts'
import { ownTurn } from '../../../json/turns.ts'
import type { ProviderClient } from '../../call.ts'
import type { ItemPage, PageSource } from '../page-source.ts'
import type { ReadFilePart } from './file-part.ts'
import { fileWindow } from './file-window.ts'
import { lookAtJob, startJob, stopJob } from './job.ts'
import { NoExport, type NoExportReason } from './no-export.ts'
import { rowsIn } from './rows.ts'
import { ExportUnderway } from './underway.ts'

/** What reading an export takes besides the calls of the platform's API. */
export interface ExportWays {
  read: ReadFilePart
  /** Told when an export comes to nothing and the list is read by its pages instead. */
  gaveUp(reason: NoExportReason): void
}

/** Where an export stands: its job is yet to be started, or was, and so many bytes of its file are read. */
interface Place {
  job?: { id: string; startedAt: number }
  from: number
}

/** What a page reads of the file at first, and at most where one item is longer than that. */
const [partBytes, mostPartBytes] = [512 * 1024, 16 * 1024 * 1024]
/** How soon a job is looked at again: after a fifth of the time that it has taken, within these bounds. */
const [soonestMs, latestMs] = [500, 600_000]
/** Before every cursor of an export, which tells it from those of the list. */
const mark = 'export '

/**
 * The pages of a whole list by the file that the platform makes of it. The cursor names the job and the place in the file, so that
 * whoever goes on does with the same job. The file's address, which opens it to anybody, is kept nowhere: the job tells it
 * again. Where the export comes to nothing its next page is the list's first.
 * @param pages the list by its pages
 * @throws from its pages `ExportUnderway` while the job goes on, HubError as `ProviderClient` does
 */
export function exportedPages(
  client: ProviderClient,
  definition: ExportDefinition,
  idPath: string,
  pages: PageSource,
  ways: ExportWays,
): PageSource {
  const { places } = pages
  const read = fileWindow(ways.read)
  let file: { job: string; url: string } | undefined

  /** The file's address; null where nothing is in it. */
  async function addressOf({ id, startedAt }: NonNullable<Place['job']>, signal: AbortSignal): Promise<string | null> {
    const state = await lookAtJob(client, definition, id, signal)
    if (state.kind === 'done') return state.file
    const takenMs = Math.max(0, Date.now() - startedAt)
    if (takenMs < lifetimeMs(definition.longest)) {
      throw new ExportUnderway(Math.min(latestMs, Math.max(soonestMs, takenMs / 5)))
    }
    await stopJob(client, definition, id, signal)
    throw new NoExport('too_long')
  }

  async function rowsFrom(url: string, from: number, signal: AbortSignal) {
    for (let size = partBytes; ; size *= 4) {
      const { bytes, isEnd } = await read(url, from, Math.min(size, mostPartBytes), signal)
      await ownTurn()
      const rows = rowsIn(bytes, isEnd, idPath, definition.file)
      if (isEnd || rows.used > 0) return { ...rows, isEnd }
      if (size >= mostPartBytes) throw new NoExport('file_unreadable')
    }
  }

  async function pageAt(cursor: string, signal: AbortSignal): Promise<ItemPage> {
    const { job, from } = placeOf(cursor)
    if (!job) {
      const id = await startJob(client, definition, signal)
      return { items: [], next: cursorOf({ job: { id, startedAt: Date.now() }, from: 0 }) }
    }
    const known = file?.job === job.id ? file.url : undefined
    const url = known ?? (await addressOf(job, signal))
    if (url === null) return { items: [], next: null }
    file = { job: job.id, url }
    try {
      const { items, used, isEnd } = await rowsFrom(url, from, signal)
      return { items, next: isEnd ? null : cursorOf({ job, from: from + used }), names: [cursor] }
    } catch (error) {
      // An address is good for a while only: the job tells another.
      file = undefined
      const isExpired = error instanceof NoExport && error.reason === 'file_refused' && known !== undefined
      if (isExpired) return pageAt(cursor, signal)
      throw error
    }
  }

  return {
    first: cursorOf({ from: 0 }),
    async fetch(cursor, signal) {
      if (!isOwn(cursor)) return pages.fetch(cursor, signal)
      try {
        return await pageAt(cursor, signal)
      } catch (error) {
        if (!(error instanceof NoExport)) throw error
        ways.gaveUp(error.reason)
        return { items: [], next: pages.first }
      }
    },
    isFirst: cursor => {
      if (!isOwn(cursor)) return pages.isFirst?.(cursor) ?? cursor === pages.first
      const { job, from } = placeOf(cursor)
      return job !== undefined && from === 0
    },
    ...(places && {
      places: {
        of: cursor => (isOwn(cursor) ? cursor : places.of(cursor)),
        behind: place => (isOwn(place) ? place : places.behind(place)),
      },
    }),
    repeats: cursor => (isOwn(cursor) ? [] : (pages.repeats?.(cursor) ?? [])),
    gapBefore: (cursor, page) => (isOwn(cursor) ? undefined : pages.gapBefore?.(cursor, page)),
    isEnd: (cursor, page) => !isOwn(cursor) && (pages.isEnd?.(cursor, page) ?? false),
  }
}

function isOwn(cursor: string): boolean {
  return cursor.startsWith(mark)
}

function cursorOf(place: Place): string {
  return mark + JSON.stringify(place)
}

function placeOf(cursor: string): Place {
  return JSON.parse(cursor.slice(mark.length)) as Place
}
