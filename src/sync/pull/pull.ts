import type { ConnectionParts } from '../../connections/parts.ts'
import type { ProviderClient } from '../../calls/call.ts'
import { commitPage } from './apply-page.ts'
import { refuseForeignList } from './hold-deletions.ts'
import { FeedOverflow } from '../../calls/pages/changes/feed-overflow.ts'
import type { ExportWays } from '../../calls/pages/export/exported-pages.ts'
import { filePartReader } from '../../calls/pages/export/file-part.ts'
import { changesSince, fullPass } from '../../calls/pages/model-pages.ts'
import type { PageSource } from '../../calls/pages/page-source.ts'
import { readPages } from '../../calls/pages/read-pages.ts'
import { readyKeys } from '../matching/ready-keys.ts'
import { PageGroup, shareChange } from './page-group.ts'
import { hasOnlyNew, lookAt, preparePage, type PreparedPage } from './prepare-page.ts'
import { wholeThings } from './whole-things.ts'
import { moveRun, type RunHold, type RunPlace } from '../runs/run-hold.ts'
import { inCommitPlace, inLookPlace } from '../runs/run-places.ts'

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
 * Pulls what the platform has, or what it says has changed, page by page from where the run stands. While one page, or
 * several of which little has changed, are committed the next is mapped and compared, and more are on their way. Gives whether the phase is through.
 */
export async function pullPages(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  if (!(await readyKeys(hub, hold, control))) return false
  try {
    return await readAll(hub, hold, client, sourceOf(hub, hold, client), control)
  } catch (error) {
    if (!(error instanceof FeedOverflow)) throw error
    // More has changed than the platform tells: everything is read instead, and what is gone is found by comparing.
    await moveRun(hub.db, hold, {}, { cursor: null, full: true, compare: hold.mapping.model.kind !== 'append' })
    return readAll(hub, hold, client, sourceOf(hub, hold, client), control)
  }
}

async function readAll(
  hub: ConnectionParts,
  hold: RunHold,
  client: ProviderClient,
  source: PageSource,
  control: WorkControl,
): Promise<boolean> {
  const group = new PageGroup()
  let place = placeBehind(source.first)
  let committed: Promise<void> = Promise.resolve()
  let committing: PreparedPage | undefined
  /** Begins to commit what is together, behind what is being committed. */
  const commitGroup = async () => {
    await committed
    control.onProgress()
    const [pages, behind] = [group.take(), place]
    committing = pages
    if (!pages) return
    committed = inCommitPlace(hub, hold.workspaceId, () => commitPage(hub, hold, pages, behind)).then(() => {
      if (committing === pages) committing = undefined
    })
    // Awaited before the next commit; until then its failure is not unhandled.
    committed.catch(() => undefined)
  }
  const commit = async () => {
    await commitGroup()
    await committed
  }
  let before: PreparedPage | undefined
  try {
    for await (const page of readPages(source, hold.run.cursor, control.signal)) {
      const underway = committing
      const whole = await wholeThings(hub, hold, client, page, control.signal)
      const prepared = await inLookPlace(hub, hold.workspaceId, () =>
        preparePage(hub, hold, whole, { page: before, commit }),
      )
      const isFirst = source.isFirst?.(page.cursor) ?? page.cursor === source.first
      if (isFirst && hold.run.compare && hasOnlyNew(prepared)) {
        await refuseForeignList(hub, hold, client, control.signal)
      }
      if (group.hasChangeOf(prepared) || (underway && shareChange(underway, prepared))) {
        // It was compared with what was there before: which change is the later one shows once the other is there.
        await commit()
        await lookAt(hub, hold, prepared)
      } else if (!group.fits(prepared)) await commitGroup()
      // The sync takes it once the run has succeeded.
      if (page.token !== undefined) {
        await committed
        await moveRun(hub.db, hold, {}, { feed_token: page.token })
      }
      place = placeBehind(page.next)
      if (!group.add(prepared) || page.next === null) await commitGroup()
      if (page.next === null) break
      if (control.isOver()) {
        await commit()
        return false
      }
      before = prepared
    }
  } finally {
    // Whatever ends the loop, what was read is committed before the phase is through.
    await commit()
  }
  Object.assign(hold.run, placeBehind(null))
  return true
}

function placeBehind(next: string | null): RunPlace {
  return next === null ? { phase: 'compare', cursor: null } : { phase: 'pull', cursor: next }
}

function sourceOf(hub: ConnectionParts, hold: RunHold, client: ProviderClient): PageSource {
  const { sync, run, mapping } = hold
  const until = { since: sync.changed_since, token: sync.feed_token }
  const changes = run.full ? undefined : changesSince(client, mapping.model, until)
  return changes ?? fullPass(client, mapping.model, exportWays(hub, hold))
}

function exportWays(hub: ConnectionParts, { workspaceId, runId }: RunHold): ExportWays {
  return {
    read: filePartReader(hub, workspaceId),
    gaveUp: reason => hub.log.info({ runId, reason }, 'an export came to nothing: the list is read by its pages'),
  }
}
