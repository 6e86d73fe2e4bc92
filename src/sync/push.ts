import { isHubError } from '../errors.ts'
import type { Hub } from '../hub.ts'
import type { ProviderClient } from '../providers/request.ts'
import { writeLinks, type Link, type LinkWrite } from './link-store.ts'
import type { WorkControl } from './pull.ts'
import { recordAnswers, recordFailures } from './push-answers.ts'
import { groupWrites, planPush, plannedWrite, pushKeyOf, type PlannedWrite, type PushCandidate } from './push-plan.ts'
import {
  candidatesById,
  dueRetries,
  nextCandidates,
  noteIntents,
  notePendingFailure,
  pendingPushes,
  setPushedChange,
} from './push-store.ts'
import { moveRun, type RunHold } from './run-hold.ts'
import { unchanged } from './settle.ts'
import { writeThings } from './thing-calls.ts'

interface Call {
  key: string
  writes: PlannedWrite[]
}

const callsAtOnce = 4
const retriesPerRun = 200
/** How often a record whose thing keeps changing under the write is tried in one run. */
const staleRounds = 3
/** From this attempt of the activity on, what fails alone is left for the next run. */
const lenientFrom = 3
const failuresInRow = 3

/**
 * Before anything else: what was under way when an earlier run broke off is sent again, so that what was made by it is
 * known before the platform's list shows it. Gives whether the phase is through.
 */
export async function settlePending(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  await sendPending(hub, hold, client, control)
  await moveRun(hub.db, hold, {}, { phase: hold.sync.direction === 'push' ? 'push' : 'pull', cursor: null })
  return true
}

/** Sends again what was under way when an earlier run or attempt broke off: the very same, with the same keys. */
async function sendPending(hub: Hub, hold: RunHold, client: ProviderClient, control: WorkControl): Promise<void> {
  const { workspaceId, sync, mapping } = hold
  const pending = [...(await pendingPushes(hub.db, hold))].map(([key, links]) => ({
    key,
    writes: links.flatMap(link => plannedWrite(mapping, link.record_id, link, link.push_values!) ?? []),
    links,
  }))
  // Where nothing is left to say, the platform's list has told the same meanwhile.
  const idle = pending.filter(({ writes }) => writes.length === 0).flatMap(({ links }) => links.map(unchanged))
  await writeLinks(hub.db, workspaceId, sync.id, idle)
  const calls = pending.filter(({ writes }) => writes.length > 0)
  const stale = await sendCalls(hub, hold, client, calls, control)
  await pushCandidates(hub, hold, client, await candidatesById(hub.db, workspaceId, sync.id, stale), control)
}

/**
 * Tells the platform what has changed in the collection since it was last told, and what failed and is due again. Gives
 * whether the phase is through; it goes on from the change number that is committed.
 */
export async function pushChanges(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  control: WorkControl,
): Promise<boolean> {
  if (hold.sync.direction !== 'pull') {
    const { workspaceId, sync } = hold
    await sendPending(hub, hold, client, control)
    const due = await candidatesById(hub.db, workspaceId, sync.id, await dueRetries(hub.db, hold, retriesPerRun))
    const retries = due.filter(({ record }) => record.change <= sync.pushed_change)
    await pushCandidates(hub, hold, client, retries, control)
    for (;;) {
      const { candidates, upTo, isEnd } = await nextCandidates(hub.db, hold, sync.pushed_change)
      await pushCandidates(hub, hold, client, candidates, control)
      await setPushedChange(hub.db, hold, upTo)
      if (isEnd) break
      if (control.isOver()) return false
    }
  }
  await moveRun(hub.db, hold, {}, { phase: 'done', cursor: null })
  return true
}

async function pushCandidates(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  candidates: readonly PushCandidate[],
  control: WorkControl,
): Promise<void> {
  const { workspaceId, sync, mapping } = hold
  let waiting = candidates
  for (let round = 1; waiting.length > 0; round++) {
    if (round > staleRounds) {
      const ids = waiting.map(({ record }) => record.id)
      return recordFailures(hub, hold, ids, 'NOT_SETTLED')
    }
    const plans = waiting.map(candidate => ({ ...candidate, plan: planPush(mapping, candidate) }))
    const touched = plans.flatMap(({ record, link, plan }) =>
      plan.kind === 'touch' && link ? [{ ...upToDate(link), recordVersion: record.version }] : [],
    )
    await writeLinks(hub.db, workspaceId, sync.id, touched)
    const empty = plans.filter(({ plan }) => plan.kind === 'empty').map(({ record }) => record.id)
    await recordFailures(hub, hold, empty, 'INVALID_ITEM')
    const versions = new Map(waiting.map(({ record }) => [record.id, record.version]))
    const writes = plans.flatMap(({ plan }) => (plan.kind === 'write' ? [plan.planned] : []))
    const calls = groupWrites(mapping, writes).map(group => ({
      key: pushKeyOf(sync.id, group, versions),
      writes: group,
    }))
    if (calls.length > 0) await noteIntents(hub.db, hold, calls)
    const stale = await sendCalls(hub, hold, client, calls, control)
    waiting = await candidatesById(hub.db, workspaceId, sync.id, stale)
  }
}

/** A link that needs no write: what is held for a person stays held. */
function upToDate(link: Link): LinkWrite {
  const state = link.conflict === null ? 'ok' : 'conflict'
  return { ...unchanged(link), state, errorCode: null, failures: 0, retryAt: null }
}

/** Makes the calls, a few at once; gives the records that have to be looked at again. */
async function sendCalls(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  calls: readonly Call[],
  control: WorkControl,
): Promise<string[]> {
  const waiting = [...calls]
  const stale: string[] = []
  let failed = 0
  await Promise.all(
    Array.from({ length: callsAtOnce }, async () => {
      for (let call = waiting.shift(); call; call = waiting.shift()) {
        try {
          stale.push(...(await send(hub, hold, client, call, control.signal)))
          failed = 0
        } catch (error) {
          // One thing that the platform stumbles over must not hold the others back; a platform that is down must.
          if (!isHubError(error, 'PROVIDER_ERROR') || control.attempt < lenientFrom || ++failed >= failuresInRow) {
            waiting.length = 0
            throw error
          }
          const ids = call.writes.map(({ recordId }) => recordId)
          await notePendingFailure(hub.db, hold, ids)
          await moveRun(hub.db, hold, { failed: ids.length })
        }
        control.onProgress()
      }
    }),
  )
  return stale
}

async function send(
  hub: Hub,
  hold: RunHold,
  client: ProviderClient,
  { key, writes }: Call,
  signal: AbortSignal,
): Promise<string[]> {
  signal.throwIfAborted()
  const answers = await writeThings(
    client,
    hold.mapping.model,
    writes.map(({ write }) => write),
    key,
    signal,
  )
  return recordAnswers(hub, hold, client, writes, answers, signal)
}
