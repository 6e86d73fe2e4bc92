import { randomUUID } from 'node:crypto'
import { isDatabaseUnavailable } from '../../db/database.ts'
import { isHubError } from '../../errors.ts'
import type { ConnectionParts } from '../parts.ts'
import { cancelRows } from './cancel-import.ts'
import type { ImportInput, ImportStep } from './contract.ts'
import { decideRow, settle } from './deciding/decide-row.ts'
import { ImportPlaces } from './deciding/import-places.ts'
import { endImport, findImport, noteLook, openImports, type ConnectionImport } from './import-store.ts'
import { claimedTogether, mostOddTries, postponedMs, rowsAtOnce } from './policy.ts'
import { Outages, PlatformDown } from './deciding/outages.ts'
import {
  claimRows,
  countRows,
  isMoving,
  nextRowInMs,
  updateClaimed,
  waitingRows,
  type ClaimedRow,
} from './row-store.ts'
import { sentenceOf } from './deciding/sentence.ts'
import { whatFailed } from './deciding/what-failed.ts'

const places = new WeakMap<ConnectionParts['temporal'], ImportPlaces>()
/** How soon it looks again whether it is its turn, and how late at most whether there is something to do. */
const turnMs = 2_000
const [soonestMs, latestMs] = [500, 60_000]

/**
 * One step of an import: decides rows for a while, a few at once, and says where it stands. Of a workspace's imports the oldest
 * that has something to do moves, and the workspaces of a process take turns.
 */
export async function moveImport(hub: ConnectionParts, input: ImportInput, signal: AbortSignal): Promise<ImportStep> {
  const { workspaceId, importId } = input
  let of: ConnectionImport
  try {
    of = await findImport(hub.db, workspaceId, importId)
  } catch (error) {
    if (!isHubError(error, 'IMPORT_NOT_FOUND')) throw error
    const counts = { total: 0, connected: 0, needsReauth: 0, duplicate: 0, failed: 0, unchecked: 0, cancelled: 0 }
    return { state: 'gone', counts, waitMs: 0, waitsFor: null }
  }
  const giveBack = (await isItsTurn(hub, of)) ? placesOf(hub).take(workspaceId) : undefined
  if (!giveBack) return standing(hub, of, turnMs)
  try {
    if (of.state === 'cancelled') await cancelRows(hub, of)
    const tried = of.state === 'finished' ? 0 : await decideRows(hub, of, signal)
    return await standing(hub, await findImport(hub.db, workspaceId, importId), tried > 0 ? 0 : turnMs)
  } finally {
    giveBack()
  }
}

function placesOf({ temporal }: ConnectionParts): ImportPlaces {
  const known = places.get(temporal) ?? new ImportPlaces()
  places.set(temporal, known)
  return known
}

/** Whether no older import of the workspace has rows to decide. */
async function isItsTurn(hub: ConnectionParts, { workspaceId, id }: ConnectionImport): Promise<boolean> {
  for (const older of await openImports(hub.db, workspaceId)) {
    if (older < id && (await isMoving(hub.db, workspaceId, older))) return false
  }
  return true
}

async function decideRows(hub: ConnectionParts, of: ConnectionImport, signal: AbortSignal): Promise<number> {
  const { stepMs, leaseMs } = hub.connectionSettings.imports
  const until = Date.now() + stepMs
  const outages = new Outages()
  let tried = 0
  while (Date.now() < until && !signal.aborted) {
    const lease = { owner: randomUUID(), ms: leaseMs, limit: claimedTogether }
    const claimed = await claimRows(hub.db, of, lease)
    if (claimed.length === 0) break
    tried += claimed.length
    const line = claimed.values()
    const work = async () => {
      for (const row of line) {
        if (signal.aborted) await updateClaimed(hub.db, row, { postponed: { code: null, inMs: 0, failed: false } })
        else await tryRow(hub, of, row, outages)
      }
    }
    const done = await Promise.allSettled(Array.from({ length: rowsAtOnce }, work))
    const failed = done.find(one => one.status === 'rejected')
    if (failed) throw failed.reason
  }
  return tried
}

/** Decides a row, or lets it wait. @throws what says that the hub itself cannot work just now */
async function tryRow(hub: ConnectionParts, of: ConnectionImport, row: ClaimedRow, outages: Outages): Promise<void> {
  let provider: string | undefined
  try {
    await decideRow(hub, of, row, of => {
      provider = of
      outages.assertUp(of)
    })
    if (provider !== undefined) outages.worked(provider)
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error
    const { imports } = hub.connectionSettings
    if (error instanceof PlatformDown) {
      const inMs = postponedMs(row.attempts + 1, undefined, imports)
      await updateClaimed(hub.db, row, { postponed: { code: error.code, inMs, failed: false } })
      return
    }
    const failure = whatFailed(hub, error, row)
    if (failure.isOutage && provider !== undefined) outages.failed(provider, failure.error.code)
    if (isOver(row, failure.isOutage, imports.waitForMs)) {
      await settle(hub, row, { outcome: 'failed', code: failure.error.code, detail: sentenceOf(failure.error) })
      return
    }
    const inMs = postponedMs(row.attempts + 1, failure.error.retryAfterMs, imports)
    await updateClaimed(hub.db, row, { postponed: { code: failure.error.code, inMs, failed: true } })
  }
}

/** Where it stands, which ends it when all is decided. */
async function standing(hub: ConnectionParts, of: ConnectionImport, atLeastMs = 0): Promise<ImportStep> {
  const counts = await countRows(hub.db, of)
  const nextInMs = await nextRowInMs(hub.db, of)
  if (nextInMs === undefined) {
    const ended = of.state === 'running' && (await endImport(hub.db, of, 'finished'))
    await noteLook(hub.db, of, null)
    const state = ended || of.state !== 'cancelled' ? 'finished' : 'cancelled'
    return { state, counts, waitMs: 0, waitsFor: null }
  }
  const waitMs = nextInMs === 0 ? atLeastMs : Math.min(latestMs, Math.max(atLeastMs, soonestMs, nextInMs))
  await noteLook(hub.db, of, waitMs)
  const [most] = await waitingRows(hub.db, of)
  const waitsFor = most?.provider
    ? { provider: most.provider, code: most.code, rows: most.rows, since: most.since.toISOString() }
    : null
  return { state: 'running', counts, waitMs, waitsFor }
}

/** What fails by itself is tried a few times; what waits for its platform, for days. */
function isOver({ attempts, failingSince }: ClaimedRow, isOutage: boolean, waitForMs: number): boolean {
  if (failingSince !== null && Date.now() - failingSince.getTime() > waitForMs) return true
  return !isOutage && attempts + 1 >= mostOddTries
}
