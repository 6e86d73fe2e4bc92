import type { Hub } from '../hub.ts'
import type { ProviderClient } from '../providers/request.ts'
import { commitPage, preparePage } from './apply-page.ts'
import { changesSince, FeedOverflow, fullPass, type PageSource } from './page-source.ts'
import { readPages } from './read-pages.ts'
import { moveRun, type RunHold, type RunPlace } from './run-hold.ts'

/** How an activity lets a long piece of work end early. */
export interface WorkControl {
  signal: AbortSignal
  /** Called after each commit. */
  onProgress(): void
  /** Whether the work should hand back now; it goes on from what is committed. */
  isOver(): boolean
  /** Which attempt this is, from 1. */
  attempt: number
}

/**
 * Pulls what the platform has, or what it says has changed, page by page from where the run stands. While one page is
 * committed the next is mapped and compared, and more are on their way. Gives whether the phase is through.
 */
export async function pullPages(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  try {
    return await readAll(hub, hold, sourceOf(hold, client), control)
  } catch (error) {
    if (!(error instanceof FeedOverflow)) throw error
    // More has changed than the platform tells: everything is read instead, and what is gone is found by comparing.
    await moveRun(hub.db, hold, {}, { cursor: null, full: true, compare: true })
    return readAll(hub, hold, sourceOf(hold, client), control)
  }
}

async function readAll(hub: Hub, hold: RunHold, source: PageSource, control: WorkControl): Promise<boolean> {
  let committing: Promise<void> = Promise.resolve()
  try {
    for await (const page of readPages(source, hold.run.cursor, control.signal)) {
      const prepared = await preparePage(hub, hold, page)
      await committing
      control.onProgress()
      committing = commitPage(hub, hold, prepared, placeBehind(hold, page.next))
      // Awaited before the next commit; until then its failure is not unhandled.
      committing.catch(() => undefined)
      if (page.next === null) break
      if (control.isOver()) {
        await committing
        return false
      }
    }
  } finally {
    // Whatever ends the loop, what is under way is through before the phase is.
    await committing
  }
  hold.run.phase = placeBehind(hold, null).phase
  hold.run.cursor = null
  return true
}

function placeBehind(hold: RunHold, next: string | null): RunPlace {
  if (next !== null) return { phase: 'pull', cursor: next }
  return { phase: hold.run.compare ? 'compare' : 'push', cursor: null }
}

function sourceOf({ sync, run, mapping }: RunHold, client: ProviderClient): PageSource {
  const { changedSince: feed } = mapping.model
  if (run.full || !feed || sync.changed_since === null) return fullPass(client, mapping.model)
  return changesSince(client, mapping.model, feed, sync.changed_since)
}
